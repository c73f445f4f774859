#pragma once

#include "vedette/batch.h"
#include "vedette/entity.h"

namespace vedette {

/// Model, version and tenant of an event: what decides whether a detector is for it.
inline Entity named_entity(const Batch& batch, const Event& event) {
  Entity entity;
  entity.model = batch.name(event.model);
  entity.version = batch.name(event.version);
  entity.tenant = batch.name(event.tenant);
  return entity;
}

/// The same as a number below 2^60, for as long as the dictionary lives.
inline std::uint64_t names_key(const Event& event) {
  static_assert(Dictionary::kMaxNames <= std::size_t{1} << 20);
  return static_cast<std::uint64_t>(event.model) << 40 | static_cast<std::uint64_t>(event.version) << 20 |
         event.tenant;
}

/// Value of a segment field. Empty: not a segment; numbers have too many values to be told apart.
inline std::string_view segment_text(const Batch& batch, Value value) {
  if (value.type() == Value::Type::word) return batch.text(value.index());
  if (value.type() == Value::Type::boolean) return value.boolean() ? "true" : "false";
  return {};
}

}  // namespace vedette
