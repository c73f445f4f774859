#include "core/drift_judge.h"
#include "core/drift_observer.h"
#include "vedette/drift.h"

namespace vedette {
namespace {

/// Makes the two halves. The source lives here, longer than its observers.
class DriftDetector final : public Detector {
 public:
  DriftDetector(std::unique_ptr<ColumnSource> source, const DriftSettings& settings, const Common& common)
      : source_(std::move(source)), settings_(settings), common_(common) {}
  std::unique_ptr<Observer> observer() const override {
    return std::make_unique<drift::DriftObserver>(*source_, common_);
  }
  bool samples_first() const override { return true; }
  std::unique_ptr<Judge> judge() const override {
    return std::make_unique<drift::DriftJudge>(*source_, settings_, common_);
  }

 private:
  std::unique_ptr<ColumnSource> source_;
  DriftSettings settings_;
  Common common_;
};

}  // namespace

void DriftSettings::describe(Settings& table) {
  constexpr double kLongest = static_cast<double>((90 * kDay).count());
  table.add("min_effect", min_effect,
            "Smallest shift worth an alert; like PSI for small shifts, at most 8. A mean that moves by "
            "s standard deviations makes s squared, nulls at rate r make 4 r.",
            {0.001, 8});
  table.add("learn_for", learn_for,
            "Event time over which a baseline is learned from live events. Below 24h alerts are marked "
            "provisional; 9 days or more also learn the weekend.",
            {static_cast<double>(kHour.count()), kLongest});
  table.add("fallback", fallback,
            "Whether a model version without a baseline in force is compared with the newest version that "
            "has one, until its own is. Such alerts are provisional and name that version.");
  table.add("trailing", trailing,
            "How far from the anchor, the baseline that was first in force or was promoted last, later ones "
            "may follow the traffic; measured like min_effect. Each is learned over learn_for. 0: none "
            "follows.",
            {0, 8});
}

ColumnSource::Use use_in_relations(const Field& field) {
  if (field.section == Section::feature) return {field.name, false};
  const bool outcome = field.section == Section::output && field.name != "text";
  return {outcome ? field.name + std::string(kOutcome) : std::string{}, false};
}

Result<std::unique_ptr<Detector>> make_drift_detector(std::unique_ptr<ColumnSource> source,
                                                      const DriftSettings& settings, const Common& common) {
  if (!(common.budget > 0)) return Status::reject("budget must be above 0");
  return std::unique_ptr<Detector>(std::make_unique<DriftDetector>(std::move(source), settings, common));
}

}  // namespace vedette
