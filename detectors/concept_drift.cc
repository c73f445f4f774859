// Detects: a model that is wrong more often, or otherwise, than in its baseline, while its
//   inputs and outputs look the same, as labels show that come minutes to days later.
// Reads: label, probabilities and score of inference events; label events. A label is joined
//   with the inference that it names, and counts at its own time.
// State per key (model): predictions that wait for a label, at most max_predictions, about
//   150 bytes each; per model version 4 blocks x levels of histograms of error, confusion
//   (said > true), loss, surprise, and of the residual of amounts.
// Blind to: what is not labelled; labels that come after join_for, or without the id of their
//   inference; errors below min_effect; cycles longer than the baseline.
// Source: the same engine as feature_drift.

#include "vedette/concept.h"

namespace vedette {
namespace {

struct Params {
  ConceptSettings settings;
  void describe(Settings& table) { settings.describe(table); }
  Result<std::unique_ptr<Detector>> build(const Common& common) const {
    return make_concept_detector(settings, common);
  }
};

/// Labels are joined pane by pane: short ones cost no delay.
Common defaults() {
  Common common;
  common.window = 10 * kSecond;
  return common;
}

}  // namespace

extern const DetectorKind concept_drift_kind;
const DetectorKind concept_drift_kind = {
    .name = "concept_drift",
    .version = 1,
    .title = "Concept drift",
    .detects =
        "Labels that come minutes to days later show a model to be wrong more often, or otherwise, "
        "than in its baseline, while its inputs and outputs look the same.",
    .reads =
        "Labels, probabilities and scores that a model answers, and label events with the id of their "
        "inference, per model and version.",
    .state =
        "Per model: predictions that wait for a label, about 150 bytes each. Per model version: "
        "histograms of the last windows of error, confusion, loss, surprise and residual.",
    .blind_to =
        "What is not labelled; labels that come after join_for, or without the id of their inference; "
        "errors below min_effect; cycles longer than the baseline.",
    .source =
        "Hellinger geometry of histograms with an allowance for the baseline's own wander per window length.",
    .technique = {},
    .side = Side::outputs,
    // Few models have labels, and what is wrong with an answer often shows in inputs and outputs before.
    .weight = 0.5,
    .defaults = defaults(),
    .plan = plan_of<Params>,
};

}  // namespace vedette
