// Detects: features whose distribution moves away from the baseline (mean, spread, shape,
//   nulls, new values, types, units, missing fields), and a new mix of segments, per model version.
// Reads: features and segments of inference events, but not vectors.
// State per key (model version): 4 blocks x levels of histograms, about 5 KB a feature.
// Blind to: changes of relations between features that leave each feature's own
//   distribution alone; cycles longer than the baseline; shifts below min_effect.
// Source: Hellinger geometry of histograms; allowance for a baseline's own wander by window
//   length (variance components), tails by peaks over threshold (Davison, Smith 1990).

#include "vedette/drift.h"

namespace vedette {
namespace {

class Features final : public ColumnSource {
 public:
  Use use_of(const Field& field) const override {
    if (field.section == Section::segment) return {"segment:" + field.name, false};
    return {field.section == Section::feature ? field.name : std::string{}, false};
  }
};

}  // namespace

extern const DetectorKind feature_drift_kind;
const DetectorKind feature_drift_kind = {
    .name = "feature_drift",
    .version = 1,
    .title = "Feature drift",
    .detects =
        "A feature's distribution moves away from the baseline: mean, spread, shape, nulls, new "
        "values, types, units, missing fields; or the mix of segments does.",
    .reads = "Features (numbers, booleans, texts) and segments of inference events, per model and version.",
    .state = "Per model version: histograms of the last windows, about 5 KB a feature.",
    .blind_to =
        "Vector features; relations between features; cycles longer than the baseline; shifts "
        "below min_effect.",
    .source =
        "Hellinger geometry of histograms with an allowance for the baseline's own wander per window length.",
    .technique = {},
    .side = Side::inputs,
    .defaults = {},
    .plan = plan_of<DriftParams<Features>>,
};

}  // namespace vedette
