#pragma once

#include <map>
#include <string>
#include <vector>

#include "pipeline/judge_stage.h"
#include "vedette/store.h"

namespace vedette {

/// One version of a model's baseline: where it came from, and what became of it.
struct BaselineVersion {
  enum class State : unsigned char { candidate, active, replaced, retired };
  std::string model;
  std::int64_t number = 0;  ///< From 1.
  State state = State::candidate;
  std::string by;      ///< Who learned it.
  std::string source;  ///< The file that it was learned from,
  std::string sha256;  ///< and its digest.
  Time made{};         ///< By the clock of the machine.
  Time from{};         ///< Event time of what it was learned from.
  Time to{};
  std::uint64_t records = 0;
};
std::string_view to_text(BaselineVersion::State state);
/// `fraud-scorer@3`
std::string name_of(const BaselineVersion& version);

/// What a baseline holds: keys of the judges' state, by instance of the detector.
using BaselineKeys = std::map<std::string, StoredKeys>;

/// Baselines that a store's judges have learned, by model. The judges have loaded that store.
Result<std::map<std::string, BaselineKeys>> learned_baselines(const Store& store,
                                                              const std::vector<BuiltDetector>& detectors,
                                                              JudgeStage& judges);

/// All versions of all models' baselines, in the daemon's own store. Damaged entries are refused.
class BaselineArchive {
 public:
  explicit BaselineArchive(const Store& store) : store_(store) {}

  /// In order of model and number.
  Result<std::vector<BaselineVersion>> versions() const;
  /// `MODEL@NUMBER`, or `MODEL` for its newest one.
  Result<BaselineVersion> find(const std::string& name) const;
  Result<BaselineKeys> read(const BaselineVersion& version) const;
  /// The next version of its model; `version.number` is set.
  Status add(BaselineVersion& version, const BaselineKeys& keys, Changes& changes) const;
  static void put(const BaselineVersion& version, Changes& changes);
  /// It is active from now on, in place of the one that is.
  Status activate(BaselineVersion version, Changes& changes) const;

 private:
  const Store& store_;
};

}  // namespace vedette
