#include "decode/dom_path.h"

#include <charconv>

#include "decode/class_name.h"
#include "decode/json_document.h"
#include "decode/vector_value.h"

namespace vedette {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

constexpr std::string_view kWrongType = "wrong type";
constexpr Refusal kAccepted{};

bool is_numeric(const element& item) {
  const element_type type = item.type();
  return type == element_type::DOUBLE || type == element_type::INT64 || type == element_type::UINT64;
}

// `value_unsafe` refers to a temporary: its result must be copied before it is looped over.
simdjson::dom::object object_of(const element& item) { return item.get_object().value_unsafe(); }
simdjson::dom::array array_of(const element& item) { return item.get_array().value_unsafe(); }

/// Minus zero becomes zero, as on the fast path.
double number_of(const element& item) { return item.get_double().value_unsafe() + 0.0; }

std::string_view text_of(const element& item) { return item.get_string().value_unsafe(); }

/// An escaped lone surrogate passes the parser; only these begin with this byte.
bool is_sound(std::string_view text) {
  return text.find('\xed') == std::string_view::npos || is_valid_utf8(text);
}

}  // namespace

bool is_valid_utf8(std::string_view text) { return simdjson::validate_utf8(text.data(), text.size()); }

struct DomPath::Parsed {
  explicit Parsed(std::size_t max_depth) : document(max_depth) {}
  JsonDocument document;
};

/// One pass over one parsed record.
struct DomPath::Walk {
  DomPath& path;
  Row& row;
  Batch& batch;

  Refusal record(const element& root);
  Refusal field(Slot slot, const element& item);
  Refusal text(Slot slot, const element& item);
  Refusal number(Slot slot, const element& item);
  Refusal time(const element& item);
  Refusal schema(const element& item) const;
  Refusal own_value(Slot slot, const element& item);
  Refusal section(Slot slot, const element& item);
  Refusal member(Slot slot, std::string_view key, const element& item);
  Refusal classes(std::string_view key, const element& item);
  Refusal put(FieldId field, Slot slot, const element& item);
  Refusal tag(FieldId field, Slot slot, const element& item);
  Refusal to_value(const element& item, Slot slot, Value& value);
  Refusal to_vector(const element& item, Slot slot, Value& value);
  Refusal to_word(std::string_view content, Slot slot, Value& value);
  FieldId name(Section part, std::string_view key) {
    return path.rows_.names.field(part, key, *batch.dictionary);
  }
};

Refusal DomPath::Walk::to_word(std::string_view content, Slot slot, Value& value) {
  if (!is_sound(content)) return {Reject::invalid_utf8, "lone surrogate", slot};
  value = path.rows_.word_value(content, batch);
  return kAccepted;
}

Refusal DomPath::Walk::to_vector(const element& item, Slot slot, Value& value) {
  path.vector_.clear();
  for (const element component : array_of(item)) {
    if (!is_numeric(component)) return {Reject::wrong_type, "a vector has numbers only", slot};
    path.vector_.push_back(to_float(number_of(component)));
  }
  value = path.rows_.vector_value(path.vector_, batch);
  return kAccepted;
}

Refusal DomPath::Walk::to_value(const element& item, Slot slot, Value& value) {
  switch (item.type()) {
    case element_type::NULL_VALUE:
      value = Value::null();
      return kAccepted;
    case element_type::BOOL:
      value = Value::boolean(item.get_bool().value_unsafe());
      return kAccepted;
    case element_type::STRING:
      if (spells_no_number(text_of(item))) return {Reject::bad_number, "not a number, spelled as text", slot};
      return to_word(text_of(item), slot, value);
    case element_type::ARRAY:
      return to_vector(item, slot, value);
    case element_type::OBJECT:
      return {Reject::wrong_type, kWrongType, slot};
    default:
      value = Value(number_of(item));
      return kAccepted;
  }
}

