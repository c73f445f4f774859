// Detects: fields that go missing, become null, stuck, out of range or another type, unit or set of texts;
//   fields that are new.
// Reads: features, outputs, segments, version and client of inference events that did not fail.
// State per key (model): at most 256 fields of 4 KiB each and 512 rows, typically 60 KiB.
// Blind to: fields with under a fifth of the events when they came; what stays within all that was
//   learned; one client's burst of a value that is not odd in itself.
// Source: beta-binomial tails of counts in a sample of whole rows.

#include "vedette/quality.h"

namespace vedette {
namespace {

struct Params {
  QualitySettings settings;
  void describe(Settings& table) { settings.describe(table); }
  Result<std::unique_ptr<Detector>> build(const Common& common) const {
    return make_quality_detector(settings, common);
  }
};

/// What is known of a model is large.
Common fewer_models() {
  Common common;
  common.max_keys = 1000;
  return common;
}

}  // namespace

extern const DetectorKind data_quality_kind;
const DetectorKind data_quality_kind = {
    .name = "data_quality",
    .version = 1,
    .title = "Broken inputs",
    .detects =
        "Fields that go missing, become null, stuck, out of range or another type, unit or set of texts; "
        "fields that are new.",
    .reads = "Features, outputs, segments, version and client of inference events that did not fail.",
    .state = "Per model: at most 256 fields of 4 KiB each and 512 rows, typically 60 KiB.",
    .blind_to =
        "Fields with under a fifth of the events when they came; what stays within all that was learned; one "
        "client's burst of a value that is not odd in itself.",
    .source = "Beta-binomial tails of counts in a sample of whole rows.",
    .technique = {},
    .side = Side::inputs,
    .weight = 0.25,
    .defaults = fewer_models(),
    .plan = plan_of<Params>,
};

}  // namespace vedette
