#include "core/estimate_judge.h"
#include "core/label_observer.h"

namespace vedette {
namespace {

class PerformanceEstimateDetector final : public Detector {
 public:
  PerformanceEstimateDetector(const PerformanceEstimateSettings& settings, const Common& common)
      : settings_(settings), common_(common) {}
  std::unique_ptr<Observer> observer() const override {
    return std::make_unique<labels::LabelObserver>(common_);
  }
  std::unique_ptr<Judge> judge() const override {
    return std::make_unique<estimate::EstimateJudge>(settings_, common_);
  }

 private:
  PerformanceEstimateSettings settings_;
  Common common_;
};

}  // namespace

void PerformanceEstimateSettings::describe(Settings& table) {
  const double minute = static_cast<double>(kMinute.count());
  const double most = static_cast<double>((90 * kDay).count());
  table.add("min_drop", min_drop, "Smallest drop of estimated accuracy that is worth an alert.",
            {0.005, 0.5});
  table.add("learn_for", learn_for, "Live answers that make a baseline, where none was recorded.",
            {10 * minute, most});
  table.add("join_for", join_for, "How long a prediction waits for its label.", {minute, most});
  table.add("max_predictions", max_predictions,
            "Most predictions of one model that wait for a label; all models together ten times as many. Of "
            "more, a part chosen by their ids calibrates.",
            {100, 10e6});
}

Result<std::unique_ptr<Detector>> make_performance_estimate_detector(
    const PerformanceEstimateSettings& settings, const Common& common) {
  if (!(common.budget > 0)) return Status::reject("budget must be above 0");
  if (common.window > kHorizon) return Status::reject("window must be at most 10m for joined labels");
  return std::unique_ptr<Detector>(std::make_unique<PerformanceEstimateDetector>(settings, common));
}

}  // namespace vedette
