#include "core/quality_judge.h"
#include "core/quality_observer.h"

namespace vedette {
namespace {

class QualityDetector final : public Detector {
 public:
  QualityDetector(const QualitySettings& settings, const Common& common)
      : settings_(settings), common_(common) {}
  std::unique_ptr<Observer> observer() const override {
    return std::make_unique<quality::QualityObserver>(settings_, common_);
  }
  std::unique_ptr<Judge> judge() const override {
    return std::make_unique<quality::QualityJudge>(settings_, common_);
  }

 private:
  QualitySettings settings_;
  Common common_;
};

}  // namespace

void QualitySettings::describe(Settings& table) {
  const auto longest = static_cast<double>((90 * kDay).count());
  table.add("sample", sample, "Events of a model that are looked at in each pane.", {8, 256});
  table.add("learn_for", learn_for, "Event time since a model was first seen in which it is only learned.",
            {0, longest});
  table.add("min_share", min_share, "Smallest part of a model's events that must be broken.", {0.001, 1});
  table.add("accept_after", accept_after, "What has lasted for so long is taken for normal.",
            {static_cast<double>(kHour.count()), longest});
}

Result<std::unique_ptr<Detector>> make_quality_detector(const QualitySettings& settings,
                                                        const Common& common) {
  if (!(common.budget > 0)) return Status::reject("budget must be above 0");
  return std::unique_ptr<Detector>(std::make_unique<QualityDetector>(settings, common));
}

}  // namespace vedette
