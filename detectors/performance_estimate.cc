// Detects: a model that is right less often than in its baseline, before labels come, as its own
//   confidence shows: it has become less sure of its answers.
// Reads: label and probabilities of inference events with an id; label events, to calibrate.
// State per key (model version): counts of 20 degrees of confidence, 512 blocks while it learns, later
//   those of the longest window; per model predictions that wait for a label, about 100 bytes each.
// Blind to: answers without probabilities or id; a model that is wrong and sure of it; drops below
//   min_drop; cycles longer than the baseline; a new version has a baseline of its own.
// Source: confidence-based performance estimation (CBPE), calibrated by isotonic regression.

#include "vedette/performance_estimate.h"

namespace vedette {
namespace {

struct Params {
  PerformanceEstimateSettings settings;
  void describe(Settings& table) { settings.describe(table); }
  Result<std::unique_ptr<Detector>> build(const Common& common) const {
    return make_performance_estimate_detector(settings, common);
  }
};

/// Labels are joined pane by pane. Each key is some 50 KB while it learns.
Common defaults() {
  Common common;
  common.window = 10 * kSecond;
  common.max_keys = 1000;
  return common;
}

}  // namespace

extern const DetectorKind performance_estimate_kind;
const DetectorKind performance_estimate_kind = {
    .name = "performance_estimate",
    .version = 1,
    .title = "Estimated accuracy",
    .detects =
        "A model that is right less often than in its baseline, before labels come, as its own confidence "
        "shows: it has become less sure of its answers.",
    .reads = "Label and probabilities of inference events with an id; label events, to calibrate.",
    .state =
        "Per model version: counts of 20 degrees of confidence, 512 blocks while it learns, later those of "
        "the longest window. Per model: predictions that wait for a label, about 100 bytes each.",
    .blind_to =
        "Answers without probabilities or id; a model that is wrong and sure of it; drops below min_drop; "
        "cycles longer than the baseline; a new version has a baseline of its own.",
    .source = "Confidence-based performance estimation (CBPE), calibrated by isotonic regression.",
    .technique = {},
    .side = Side::outputs,
    // What makes a model unsure often shows in its inputs and outputs before.
    .weight = 0.25,
    .defaults = defaults(),
    .plan = plan_of<Params>,
};

}  // namespace vedette
