#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/model_change_partial.h"

namespace vedette::model_change {

struct KnownDigest {
  NameHash key = 0;
  std::string text;
  Time last{};              ///< End of the pane in which it was seen last.
  Time refused_at = kDawn;  ///< When it was last told that it is not approved.
};

struct KnownVersion {
  std::string text;
  Time first{};  ///< Of its events.
  Time last{};
  std::uint64_t events = 0;
  Duration seen{};                ///< Model's clock when it answered last.
  std::optional<Duration> since;  ///< Model's clock since it has its part of the events; empty: it has not.
  Time risen = kForever;          ///< Start of the first pane in which it had.
  std::uint64_t lately = 0;       ///< Events in this block of the clock,
  std::uint64_t before = 0;       ///< and in the one before.
  Duration longest_absence{0};    ///< While the model was learned.
  Time back_at = kDawn;           ///< When its return was told last.
  bool parallel = false;          ///< Was learned to answer beside others.
  std::vector<KnownDigest> digests;

  std::uint64_t recent() const { return lately + before; }
};

struct KnownOutput {
  std::string text;
  Time first{};  ///< Start of the pane in which it was first seen.
  Time last{};
  TypeCounts learned{};      ///< Of the period in which it was last learned.
  std::uint8_t usual = 0;    ///< Types of earlier periods and such as were told, a bit each.
  std::uint64_t odd = 0;     ///< Of the run of panes most of whose events had another type.
  std::uint64_t odd_of = 0;  ///< Events of that run.
  Time odd_since{};
};

/// What is known of one model. Owned by the judge. Bounded by the limits below.
struct ModelState {
  static constexpr std::size_t kMostVersions = 64;
  static constexpr std::size_t kMostDigestsOfVersion = 16;
  static constexpr std::size_t kMostDigests = 128;
  static constexpr std::size_t kMostOutputs = 64;

  Time first = kForever;  ///< Of its events.
  Time pane_end = kDawn;  ///< Of the last pane that it was in.
  bool settled = false;   ///< By recorded events.
  std::uint64_t events = 0;
  /// For how long it has answered: pauses count little, so that a quiet night is no absence.
  Duration clock{0};
  std::int64_t block = 0;    ///< Of `clock`, in units of the overlap.
  Time together_at = kDawn;  ///< When two versions at once were told last; kDawn: they are not.
  std::string together;      ///< Which.
  std::map<NameHash, KnownVersion> versions;
  std::map<NameHash, KnownOutput> outputs;

  /// What was found in recorded events was learned, not told.
  void end_baseline();
  std::string encode() const;
  /// False: not what `encode` writes.
  bool decode(std::string_view bytes);
};

}  // namespace vedette::model_change