Refusal DomPath::Walk::put(FieldId field, Slot slot, const element& item) {
  if (row.room == 0) return {Reject::too_many_values, "too many values", slot};
  Value value;
  const Refusal refusal = to_value(item, slot, value);
  if (refusal.ok()) row.put_value(field, value);
  return refusal;
}

// Segments and series are told apart by text, so numbers and booleans become their spelling.
Refusal DomPath::Walk::tag(FieldId field, Slot slot, const element& item) {
  if (row.room == 0) return {Reject::too_many_values, "too many values", slot};
  Value value;
  Refusal refusal;
  if (item.is_string()) {
    refusal = to_word(text_of(item), slot, value);
  } else if (item.is_bool()) {
    refusal = to_word(item.get_bool().value_unsafe() ? "true" : "false", slot, value);
  } else if (is_numeric(item)) {
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, number_of(item)).ptr;
    refusal = to_word({digits, static_cast<std::size_t>(end - digits)}, slot, value);
  } else if (!item.is_null()) {
    refusal = {Reject::wrong_type, kWrongType, slot};
  }
  if (refusal.ok()) row.put_value(field, value);
  return refusal;
}

Refusal DomPath::Walk::classes(std::string_view key, const element& item) {
  if (row.room == 0) return {Reject::too_many_values, "too many values", Slot::outputs};
  row.put_object(name(Section::output, key));
  for (const auto [label, share] : object_of(item)) {
    if (!is_sound(label)) return {Reject::invalid_utf8, "lone surrogate in a name", Slot::outputs};
    if (!is_numeric(share) && !share.is_null())
      return {Reject::wrong_type, "a class has a number", Slot::outputs};
    const FieldId field = class_field(key, label, *batch.dictionary, path.rows_.names);
    const Refusal refusal = put(field, Slot::outputs, share);
    if (!refusal.ok()) return refusal;
  }
  return kAccepted;
}

Refusal DomPath::Walk::member(Slot slot, std::string_view key, const element& item) {
  if (!is_sound(key)) return {Reject::invalid_utf8, "lone surrogate in a name", slot};
  if (slot == Slot::features) return put(name(Section::feature, key), slot, item);
  if (slot != Slot::outputs) return tag(name(Section::segment, key), slot, item);
  return item.is_object() ? classes(key, item) : put(name(Section::output, key), slot, item);
}

Refusal DomPath::Walk::section(Slot slot, const element& item) {
  if (item.is_null()) return kAccepted;
  if (!item.is_object()) return {Reject::wrong_type, kWrongType, slot};
  for (const auto [key, value] : object_of(item)) {
    const Refusal refusal = member(slot, key, value);
    if (!refusal.ok()) return refusal;
  }
  return kAccepted;
}

Refusal DomPath::Walk::own_value(Slot slot, const element& item) {
  const bool fits = slot == Slot::label
                        ? item.is_string() || item.is_bool() || is_numeric(item) || item.is_null()
                        : is_numeric(item) || item.is_null();
  const bool spelled = item.is_string() && spells_no_number(text_of(item));
  if (!fits && !spelled) return {Reject::wrong_type, kWrongType, slot};
  if (slot == Slot::value || !item.is_null()) row.known |= bit_of(slot);
  return to_value(item, slot, row.value);
}

Refusal DomPath::Walk::text(Slot slot, const element& item) {
  if (item.is_null()) return kAccepted;
  if (!item.is_string()) return {Reject::wrong_type, kWrongType, slot};
  if (!is_sound(text_of(item))) return {Reject::invalid_utf8, "lone surrogate", slot};
  row.put_text(slot, text_of(item));
  return kAccepted;
}

Refusal DomPath::Walk::number(Slot slot, const element& item) {
  if (item.is_null()) return kAccepted;
  if (item.is_string() && spells_no_number(text_of(item)))
    return {Reject::bad_number, "not a number, spelled as text", slot};
  if (!is_numeric(item)) return {Reject::wrong_type, kWrongType, slot};
  row.put_number(slot, number_of(item));
  return kAccepted;
}

