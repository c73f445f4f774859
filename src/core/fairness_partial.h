#pragma once

#include <string>

#include "core/label_records.h"
#include "core/model_change_partial.h"

namespace vedette::fairness {

inline constexpr std::size_t kGroupBytes = 64;  ///< Kept of a group's name.

/// Answers that one group got.
struct GroupCount {
  std::size_t field = 0;  ///< Among the protected ones.
  std::string text;       ///< `region=eu`
  std::uint64_t events = 0;
  std::uint64_t favourable = 0;
  void merge(const GroupCount& other);
  void encode(ByteWriter& out) const;
  bool decode(ByteReader& in);
};

/// Those of one model version in one pane, in one partition or, merged, in all. Merging is exact. Of too
/// many groups those with the smallest names' hashes are kept.
using GroupCounts = model_change::Smallest<GroupCount, 256>;

std::string encode(const GroupCounts& counts);
/// Total.
Result<GroupCounts> decode_counts(std::string_view bytes);

}  // namespace vedette::fairness
