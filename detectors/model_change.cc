// Detects: another version, another artifact under the same version, two versions at once, a version
//   that had been replaced, and outputs of another type; artifacts that nobody approved.
// Reads: version, model_digest and outputs of inference events that did not fail.
// State per key (model): at most 64 versions, 128 digests and 64 outputs, typically 500 bytes.
// Blind to: events without a digest; artifacts that changed while nothing was read; types that
//   change within settle of a new version; outputs that change in meaning, not in type.
// Source: counts of who answered; nothing is estimated.

#include "vedette/model_change.h"

namespace vedette {
namespace {

struct Params {
  ModelChangeSettings settings;
  void describe(Settings& table) { settings.describe(table); }
  Result<std::unique_ptr<Detector>> build(const Common& common) const {
    return make_model_change_detector(settings, common);
  }
};

}  // namespace

extern const DetectorKind model_change_kind;
const DetectorKind model_change_kind = {
    .name = "model_change",
    .version = 1,
    .title = "Another model answers",
    .detects =
        "Another version of a model, another artifact under the same version, two versions at once, a "
        "version that had been replaced, outputs of another type; artifacts that nobody approved.",
    .reads = "Version, model_digest and outputs of inference events that did not fail.",
    .state = "Per model: at most 64 versions, 128 digests and 64 outputs, typically 500 bytes.",
    .blind_to =
        "Events without a digest; artifacts that changed while nothing was read; types that change within "
        "settle of a new version; outputs that change in meaning, not in type.",
    .source = "Counts of who answered; nothing is estimated.",
    .technique = {"AML.T0010", "AI Supply Chain Compromise", "AML.TA0004", "Initial Access"},
    // What it tells is a fact, not a rare draw.
    .weight = 0.05,
    .defaults = {},
    .plan = plan_of<Params>,
};

}  // namespace vedette
