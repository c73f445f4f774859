#include "decode/skeleton.h"

#include <algorithm>

#include "decode/class_name.h"

namespace vedette {
namespace {

using Level = Place::Level;

constexpr Use use_of_slot(Slot slot) {
  if (slot == Slot::model) return Use::model;
  if (is_text(slot)) return Use::text;
  if (is_number(slot)) return Use::number;
  switch (slot) {
    case Slot::schema:
      return Use::schema;
    case Slot::kind:
      return Use::kind;
    case Slot::time:
      return Use::time;
    case Slot::label:
      return Use::label;
    case Slot::value:
      return Use::metric_value;
    case Slot::embedding:
      return Use::embedding;
    case Slot::unknown:
      return Use::unknown;
    default:
      return Use::section;
  }
}

/// Behind the value at `p` of a record that is known to be valid.
const char* behind_value(const char* p) {
  std::size_t depth = 0;
  do {
    if (*p == '"') {
      for (++p; *p != '"'; ++p)
        if (*p == '\\') ++p;
    } else if (*p == '{' || *p == '[') {
      ++depth;
    } else if (*p == '}' || *p == ']') {
      --depth;
    } else if (depth == 0) {
      while (*p > ' ' && *p != ',' && *p != '}') ++p;
      return p;
    }
    ++p;
  } while (depth > 0);
  return p;
}

}  // namespace

std::string_view scan_literal(std::string_view text) {
  const char* const end = text.data() + text.size();
  const char* p = text.data();
  while (is_space(*p) || *p == '{' || *p == '}' || *p == ',') ++p;
  if (p == end) return text;
  std::uint64_t ignored = 0;
  if (*p != '"' || (p = scan_text(p + 1, ignored)) == nullptr) return {};
  p = skip_space(p + 1);
  if (*p != ':') return {};
  p = skip_space(p + 1);
  return text.substr(0, static_cast<std::size_t>(p - text.data()));
}

Skeleton::Skeleton(const HashKey& key) : hash_(key) { forget(); }

void Skeleton::forget() {
  literals_.assign(4, Literal{});
  contexts_.assign(4, Context{});
  places_.clear();
  table_.assign(kTable, 0);
  bytes_.clear();
  for (std::uint16_t kind = 0; kind < 4; ++kind)
    contexts_[kind].opened = place({static_cast<EventKind>(kind), Level::record, true, 0});
}

bool Skeleton::is_full() const {
  return literals_.size() >= kMaxLiterals || places_.size() >= kMaxPlaces ||
         bytes_.size() + kLongest > kMaxBytes;
}

bool Skeleton::tail_fits(const Literal& literal, const char* p, const char* end) const {
  return p + literal.size <= end &&
         std::memcmp(p + 16, bytes_.data() + literal.begin + 16, literal.size - 16u) == 0;
}

std::uint16_t& Skeleton::entry(std::uint16_t before, std::string_view text) {
  std::size_t at = (hash_(text) + before * std::uint64_t{0x9e3779b97f4a7c15}) % kTable;
  for (; table_[at] != 0; at = (at + 1) % kTable) {
    const Literal& literal = literals_[table_[at]];
    if (contexts_[table_[at]].before == before && literal.size == text.size() &&
        std::memcmp(bytes_.data() + literal.begin, text.data(), text.size()) == 0)
      break;
  }
  return table_[at];
}

Literal* Skeleton::find(Literal& last, bool opened, std::string_view text, std::size_t lane) {
  const Context& context = contexts_[static_cast<std::size_t>(&last - literals_.data())];
  const std::uint16_t before = opened ? context.opened : context.inside;
  if (before == kNowhere) return nullptr;
  const std::string_view literal = scan_literal(text);
  const std::uint16_t found = literal.empty() ? std::uint16_t{0} : entry(before, literal);
  if (found == 0) return nullptr;
  last.next[lane] = found;
  return &literals_[found];
}

std::uint16_t Skeleton::place(const Place& wanted) {
  const auto known = std::ranges::find(places_, wanted);
  if (known != places_.end()) return static_cast<std::uint16_t>(known - places_.begin());
  places_.push_back(wanted);
  return static_cast<std::uint16_t>(places_.size() - 1);
}

/// The place that brackets lead to: every object closed goes one level up.
std::uint16_t Skeleton::place_behind(std::uint16_t before, std::string_view marks) {
  Place at = places_[before];
  at.fresh = false;
  if (at.level == Level::record) at.level = Level::top;
  for (const char mark : marks)
    if (mark == '}') at = {at.kind, at.level == Level::classes ? Level::outputs : Level::top, false, 0};
  return place(at);
}

void Skeleton::give_meaning(Literal& literal, Place at, std::string_view key, Names& names) {
  switch (at.level) {
    case Level::record:
    case Level::top:
      literal.slot = slot_of(at.kind, key);
      literal.use = use_of_slot(literal.slot);
      if (literal.use == Use::unknown) literal.field = static_cast<std::uint32_t>(hash_(key));
      if (literal.use == Use::embedding) literal.field = names.field(Section::feature, key, *dictionary_);
      break;
    case Level::features:
      literal.use = Use::feature;
      literal.field = names.field(Section::feature, key, *dictionary_);
      break;
    case Level::outputs:
      literal.use = Use::output;
      literal.field = names.field(Section::output, key, *dictionary_);
      break;
    case Level::classes:
      literal.use = Use::probability;
      literal.field = class_field(dictionary_->field(at.object).name, key, *dictionary_, names);
      break;
    case Level::segment:
      literal.use = Use::tag;
      literal.field = names.field(Section::segment, key, *dictionary_);
      break;
  }
}

std::uint16_t Skeleton::place_in(const Literal& literal, Place at) {
  if (literal.use == Use::output) return place({at.kind, Level::classes, true, literal.field});
  if (literal.use != Use::section) return kNowhere;
  const Level level = literal.slot == Slot::features  ? Level::features
                      : literal.slot == Slot::outputs ? Level::outputs
                                                      : Level::segment;
  return place({at.kind, level, true, 0});
}

std::uint16_t Skeleton::add(std::uint16_t before, std::string_view text, Names& names) {
  Literal literal;
  literal.begin = static_cast<std::uint32_t>(bytes_.size());
  literal.size = static_cast<std::uint16_t>(text.size());
  bytes_.append(text);
  const std::size_t in_head = std::min<std::size_t>(text.size(), 16);
  literal.head[0] = literal.mask[0] = 0;
  std::memcpy(literal.head, text.data(), in_head);
  std::memset(literal.mask, 0xff, in_head);

  Context context;
  context.before = before;
  const std::size_t quote = text.find('"');
  context.inside = place_behind(before, text.substr(0, quote));
  if (quote == std::string_view::npos) {
    literal.use = Use::end;
  } else {
    const std::size_t close = text.find('"', quote + 1);
    give_meaning(literal, places_[context.inside], text.substr(quote + 1, close - quote - 1), names);
  }
  literals_.push_back(literal);
  contexts_.push_back(context);
  const auto index = static_cast<std::uint16_t>(literals_.size() - 1);
  entry(before, text) = index;
  return index;
}

void Skeleton::learn(EventKind kind, std::string_view record, Dictionary& dictionary, Names& names) {
  dictionary_ = &dictionary;
  std::size_t last = static_cast<std::size_t>(kind);
  std::uint16_t before = contexts_[last].opened;
  while (!record.empty()) {
    const std::string_view text = scan_literal(record);
    if (text.empty() || text.size() > kLongest) return;
    if (is_full()) return forget();
    std::uint16_t index = entry(before, text);
    if (index == 0) index = add(before, text, names);
    for (std::uint16_t& guess : literals_[last].next)
      if (guess == 0) guess = index;
    const char* p = text.data() + text.size();
    if (literals_[index].use == Use::end) return;
    Context& context = contexts_[index];
    if (*p == '{' && context.opened == kNowhere)
      context.opened = place_in(literals_[index], places_[context.inside]);
    const bool opened = *p == '{' && context.opened != kNowhere;
    before = opened ? context.opened : context.inside;
    if (!opened) p = behind_value(p);
    record.remove_prefix(static_cast<std::size_t>(p - record.data()));
    last = index;
  }
}

}  // namespace vedette
