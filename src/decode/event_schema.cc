#include "decode/event_schema.h"

#include <array>
#include <iterator>

namespace vedette {
namespace {

constexpr unsigned kInference = 1, kAccess = 2, kLabel = 4, kMetric = 8;
constexpr unsigned kCalls = kInference | kAccess;
constexpr unsigned kAll = kCalls | kLabel | kMetric;

struct FieldRow {
  std::string_view name;
  Slot slot;
  unsigned kinds;
  unsigned required;
};

constexpr FieldRow kFields[] = {
    {"schema", Slot::schema, kAll, kAll},
    {"kind", Slot::kind, kAll, kAll},
    {"id", Slot::id, kAll, 0},
    {"time", Slot::time, kAll, kAll},
    {"model", Slot::model, kAll, kInference | kLabel},
    {"version", Slot::version, kAll, 0},
    {"tenant", Slot::tenant, kAll, 0},
    {"segment", Slot::segment, kAll, 0},
    {"principal", Slot::principal, kAll, kAccess},
    {"source_ip", Slot::source_ip, kCalls, 0},
    {"user_agent", Slot::user_agent, kCalls, 0},
    {"status", Slot::status, kCalls, 0},
    {"latency_ms", Slot::latency_ms, kCalls, 0},
    {"bytes_in", Slot::bytes_in, kCalls, 0},
    {"bytes_out", Slot::bytes_out, kCalls, 0},
    {"tokens_in", Slot::tokens_in, kCalls, 0},
    {"tokens_out", Slot::tokens_out, kCalls, 0},
    {"cost_usd", Slot::cost_usd, kCalls, 0},
    {"model_digest", Slot::model_digest, kCalls, 0},
    {"features", Slot::features, kInference, 0},
    {"embedding", Slot::embedding, kInference, 0},
    {"outputs", Slot::outputs, kInference, 0},
    {"action", Slot::action, kAccess, kAccess},
    {"resource", Slot::resource, kAccess, kAccess},
    {"result", Slot::result, kAccess, 0},
    {"method", Slot::method, kAccess, 0},
    {"path", Slot::path, kAccess, 0},
    {"inference_id", Slot::inference_id, kLabel, kLabel},
    {"label", Slot::label, kLabel, kLabel},
    {"name", Slot::name, kMetric, kMetric},
    {"value", Slot::value, kMetric, kMetric},
    {"labels", Slot::labels, kMetric, 0},
};
static_assert(std::size(kFields) == static_cast<std::size_t>(Slot::unknown));

constexpr std::size_t kBuckets = 128;

constexpr std::size_t bucket_of(std::string_view key) {
  const auto first = static_cast<unsigned char>(key.front());
  const auto last = static_cast<unsigned char>(key.back());
  return (key.size() * 7 + first * 3u + last * 31u) % kBuckets;
}

// Open addressing; 0 is free, else the row's number plus one.
constexpr std::array<unsigned char, kBuckets> make_index() {
  std::array<unsigned char, kBuckets> index{};
  for (std::size_t i = 0; i < std::size(kFields); ++i) {
    std::size_t at = bucket_of(kFields[i].name);
    while (index[at] != 0) at = (at + 1) % kBuckets;
    index[at] = static_cast<unsigned char>(i + 1);
  }
  return index;
}
constexpr auto kIndex = make_index();

constexpr std::array<std::uint64_t, 4> make_required() {
  std::array<std::uint64_t, 4> bits{};
  for (const FieldRow& field : kFields)
    for (unsigned kind = 0; kind < 4; ++kind)
      if ((field.required >> kind & 1) != 0) bits[kind] |= bit_of(field.slot);
  return bits;
}
constexpr auto kRequired = make_required();

constexpr std::string_view kKinds[] = {"inference", "access", "label", "metric"};

}  // namespace

Slot slot_of(EventKind kind, std::string_view key) {
  if (key.empty()) return Slot::unknown;
  for (std::size_t at = bucket_of(key); kIndex[at] != 0; at = (at + 1) % kBuckets) {
    const FieldRow& field = kFields[kIndex[at] - 1];
    if (field.name != key) continue;
    return (field.kinds >> static_cast<unsigned>(kind) & 1) != 0 ? field.slot : Slot::unknown;
  }
  return Slot::unknown;
}

std::uint64_t required_slots(EventKind kind) { return kRequired[static_cast<std::size_t>(kind)]; }

std::string_view to_string(Slot slot) {
  for (const FieldRow& field : kFields)
    if (field.slot == slot) return field.name;
  return "record";
}

bool parse_kind(std::string_view text, EventKind& kind) {
  for (std::size_t i = 0; i < std::size(kKinds); ++i) {
    if (kKinds[i] != text) continue;
    kind = static_cast<EventKind>(i);
    return true;
  }
  return false;
}

}  // namespace vedette
