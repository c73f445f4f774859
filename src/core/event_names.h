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

}  // namespace vedette
