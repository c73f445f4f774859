// Detects: features and outputs that drift in one segment of a model's traffic, too small
//   to show in the whole: one region, one plan, one client version.
// Reads: features and outputs of inference events that say `segment`, per value of each
//   segment with 3 to 50 % of the traffic.
// State per key (model version and segment): 4 blocks x levels of histograms, about 5 KB
//   a column.
// Blind to: segments that events do not name; combinations of segments; nulls and new
//   values below the size of an ordinary shift.
// Source: the same engine as feature_drift.

#include "vedette/drift.h"

namespace vedette {
namespace {

class Segments final : public ColumnSource {
 public:
  Use use_of(const Field& field) const override {
    const bool watched =
        field.section == Section::feature || (field.section == Section::output && field.name != "text");
    return {watched ? field.name : std::string{}, false};
  }
  bool specials() const override { return false; }
  bool segmented() const override { return true; }
};

}  // namespace

extern const DetectorKind segment_drift_kind;
const DetectorKind segment_drift_kind = {
    .name = "segment_drift",
    .version = 1,
    .title = "Segment drift",
    .detects =
        "Features and outputs drift in one segment of a model's traffic, too small to show in the whole: one "
        "region, one plan, one client version.",
    .reads =
        "Features and outputs of inference events that say `segment`, per value with 3 to 50 % of the "
        "traffic.",
    .state = "Per model version and segment: histograms of the last windows, about 5 KB a column.",
    .blind_to =
        "Segments that events do not name; combinations of segments; nulls and new values below the size of "
        "an "
        "ordinary shift.",
    .source =
        "Hellinger geometry of histograms with an allowance for the baseline's own wander per window length.",
    .technique = {},
    .side = Side::outputs,
    .weight = 0.5,
    .defaults = {},
    .plan = plan_of<DriftParams<Segments>>,
};

}  // namespace vedette
