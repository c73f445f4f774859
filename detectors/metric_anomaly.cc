// Detects: jumps up and down of metric samples away from what clock, calendar and the last
//   values lead to expect, where the series has not been before; samples that always moved
//   and are stuck. Of counters (`_total`) the growth is watched, and a reset is no fall.
// Reads: metric events: time, name, labels, value; also model, version and tenant, as labels.
// State per key: mean, spread and peak (100 bytes) and a model of level, line, hours, days and
//   weeks (5 KB) per name and labels; at most max_keys series.
// Blind to: samples that stop coming; slow changes; levels that the series has had before;
//   series in their first warm_up samples and beyond max_keys; what several samples within one
//   pane say apart from their mean.
// Source: novelty against a decaying envelope, and residuals of a mixture of seasonal and
//   local predictors.

#include "vedette/series.h"

namespace vedette {
namespace {

class Samples final : public SeriesSource {
 public:
  std::vector<SeriesOf> kinds() const override { return {SeriesOf::metric}; }
  std::vector<SeriesStatistic> statistics() const override { return {{"value", ""}}; }
  SeriesLaw law() const override { return SeriesLaw::level; }
  bool counts(const Event& event) const override { return event.kind == EventKind::metric; }
  double sample(const Event& event) const override {
    return event.value.is_number() ? event.value.number() : kUnknown;
  }
  double value(const SeriesCell& cell, std::size_t /*statistic*/) const override { return cell.mean(); }
  /// As Prometheus names its counters.
  bool cumulative(std::string_view series) const override {
    return series.substr(0, series.find('{')).ends_with("_total");
  }
};

struct Params {
  SeriesSettings series{.min_change = 1.05, .min_excess = 0, .silent_panes = 30};
  void describe(Settings& table) {
    series.describe(table, "in units of the metric");
    table.add("stuck_samples", series.silent_panes,
              "Equal samples in a row, of a series that always moved, before it is told as stuck.",
              {5, 100000});
  }
  Result<std::unique_ptr<Detector>> build(const Common& common) const {
    return make_series_detector(std::make_unique<Samples>(), series, common);
  }
};

Common defaults() {
  Common common;
  common.dry_run = true;
  return common;
}

}  // namespace

extern const DetectorKind metric_anomaly_kind;
const DetectorKind metric_anomaly_kind = {
    .name = "metric_anomaly",
    .version = 1,
    .title = "Unusual metric value",
    .detects = "Jumps of metric samples away from what clock, calendar and the last values lead to expect.",
    .reads = "Metric events: time, name, labels, value; model, version and tenant count as labels.",
    .state = "Per name and labels: about 100 bytes and a model of 5 KB. At most max_keys series.",
    .blind_to =
        "Samples that stop coming; slow changes; levels that the series has had before; series in their "
        "first warm_up samples and beyond max_keys.",
    .source = "Novelty against a decaying envelope and a mixture of seasonal and local predictors.",
    .technique = {},
    .defaults = defaults(),
    .plan = plan_of<Params>,
};

}  // namespace vedette
