#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "vedette/detector.h"

namespace vedette::testing_support {

/// A detector that does nothing, with one setting of each type. For tests of settings,
/// configuration and catalog, which must not depend on what the real ones are called.
struct SampleParams {
  double effect = 0.2;
  std::int64_t bins = 10;
  Duration memory = kDay;
  ByteSize room{1ULL << 20};
  bool strict = false;
  std::string mode = "fast";
  std::vector<std::string> fields = {"age", "income"};
  std::map<std::string, std::string> names;

  void describe(Settings& table) {
    table.add("effect", effect, "Smallest effect that matters.", {0, 1});
    table.add("bins", bins, "Bins of a histogram.", {2, 100});
    table.add("memory", memory, "How far back normal reaches.", {3600e3, 30 * 86400e3});
    table.add("room", room, "Memory for samples.", {1024, 1073741824});
    table.add("strict", strict, "Whether gaps count.");
    table.add_choice("mode", mode, "How it looks.", {"fast", "exact"});
    table.add("fields", fields, "Features to watch.");
    table.add("names", names, "Names for people, by feature.");
  }
  Result<std::unique_ptr<Detector>> build(const Common& common) const;
};

class SampleDetector final : public Detector {
 public:
  explicit SampleDetector(SampleParams params) : params_(std::move(params)) {}
  std::unique_ptr<Observer> observer() const override { return nullptr; }
  std::unique_ptr<Judge> judge() const override { return nullptr; }
  std::string idle() const override { return params_.fields.empty() ? "`fields` is empty" : ""; }
  const SampleParams& params() const { return params_; }

 private:
  SampleParams params_;
};

inline Result<std::unique_ptr<Detector>> SampleParams::build(const Common& common) const {
  if (common.window > memory) return Status::reject("window must not be longer than memory");
  return std::unique_ptr<Detector>(std::make_unique<SampleDetector>(*this));
}

/// What a test that runs no detector has to say of one.
inline DetectorKind bare_kind(std::string_view name, std::string_view title, Side side = Side::neither) {
  return {.name = name,
          .title = title,
          .detects = {},
          .reads = {},
          .state = {},
          .blind_to = {},
          .source = {},
          .technique = {},
          .side = side,
          .defaults = {},
          .plan = nullptr};
}

inline const DetectorKind kSampleKind = {
    .name = "sample",
    .title = "A sample",
    .detects = "nothing",
    .reads = "nothing",
    .state = "none",
    .blind_to = "everything",
    .source = "none",
    .technique = {},
    .defaults = {},
    .plan = plan_of<SampleParams>,
};

}  // namespace vedette::testing_support
