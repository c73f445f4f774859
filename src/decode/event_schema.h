#pragma once

#include <cstdint>
#include <string_view>

#include "vedette/batch.h"

namespace vedette {

/// The top-level fields of native events. Texts come first and numbers follow, so
/// that a Row can hold both in arrays; fewer than 64, so that a bit set holds all.
enum class Slot : unsigned char {
  id,
  model,
  version,
  tenant,
  principal,
  source_ip,
  user_agent,
  model_digest,
  action,
  resource,
  result,
  method,
  path,
  inference_id,
  name,
  latency_ms,
  bytes_in,
  bytes_out,
  tokens_in,
  tokens_out,
  cost_usd,
  status,
  schema,
  kind,
  time,
  features,
  embedding,
  outputs,
  segment,
  label,
  value,
  labels,
  unknown,
};
inline constexpr std::size_t kTextSlots = static_cast<std::size_t>(Slot::latency_ms);
inline constexpr std::size_t kNumberSlots = static_cast<std::size_t>(Slot::schema) - kTextSlots;

constexpr bool is_text(Slot slot) { return slot < Slot::latency_ms; }
constexpr bool is_number(Slot slot) { return slot >= Slot::latency_ms && slot < Slot::schema; }
constexpr std::size_t number_index(Slot slot) { return static_cast<std::size_t>(slot) - kTextSlots; }
constexpr std::uint64_t bit_of(Slot slot) { return std::uint64_t{1} << static_cast<unsigned>(slot); }

inline constexpr std::string_view kSchemaName = "vedette/1";

/// The field that `key` means in an event of this kind; `unknown` if none. A field of
/// another kind is unknown here, whatever its type: it is nobody's to judge.
Slot slot_of(EventKind kind, std::string_view key);

/// Bits of the fields that an event of this kind cannot do without.
std::uint64_t required_slots(EventKind kind);

std::string_view to_string(Slot slot);

/// False if no such kind.
bool parse_kind(std::string_view text, EventKind& kind);

}  // namespace vedette
