#include "core/label_judge.h"
#include "core/label_observer.h"
#include "vedette/concept.h"

namespace vedette {
namespace {

class ConceptDetector final : public Detector {
 public:
  ConceptDetector(const ConceptSettings& settings, const Common& common)
      : settings_(settings), common_(common) {}
  std::unique_ptr<Observer> observer() const override {
    return std::make_unique<labels::LabelObserver>(common_);
  }
  bool samples_first() const override { return true; }
  std::unique_ptr<Judge> judge() const override {
    return std::make_unique<labels::LabelJudge>(settings_, common_);
  }

 private:
  ConceptSettings settings_;
  Common common_;
};

}  // namespace

void ConceptSettings::describe(Settings& table) {
  drift.describe(table);
  table.add("join_for", join_for, "How long a prediction waits for its label.",
            {static_cast<double>(kMinute.count()), static_cast<double>((90 * kDay).count())});
  table.add("max_predictions", max_predictions,
            "Most predictions of one model that wait for a label, about 150 bytes each; all models "
            "together ten times as many. Of more, a part chosen by their ids is watched.",
            {100, 10e6});
}

Result<std::unique_ptr<Detector>> make_concept_detector(const ConceptSettings& settings,
                                                        const Common& common) {
  if (!(common.budget > 0)) return Status::reject("budget must be above 0");
  // The cells that are learned take effect so long after they were chosen.
  if (common.window > kHorizon) return Status::reject("window must be at most 10m for joined labels");
  return std::unique_ptr<Detector>(std::make_unique<ConceptDetector>(settings, common));
}

}  // namespace vedette
