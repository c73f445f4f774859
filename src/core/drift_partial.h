#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/drift_binning.h"
#include "core/drift_clients.h"
#include "core/drift_sample.h"
#include "core/drift_witness.h"
#include "vedette/entity.h"
#include "vedette/status.h"
#include "vedette/time.h"

namespace vedette::drift {

/// What one partition (or, merged, all) saw of a scope in one pane: a sample of rows
/// while there is no profile, else counts per cell. Merging is exact.
struct PanePartial {
  static constexpr std::uint64_t kNoProfile = 0;
  std::uint64_t profile = kNoProfile;
  std::uint64_t n = 0;
  Time first = kForever;  ///< Of its events; sampled panes only.
  Time last = kDawn;
  std::optional<Sample> sample;
  std::vector<std::uint32_t> cells;  ///< By cell of the profile, of a sampled pane by cell of ClientTraffic.
  std::vector<Extent> extents;       ///< By column; fine profiles only.
  BusyClients clients;               ///< Where clients are watched.
  Witnesses witnesses;               ///< Where they are not.

  /// Refused if the two were not counted with the same profile.
  Status merge(const PanePartial& other);
};

/// A pane as its owner holds it.
struct PaneView {
  std::uint64_t profile = PanePartial::kNoProfile;
  std::uint64_t n = 0;
  Time first{};
  Time last{};
  const Sample* sample = nullptr;
  std::span<const std::uint32_t> cells;   ///< Empty: all zero.
  std::span<const std::uint8_t> changes;  ///< To be added to `cells`; empty: none.
  std::span<const Extent> extents;
  const BusyClients* clients = nullptr;
  const Witnesses* witnesses = nullptr;
};
PaneView view_of(const PanePartial& partial);
std::string encode(const PaneView& pane);
/// The same, of a pane whose counts are `counted`: sorted, a cell as often as it was hit,
/// out of `cells`. `pane` has none of its own.
std::string encode(const PaneView& pane, std::span<const std::uint32_t> counted, std::size_t cells);
/// `capacity` of the sample, if it is one.
Result<PanePartial> decode_partial(std::string_view bytes, std::size_t capacity);

/// Scope keys: model, version and segment, each with its length, so that none is another's prefix.
inline constexpr int kScopeParts = 3;
std::string scope_key(std::string_view model, std::string_view version, std::string_view segment = {});
/// The scope beside `scope` where a version without a baseline is watched with that of another.
std::string stand_in_key(std::string_view scope);
bool is_stand_in(std::string_view scope);
/// Where the versions of a model, or of a segment of it, meet.
std::string family_of(const Entity& entity);
/// Of a stand-in: that of the version that it is about.
Entity entity_of(std::string_view scope);
/// Time as 8 bytes that sort by time.
std::string time_key(Time time);
Time time_of_key(std::string_view key);

}  // namespace vedette::drift
