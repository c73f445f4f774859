#pragma once

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "unit/core/drift_rig.h"
#include "vedette/drift.h"

namespace vedette::drift_test {

/// Watches every feature.
class Everything final : public ColumnSource {
 public:
  Use use_of(const Field& field) const override {
    return {field.section == Section::feature ? field.name : std::string{}, false};
  }
};
struct Params {
  DriftSettings drift;
  void describe(Settings& table) { drift.describe(table); }
  Result<std::unique_ptr<Detector>> build(const Common& common) const {
    return make_drift_detector(std::make_unique<Everything>(), drift, common);
  }
};
inline DetectorKind kind() {
  DetectorKind result{};
  result.name = "drift";
  result.plan = plan_of<Params>;
  return result;
}

inline constexpr Time kStart = from_ms(1'772'409'600'000);

/// Reproducible noise without the standard library's distributions.
class Noise {
 public:
  explicit Noise(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15ULL + 1) {}
  double uniform() { return static_cast<double>(mix64(state_ += 0x9e3779b97f4a7c15ULL) >> 11) * 0x1p-53; }
  double normal() { return std::sqrt(-2 * std::log(1 - uniform())) * std::cos(2 * M_PI * uniform()); }

 private:
  std::uint64_t state_;
};

struct Plan {
  std::uint64_t seed = 1;
  Time from = kStart;
  int events = 4000;
  Duration gap{500};
  std::function<void(Row&, Noise&)> change;
};

inline std::vector<Row> rows_of(const Plan& plan) {
  Noise noise(plan.seed);
  std::vector<Row> rows;
  for (int i = 0; i < plan.events; ++i) {
    Row row;
    row.time = plan.from + i * plan.gap;
    row.identity = mix64(plan.seed * 1'000'003 + static_cast<std::uint64_t>(i));
    row.values = {{{Section::feature, "age"}, 30 + 8 * noise.normal()},
                  {{Section::feature, "amount"}, std::exp(noise.normal())},
                  {{Section::feature, "region"}, std::string(noise.uniform() < .6 ? "eu" : "us")},
                  {{Section::feature, "vip"}, noise.uniform() < .1}};
    if (plan.change) plan.change(row, noise);
    rows.push_back(std::move(row));
  }
  return rows;
}

inline RigOptions recorded() {
  RigOptions options;
  options.common.recorded = true;
  return options;
}

inline std::vector<std::string> encoded(const DriftRig& rig) {
  std::vector<std::string> all;
  for (const auto& [ripe, finding] : rig.findings()) {
    ByteWriter out(all.emplace_back());
    out.i64(to_ms(ripe));
    encode(finding, out);
  }
  return all;
}

inline void shift_age(Row& row, Noise&) {
  row.values[0].second = std::get<double>(row.values[0].second) + 10;
}

}  // namespace vedette::drift_test
