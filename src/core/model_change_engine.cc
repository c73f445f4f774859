#include "core/model_change_judge.h"
#include "core/model_change_observer.h"

namespace vedette {
namespace {

class ModelChangeDetector final : public Detector {
 public:
  ModelChangeDetector(ModelChangeSettings settings, const Common& common)
      : settings_(std::move(settings)), common_(common) {}
  std::unique_ptr<Observer> observer() const override {
    return std::make_unique<model_change::ChangeObserver>(settings_, common_);
  }
  std::unique_ptr<Judge> judge() const override {
    return std::make_unique<model_change::ChangeJudge>(settings_, common_);
  }

 private:
  ModelChangeSettings settings_;
  Common common_;
};

}  // namespace

void ModelChangeSettings::describe(Settings& table) {
  table.add("settle", settle,
            "Event time since a model was first seen in which all that it answers with is only learned.",
            {0, static_cast<double>((90 * kDay).count())});
  table.add("overlap", overlap, "How long two versions may answer at once, or a version may be away.",
            {static_cast<double>(kMinute.count()), static_cast<double>((7 * kDay).count())});
  table.add("approved", approved,
            "Patterns of approved digests, `digest` or `version@digest`; empty = all are approved.");
}

Result<std::unique_ptr<Detector>> make_model_change_detector(const ModelChangeSettings& settings,
                                                             const Common& common) {
  for (const std::string& pattern : settings.approved)
    if (pattern.empty() || pattern.back() == '@')
      return Status::reject("approved: a pattern needs a digest, `*` for any");
  return std::unique_ptr<Detector>(std::make_unique<ModelChangeDetector>(settings, common));
}

}  // namespace vedette
