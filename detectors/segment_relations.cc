// Detects: relations between features that break in one segment of a model's traffic: a feature that moves
//   there while what goes with it stays, correlations that vanish, scores that the features no longer
//   explain. What all segments do together, as with the hour, is none of it.
// Reads: numeric features and outputs of inference events that say `segment`, per value of each segment
//   with 3 to 50 % of the traffic.
// State per key (model version and segment): 4 blocks x levels of histograms, about 5 KB for each
//   correlated feature and one more; the relations, up to 250 KB for 500 features.
// Blind to: segments that events do not name; combinations of segments; features beyond the first 500 by
//   name; categories; relations that are not linear and that `joint` does not show.
// Source: as multivariate_drift.

#include "vedette/drift.h"

namespace vedette {
namespace {

class SegmentRelations final : public ColumnSource {
 public:
  Use use_of(const Field& field) const override { return use_in_relations(field); }
  Projects projects() const override { return Projects::relations; }
  bool specials() const override { return false; }
  bool segmented() const override { return true; }
};

}  // namespace

extern const DetectorKind segment_relations_kind;
const DetectorKind segment_relations_kind = {
    .name = "segment_relations",
    .version = 1,
    .title = "Segment relations",
    .detects =
        "Relations between features break in one segment of a model's traffic: a feature moves there while "
        "what goes with it stays, or scores are no longer explained.",
    .reads =
        "Numeric features and outputs of inference events that say `segment`, per value with 3 to 50 % of "
        "the traffic.",
    .state =
        "Per model version and segment: histograms of the last windows, about 5 KB for each correlated "
        "feature and one more; the relations, up to 250 KB for 500 features.",
    .blind_to =
        "Segments that events do not name; combinations of segments; categories; relations that are not "
        "linear and that `joint` does not show.",
    .source =
        "Residuals of ridge regression on up to three features and the Mahalanobis distance with a ridge, "
        "judged by the engine of feature_drift.",
    .technique = {},
    .side = Side::relations,
    .weight = 0.25,
    .defaults = {},
    .plan = plan_of<DriftParams<SegmentRelations>>,
};

}  // namespace vedette