Refusal DomPath::Walk::time(const element& item) {
  if (item.is_null()) return kAccepted;
  const bool good = item.is_string()   ? path.times_.parse(text_of(item), row.time)
                    : is_numeric(item) ? time_from_number(number_of(item), row.time)
                                       : false;
  if (!good)
    return {Reject::bad_time, "neither RFC 3339 with zone nor epoch milliseconds of 2000 to 2099",
            Slot::time};
  row.known |= bit_of(Slot::time);
  return kAccepted;
}

Refusal DomPath::Walk::schema(const element& item) const {
  if (!item.is_string() || text_of(item) != kSchemaName)
    return {Reject::unsupported_schema, "is not vedette/1", Slot::schema};
  row.known |= bit_of(Slot::schema);
  return kAccepted;
}

Refusal DomPath::Walk::field(Slot slot, const element& item) {
  if ((row.seen & bit_of(slot)) != 0) return {Reject::duplicate_key, "comes twice", slot};
  row.seen |= bit_of(slot);
  if (is_text(slot)) return text(slot, item);
  if (is_number(slot)) return number(slot, item);
  switch (slot) {
    case Slot::schema:
      return schema(item);
    case Slot::kind:
      row.known |= bit_of(slot);
      return kAccepted;
    case Slot::time:
      return time(item);
    case Slot::label:
    case Slot::value:
      return own_value(slot, item);
    case Slot::embedding:
      if (!item.is_array() && !item.is_null()) return {Reject::wrong_type, kWrongType, slot};
      return put(name(Section::feature, to_string(slot)), slot, item);
    default:
      return section(slot, item);
  }
}

Refusal DomPath::Walk::record(const element& root) {
  if (!root.is_object()) return {Reject::wrong_type, "not an object"};
  const simdjson::dom::object fields = object_of(root);
  element kind;
  if (fields.at_key("schema").error() == simdjson::NO_SUCH_FIELD)
    return {Reject::missing_field, "required, but not given", Slot::schema};
  if (fields.at_key("kind").get(kind) != simdjson::SUCCESS || kind.is_null())
    return {Reject::missing_field, "required, but not given", Slot::kind};
  if (!kind.is_string()) return {Reject::wrong_type, kWrongType, Slot::kind};
  EventKind known{};
  if (!parse_kind(text_of(kind), known))
    return {Reject::unsupported_schema, "no such kind of event", Slot::kind};
  row.begin(known);
  path.unknown_keys_.begin(fields.size());
  for (const auto [key, item] : fields) {
    const Slot slot = slot_of(known, key);
    if (slot == Slot::unknown) {
      ++row.unknown;
      if (!path.unknown_keys_.insert(path.hash_(key)))
        return {Reject::duplicate_key, "an unknown field comes twice"};
      continue;
    }
    const Refusal refusal = field(slot, item);
    if (!refusal.ok()) return refusal;
  }
  if (row.knows(Slot::model)) row.guess = path.rows_.last_shape(row.text(Slot::model), *batch.dictionary);
  return kAccepted;
}

DomPath::DomPath(const DecodeOptions& options, RowWriter& rows, TimeReader& times)
    : rows_(rows), times_(times), hash_(options.key), parsed_(std::make_unique<Parsed>(options.max_depth)) {}

DomPath::~DomPath() = default;

Refusal DomPath::read(std::string_view record, Row& row, Batch& batch) {
  element root;
  switch (const Reject reason = parsed_->document.parse(record, root)) {
    case Reject::none:
      return Walk{*this, row, batch}.record(root);
    case Reject::empty:
      return {reason, "no value"};
    case Reject::too_deep:
      return {reason, "nested too deep"};
    case Reject::invalid_utf8:
      return {reason, "not UTF-8"};
    case Reject::bad_number:
      return {reason, "a number is malformed or does not fit a double"};
    default:
      return {reason, "not JSON"};
  }
}

}  // namespace vedette
