#include <algorithm>

#include "core/fairness_judge.h"
#include "core/fairness_observer.h"

namespace vedette {
namespace {

class FairnessDetector final : public Detector {
 public:
  FairnessDetector(FairnessSettings settings, const Common& common)
      : settings_(std::move(settings)), common_(common) {}
  std::unique_ptr<Observer> observer() const override {
    return std::make_unique<fairness::FairnessObserver>(settings_, common_);
  }
  std::unique_ptr<Judge> judge() const override {
    return std::make_unique<fairness::FairnessJudge>(settings_, common_);
  }
  std::string idle() const override {
    return settings_.protected_fields.empty() ? "`protected` names no field" : "";
  }

 private:
  FairnessSettings settings_;
  Common common_;
};

Status check(const FairnessSettings& settings) {
  const std::vector<std::string>& fields = settings.protected_fields;
  if (fields.size() > fairness::kMostFields)
    return Status::reject("protected: at most " + std::to_string(fairness::kMostFields) + " fields");
  for (const std::string& field : fields) {
    if (field.empty() || field.ends_with('.')) return Status::reject("protected: a field needs a name");
    if (std::count(fields.begin(), fields.end(), field) > 1)
      return Status::reject("protected: '" + field + "' is there twice");
  }
  return {};
}

}  // namespace

void FairnessSettings::describe(Settings& table) {
  const double minute = static_cast<double>(kMinute.count());
  const double most = static_cast<double>((90 * kDay).count());
  table.add(
      "protected", protected_fields,
      "Fields whose values are the groups to compare: `region` of the segment, `features.sex`; at most 4. "
      "Empty = nothing is watched.");
  table.add(
      "favourable", favourable,
      "Labels that are the favourable outcome; empty = a score (or number) of `score_from` or more is.");
  table.add("score_from", score_from, "Least score that is favourable, where `favourable` is empty.");
  table.add("ratio_rule", ratio_rule,
            "Least selection rate of a group against that of any other (four-fifths rule); 0 = no such rule.",
            {0, 0.99});
  table.add("parity_rule", parity_rule, "Largest difference of selection rates; 0 = no such rule.", {0, 0.9});
  table.add("opportunity_rule", opportunity_rule,
            "Largest difference of true positive rates, by labels; 0 = no such rule.", {0, 0.9});
  table.add("false_positive_rule", false_positive_rule,
            "Largest difference of false positive rates, by labels; 0 = no such rule.", {0, 0.9});
  table.add("worse_by", worse_by,
            "Growth of a difference since the baseline that is worth an alert of its own; 0 = none is.",
            {0, 0.9});
  table.add("min_events", min_events, "Answers or labels of a window without which a group is not judged.",
            {20, 1e6});
  table.add("max_groups", max_groups, "Groups of one field that are judged, those with most events.",
            {2, 64});
  table.add("learn_for", learn_for, "Live events that make a baseline, where none was recorded.",
            {10 * minute, most});
  table.add("join_for", join_for, "How long an answer waits for its label.", {minute, most});
  table.add(
      "max_predictions", max_predictions,
      "Most answers of one model that wait for a label; all models together ten times as many. Of more, a "
      "part chosen by their ids is labelled.",
      {100, 10e6});
}

Result<std::unique_ptr<Detector>> make_fairness_detector(const FairnessSettings& settings,
                                                         const Common& common) {
  if (!(common.budget > 0)) return Status::reject("budget must be above 0");
  if (common.window > kHorizon) return Status::reject("window must be at most 10m for joined labels");
  const Status checked = check(settings);
  if (!checked.ok()) return checked;
  return std::unique_ptr<Detector>(std::make_unique<FairnessDetector>(settings, common));
}

}  // namespace vedette
