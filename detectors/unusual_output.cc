// Detects: more single events than ever that are far outside of what the baseline knows: values, texts or
//   combinations of values that hardly any of its events had; of all clients, or of one.
// Reads: features, outputs, segments, version and client of inference events that did not fail.
// State per key (model version): 2048 rows while it learns; later the tails of each field and the
//   relations between numbers, some 30 KB, and counts of 24 spans of up to 256 groups of clients.
// Blind to: odd events below min_share of all and min_client_share of their client; vectors; values
//   between usual ones; shifts of all events, and odd events that are most of all: drift detectors tell
//   those.
// Source: tails of fields (generalised Pareto) and of ridge Mahalanobis distances, the worst of them
//   calibrated on rows held out (conformal p-values); negative binomial tails of counts.

#include "vedette/unusual_output.h"

namespace vedette {
namespace {

struct Params {
  UnusualSettings settings;
  void describe(Settings& table) { settings.describe(table); }
  Result<std::unique_ptr<Detector>> build(const Common& common) const {
    return make_unusual_detector(settings, common);
  }
};

/// Short panes see soon what busy models do; what is known of a model is large.
Common defaults() {
  Common common;
  common.window = 10 * kSecond;
  common.max_keys = 1000;
  return common;
}

}  // namespace

extern const DetectorKind unusual_output_kind;
const DetectorKind unusual_output_kind = {
    .name = "unusual_output",
    .version = 1,
    .title = "Unusual events",
    .detects =
        "More single events than ever that are far outside of what the baseline knows: values, texts or "
        "combinations of values that hardly any of its events had; of all clients, or of one.",
    .reads = "Features, outputs, segments, version and client of inference events that did not fail.",
    .state =
        "Per model version: 2048 rows while it learns; later the tails of each field and the relations "
        "between numbers, some 30 KB, and counts of 24 spans of up to 256 groups of clients.",
    .blind_to =
        "Odd events below min_share of all and min_client_share of their client; vectors; values between "
        "usual ones; shifts of all events, and odd events that are most of all: drift detectors tell those.",
    .source =
        "Tails of fields (generalised Pareto) and of ridge Mahalanobis distances, the worst of them "
        "calibrated on rows held out (conformal p-values); negative binomial tails of counts.",
    .technique = {},
    .side = Side::outputs,
    .weight = 0.25,
    .defaults = defaults(),
    .plan = plan_of<Params>,
};

}  // namespace vedette
