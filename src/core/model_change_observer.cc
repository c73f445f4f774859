#include "core/model_change_observer.h"

#include "core/event_names.h"
#include "core/short_text.h"

namespace vedette::model_change {
namespace {

constexpr std::int32_t kFirstFailure = 400;
constexpr std::string_view kProbabilities = "probabilities";

OutputType type_of(Value value) {
  switch (value.type()) {
    case Value::Type::number:
      return OutputType::number;
    case Value::Type::word:
      return OutputType::text;
    case Value::Type::boolean:
      return OutputType::boolean;
    case Value::Type::vector:
      return OutputType::vector;
    case Value::Type::null:
      break;
  }
  return OutputType::missing;
}

/// `digest`, or `version@digest`; of several signs the last one parts them.
Scope pattern_of(std::string_view text) {
  const std::size_t sign = text.rfind('@');
  Scope pattern;
  pattern.model = sign == std::string_view::npos ? text : text.substr(sign + 1);
  if (sign != std::string_view::npos) pattern.version = text.substr(0, sign);
  return pattern;
}

}  // namespace

ChangeObserver::ChangeObserver(const ModelChangeSettings& settings, const Common& common)
    : common_(common), gate_(common.lateness) {
  for (const std::string& text : settings.approved) approved_.push_back(pattern_of(text));
}

void ChangeObserver::observe(const Batch& batch, Rows rows) {
  if (epoch_ != batch.dictionary->epoch()) {
    epoch_ = batch.dictionary->epoch();
    who_.clear();
    shapes_.clear();
    known_shapes_.clear();
  }
  for (std::size_t row = rows.begin; row < rows.end; ++row) {
    const Event& event = batch.events[row];
    // Of a request that failed only its sender says what version it was for.
    if (event.kind != EventKind::inference || event.status >= kFirstFailure) continue;
    Who& who = who_of(batch, event);
    Open* const open = who.admitted ? open_of(batch, event, who) : nullptr;
    if (open == nullptr) continue;
    note(batch, event, who, *open);
  }
  tally_.keys = 0;
  for (const auto& [end, pane] : panes_) tally_.keys = std::max(tally_.keys, std::uint64_t{pane.size()});
}

ChangeObserver::Who& ChangeObserver::who_of(const Batch& batch, const Event& event) {
  const std::uint64_t key = names_key(event);
  if (const auto found = who_.find(key); found != who_.end()) return found->second;
  if (who_.size() >= Dictionary::kMaxNames) who_.clear();
  const Entity entity = named_entity(batch, event);
  Who& who = who_[key];
  who.admitted = common_.admits(entity);
  who.model = hash_of(scope_of(entity.model));
  who.version = hash_of(entity.version);
  return who;
}

ChangeObserver::Pane* ChangeObserver::pane_of(const Event& event) {
  const bool same =
      current_ != nullptr && event.time < current_end_ && event.time >= current_end_ - common_.window;
  const Time end = same ? current_end_ : floor_to(event.time, common_.window) + common_.window;
  const PaneGate::Answer answer = gate_.check(end, event.watermark);
  if (answer != PaneGate::Answer::open) {
    ++(answer == PaneGate::Answer::late ? tally_.late : tally_.late_after_idle);
    return nullptr;
  }
  if (current_ == nullptr || current_end_ != end) {
    current_ = &panes_[end];
    current_end_ = end;
    tally_.panes = panes_.size();
  }
  return current_;
}

/// Null: late, or left out.
ChangeObserver::Open* ChangeObserver::open_of(const Batch& batch, const Event& event, Who& who) {
  Pane* const pane = pane_of(event);
  if (pane == nullptr) return nullptr;
  if (who.open != nullptr && who.era == era_ && who.end == current_end_) return who.open;
  const auto most = static_cast<std::size_t>(common_.max_keys);
  if (pane->size() >= most) ++era_;
  Open* const open = place_of(*pane, who.model, most);
  if (open == nullptr) {
    ++tally_.unwatched;
    return nullptr;
  }
  if (open->scope.empty()) open->scope = scope_of(batch.name(event.model));
  who.open = open;
  who.end = current_end_;
  who.era = era_;
  return open;
}

void ChangeObserver::note(const Batch& batch, const Event& event, const Who& who, Open& open) {
  ++tally_.counted;
  open.changed = true;
  ++open.seen.events;
  if (SeenVersion* const version = open.seen.versions.at(who.version)) {
    if (version->count == 0) version->text = shortened(batch.name(event.version), kNameBytes);
    ++version->count;
    version->first = std::min(version->first, event.time);
    version->last = std::max(version->last, event.time);
  }
  if (event.model_digest != 0) note_digest(batch, event, who, open.seen);
  note_outputs(batch, event, open.seen);
}

void ChangeObserver::note_digest(const Batch& batch, const Event& event, const Who& who, Seen& seen) {
  const Word& word = batch.words[event.model_digest];
  if (word.text.empty()) return;
  SeenDigest* const digest = seen.digests.at(digest_key(who.version, word.hash));
  if (digest == nullptr) return;
  if (digest->count == 0) {
    digest->version = who.version;
    digest->text = shortened(word.text, kDigestBytes);
    digest->approval = approval_of(batch.name(event.version), word.text);
  }
  ++digest->count;
}

SeenDigest::Approval ChangeObserver::approval_of(std::string_view version, std::string_view digest) const {
  if (approved_.empty()) return SeenDigest::Approval::unlisted;
  Entity entity;
  entity.model = digest;
  entity.version = version;
  for (const Scope& pattern : approved_)
    if (pattern.admits(entity)) return SeenDigest::Approval::approved;
  return SeenDigest::Approval::refused;
}

std::string_view ChangeObserver::name_of(const Batch& batch, const Column& column) {
  return column.classes ? kProbabilities : shortened(batch.dictionary->field(column.field).name, kNameBytes);
}

void ChangeObserver::note_outputs(const Batch& batch, const Event& event, Seen& seen) {
  const std::span<const Value> values = batch.values_of(event);
  for (const Column& column : columns_of(batch, event)) {
    const OutputType type = column.classes ? OutputType::vector : type_of(values[column.place]);
    if (type == OutputType::missing) continue;
    SeenOutput* const output = seen.outputs.at(column.output);
    if (output == nullptr) continue;
    if (output->text.empty()) output->text = name_of(batch, column);
    ++output->counts[static_cast<std::size_t>(type)];
  }
}

const std::vector<ChangeObserver::Column>& ChangeObserver::columns_of(const Batch& batch,
                                                                      const Event& event) {
  if (event.shape < known_shapes_.size() && known_shapes_[event.shape]) return shapes_[event.shape];
  const Dictionary& names = *batch.dictionary;
  const std::span<const FieldId> keys = batch.fields_of(event);
  loose_.clear();
  bool classes = false;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const Field& field = names.field(keys[i]);
    if (field.section == Section::output) {
      loose_.push_back({i, hash_of(field.name), false, keys[i]});
    } else if (field.section == Section::probability && !std::exchange(classes, true)) {
      loose_.push_back({i, hash_of(kProbabilities), true, keys[i]});
    }
  }
  if (event.shape == 0) return loose_;
  if (event.shape >= shapes_.size()) {
    shapes_.resize(event.shape + 1);
    known_shapes_.resize(event.shape + 1);
  }
  known_shapes_[event.shape] = true;
  return shapes_[event.shape] = loose_;
}

void ChangeObserver::save(Partials& out) {
  for (auto& [end, pane] : panes_)
    for (auto& [hash, open] : pane) {
      if (open.changed) out.put(end, open.scope, encode(open.seen));
      open.changed = false;
    }
}

Status ChangeObserver::load(Time pane_end, std::string_view scope, std::string_view bytes) {
  Result<Seen> seen = decode_seen(bytes);
  if (!seen.ok()) return seen.status();
  if (pane_end != floor_to(pane_end, common_.window))
    return Status::reject("versions of another pane length");
  current_ = nullptr;
  ++era_;
  Open* const open = place_of(panes_[pane_end], hash_of(scope), static_cast<std::size_t>(common_.max_keys));
  tally_.panes = panes_.size();
  if (open == nullptr) return {};
  open->scope = scope;
  open->seen = std::move(*seen);
  return {};
}

void ChangeObserver::judged(Time watermark) {
  gate_.judged(watermark);
  current_ = nullptr;
  ++era_;
  while (!panes_.empty() && panes_.begin()->first + common_.lateness <= watermark)
    panes_.erase(panes_.begin());
  tally_.panes = panes_.size();
}

}  // namespace vedette::model_change
