#include "core/fairness_partial.h"

#include "core/fairness_rules.h"

namespace vedette::fairness {
namespace {

constexpr std::uint64_t kVersion = 1;
constexpr std::uint64_t kMost = std::uint64_t{1} << 40;  ///< So that no sum can overflow.

}  // namespace

void GroupCount::merge(const GroupCount& other) {
  field = other.field;
  text = other.text;
  events += other.events;
  favourable += other.favourable;
}

void GroupCount::encode(ByteWriter& out) const {
  out.u64(field);
  out.text(text);
  out.u64(events);
  out.u64(favourable);
}

bool GroupCount::decode(ByteReader& in) {
  field = in.u64();
  text = in.text();
  events = in.u64();
  favourable = in.u64();
  return in.ok() && field < kMostFields && text.size() <= kGroupBytes && events <= kMost &&
         favourable <= events;
}

std::string encode(const GroupCounts& counts) {
  std::string bytes;
  ByteWriter out(bytes);
  out.u64(kVersion);
  counts.encode(out);
  return bytes;
}

Result<GroupCounts> decode_counts(std::string_view bytes) {
  ByteReader in(bytes);
  GroupCounts counts;
  if (in.u64() != kVersion) return Status::reject("outcomes of groups of another version");
  if (!counts.decode(in) || !in.done()) return Status::reject("damaged outcomes of groups");
  return counts;
}

}  // namespace vedette::fairness
