// Detects: relations between features that break while each feature looks as ever:
//   correlations that vanish or turn, swapped columns, joint shifts; and scores that the
//   features no longer explain as they did.
// Reads: numeric features and outputs of inference events.
// State per key (model version): 4 blocks x levels of histograms, about 5 KB for each
//   correlated feature and one more; the relations, up to 250 KB for 500 features.
// Blind to: features beyond the first 500 by name; categories; relations that are not
//   linear and that `joint` does not show.
// Source: residuals of ridge regression (Hoerl, Kennard 1970) on up to three features by forward
//   selection, Mahalanobis distance; judged as histograms like any feature.

#include "vedette/drift.h"

namespace vedette {
namespace {

class Relations final : public ColumnSource {
 public:
  Use use_of(const Field& field) const override { return use_in_relations(field); }
  Projects projects() const override { return Projects::relations; }
};

}  // namespace

extern const DetectorKind multivariate_drift_kind;
const DetectorKind multivariate_drift_kind = {
    .name = "multivariate_drift",
    .version = 1,
    .title = "Multivariate drift",
    .detects =
        "Relations between features break while each looks as ever: correlations that vanish or turn, "
        "swapped "
        "columns, joint shifts.",
    .reads = "Numeric features and outputs of inference events, per model and version.",
    .state =
        "Per model version: histograms of the last windows, about 5 KB for each correlated feature and one "
        "more; the relations, up to 250 KB for 500 features.",
    .blind_to =
        "Features beyond the first 500 by name; categories; relations that are not linear and that `joint` "
        "does not show; shifts below min_effect.",
    .source =
        "Residuals of ridge regression on up to three features and the Mahalanobis distance with a ridge, "
        "judged by the engine of feature_drift.",
    .technique = {},
    .side = Side::relations,
    .weight = 0.5,
    .defaults = {},
    .plan = plan_of<DriftParams<Relations>>,
};

}  // namespace vedette
