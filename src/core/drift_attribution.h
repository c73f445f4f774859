#pragma once

#include <map>
#include <string>

#include "core/drift_explain.h"
#include "core/drift_witness.h"

namespace vedette::drift {

/// So many panes' witnesses are kept. Longer windows are explained by their last ones.
inline constexpr int kCrowdPanes = 8;

/// The witnesses of a pane of `n` events, over all partitions.
struct CrowdPane {
  std::uint64_t n = 0;
  Witnesses witnesses;
  std::string encode() const;
  bool decode(ByteReader& in);
};
using Crowd = std::map<Time, CrowdPane>;  ///< By the pane's end.

/// What an attribution draws on; `prefix` makes a pseudonym of a client without a name.
struct CrowdStory {
  const Story& story;
  const Crowd& crowd;
  const std::string& prefix;
};

/// Adds to a finding whose doing it is: the client and the segment whose events move the histogram most, and
/// what the effect would be without them. Only where the shift would not be told without them is it theirs.
void attribute(const CrowdStory& of, const Transition& transition, Finding& finding);

}  // namespace vedette::drift
