#include "decode/fast_path.h"

#include <algorithm>

#include "decode/number_text.h"
#include "decode/text_scan.h"
#include "decode/dom_path.h"
#include "decode/value_skip.h"
#include "decode/vector_value.h"

namespace vedette {

/// Where reading stands; lives for one record.
struct FastPath::Cursor {
  Row& row;
  Batch& batch;
  std::uint64_t high = 0;  ///< Its high bits: the record is not all ASCII.
  std::size_t lane = 0;
  bool opened = true;  ///< The value before is an object whose bracket is still to come.
  bool other_kind = false;
};

namespace {

bool is_null(const char* p) { return starts_with_four(p, "null"); }

}  // namespace

const char* FastPath::read_vector(const char* p, Value& value, Batch& batch) {
  vector_.clear();
  p = skip_space(p + 1);
  if (*p != ']') {
    for (;; p = skip_space(p + 1)) {
      double number = 0;
      if ((p = parse_number(p, number)) == nullptr) return nullptr;
      vector_.push_back(to_float(number));
      p = skip_space(p);
      if (*p == ']') break;
      if (*p != ',') return nullptr;
    }
  }
  value = rows_.vector_value(vector_, batch);
  return p + 1;
}

inline const char* FastPath::read_word(Cursor& at, const char* p, Value& value) {
  const char* const close = scan_text(p + 1, at.high);
  if (close == nullptr) return nullptr;
  value = rows_.word_value({p + 1, static_cast<std::size_t>(close - p - 1)}, at.batch);
  return close + 1;
}

// A string that spells NaN is left to the parser, which refuses the record.
inline const char* FastPath::read_scalar(Cursor& at, const char* p, Value& value) {
  if (*p == '"') {
    p = read_word(at, p, value);
    return p == nullptr || spells_no_number(at.batch.words.back().text) ? nullptr : p;
  }
  if (*p < 'a') {
    double number = 0;
    p = parse_number(p, number);
    value = Value(number);
    return p;
  }
  const char* const end = skip_scalar(p, at.high);
  value = *p == 'n' ? Value::null() : Value::boolean(*p == 't');
  return end;
}

const char* FastPath::read_text(Cursor& at, const char* p, Slot slot) {
  if (*p != '"') return is_null(p) ? p + 4 : nullptr;
  const char* const close = scan_text(p + 1, at.high);
  if (close == nullptr) return nullptr;
  at.row.put_text(slot, {p + 1, static_cast<std::size_t>(close - p - 1)});
  return close + 1;
}

const char* FastPath::read_schema(Cursor& at, const char* p) {
  if (*p != '"' || std::string_view(p + 1, kSchemaName.size()) != kSchemaName) return nullptr;
  const char* const close = p + 1 + kSchemaName.size();
  at.row.known |= bit_of(Slot::schema);
  return *close == '"' ? close + 1 : nullptr;
}

const char* FastPath::read_kind(Cursor& at, const char* p) {
  EventKind kind{};
  const char* const close = *p == '"' ? scan_text(p + 1, at.high) : nullptr;
  if (close == nullptr || !parse_kind({p + 1, static_cast<std::size_t>(close - p - 1)}, kind)) return nullptr;
  if (kind != at.row.kind) {
    at.row.kind = kind;
    at.other_kind = true;
    return nullptr;
  }
  at.row.known |= bit_of(Slot::kind);
  return close + 1;
}

const char* FastPath::read_time(Cursor& at, const char* p) {
  if (*p == '"') {
    const char* const close = scan_text(p + 1, at.high);
    if (close == nullptr || !times_.parse({p + 1, static_cast<std::size_t>(close - p - 1)}, at.row.time))
      return nullptr;
    p = close + 1;
  } else {
    double number = 0;
    if ((p = parse_number(p, number)) == nullptr || !time_from_number(number, at.row.time)) return nullptr;
  }
  at.row.known |= bit_of(Slot::time);
  return p;
}

const char* FastPath::read_unknown(Cursor& at, const char* p, std::uint32_t key) {
  constexpr std::size_t kMostUnknown = 32;
  if (unknown_keys_.size() >= kMostUnknown || std::ranges::find(unknown_keys_, key) != unknown_keys_.end())
    return nullptr;
  unknown_keys_.push_back(key);
  ++at.row.unknown;
  return skip_value(p, static_cast<unsigned>(max_depth_ - 1), at.high);
}

const char* FastPath::read_own_value(Cursor& at, const char* p, Slot slot) {
  const char* const end = read_scalar(at, p, at.row.value);
  if (end == nullptr) return nullptr;
  const Value::Type type = at.row.value.type();
  const bool fits = slot == Slot::label ? type != Value::Type::null
                                        : type == Value::Type::number || type == Value::Type::null;
  if (!fits) return nullptr;
  at.row.known |= bit_of(slot);
  return end;
}

// Embeddings, outputs, classes and tags: each admits some types only.
const char* FastPath::read_value(Cursor& at, const char* p, const Literal& literal) {
  const char first = *p;
  if (at.row.room == 0) return nullptr;
  if (first == '{' && literal.use == Use::output) {
    at.row.put_object(literal.field);
    at.opened = true;
    return p;
  }
  Value value;
  const char* end = nullptr;
  if (first == '[' && (literal.use == Use::output || literal.use == Use::embedding))
    end = read_vector(p, value, at.batch);
  else if (first == '"' && literal.use == Use::tag)
    end = read_word(at, p, value);
  else if (first == 'n' || literal.use == Use::output ||
           (literal.use == Use::probability && first < 'a' && first != '"'))
    end = read_scalar(at, p, value);
  if (end != nullptr) at.row.put_value(literal.field, value);
  return end;
}

const char* FastPath::read_top(Cursor& at, const char* p, const Literal& literal) {
  Row& row = at.row;
  if (literal.use == Use::unknown) return read_unknown(at, p, literal.field);
  const std::uint64_t bit = bit_of(literal.slot);
  if ((row.seen & bit) != 0) return nullptr;
  row.seen |= bit;
  switch (literal.use) {
    case Use::text:
      return read_text(at, p, literal.slot);
    case Use::model:
      if ((p = read_text(at, p, literal.slot)) == nullptr) return nullptr;
      row.guess = rows_.last_shape(row.text(Slot::model), *at.batch.dictionary);
      at.lane = row.guess % Skeleton::kLanes;
      return p;
    case Use::number: {
      double number = 0;
      if (*p == 'n') return is_null(p) ? p + 4 : nullptr;
      p = parse_number(p, number);
      row.put_number(literal.slot, number);
      return p;
    }
    case Use::schema:
      return read_schema(at, p);
    case Use::kind:
      return read_kind(at, p);
    case Use::time:
      return read_time(at, p);
    case Use::label:
    case Use::metric_value:
      return read_own_value(at, p, literal.slot);
    case Use::embedding:
      return read_value(at, p, literal);
    case Use::section:
      at.opened = *p == '{';
      return at.opened ? p : is_null(p) ? p + 4 : nullptr;
    default:
      return nullptr;
  }
}

// Numbers are most of what there is, so they come first and in line.
[[gnu::always_inline]] inline const char* FastPath::read_below(Cursor& at, const char* p,
                                                               const Literal& literal) {
  if (at.row.room == 0) return nullptr;
  if (literal.use == Use::tag || (*p > '9' || *p < '-'))
    return literal.use == Use::feature ? read_feature(at, p, literal.field) : read_value(at, p, literal);
  double number = 0;
  const char* const end = parse_number(p, number);
  at.row.put_value(literal.field, Value(number));
  return end;
}

const char* FastPath::read_feature(Cursor& at, const char* p, FieldId field) {
  Value value;
  const char* const end = *p == '[' ? read_vector(p, value, at.batch) : read_scalar(at, p, value);
  at.row.put_value(field, value);
  return end;
}

FastPath::Outcome FastPath::read(std::string_view record, Row& row, Batch& batch) {
  Cursor at{row, batch};
  const char* p = record.data();
  const char* const end = p + record.size();
  unknown_keys_.clear();
  Literal* last = &skeleton_.root(row.kind);
  for (;;) {
    // What follows was learned behind an object or behind a null; only this tells which.
    if (*p == '{' && !at.opened) return Outcome::unsure;
    Literal* literal = &skeleton_.next(*last, at.lane);
    if (!skeleton_.fits(*literal, p, end)) {
      const std::string_view rest(p, static_cast<std::size_t>(end - p));
      literal = skeleton_.find(*last, at.opened, rest, at.lane);
      if (literal == nullptr) return Outcome::unsure;
    }
    if (literal->use == Use::end) break;
    last = literal;
    p += literal->size;
    at.opened = false;
    p = literal->use >= Use::feature ? read_below(at, p, *literal) : read_top(at, p, *literal);
    if (p == nullptr) return at.other_kind ? Outcome::other_kind : Outcome::unsure;
  }
  return (at.high & kHighBits) == 0 || is_valid_utf8(record) ? Outcome::done : Outcome::unsure;
}

}  // namespace vedette
