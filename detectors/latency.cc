// Detects: a shift of the latency of a model or tenant: of its middle (p50), its slow part (p95) or its
//   tail (p99), each watched, one alert for all.
// Reads: inference and access events with a latency: time, model, tenant, latency_ms.
// State per key: per open pane a histogram of 832 bytes; three series of 150 bytes with models of 1 to
//   5 KB. At most max_keys models and tenants each.
// Blind to: events without a latency; quantiles of panes with too few events (p50: 10, p95: 40, p99: 200);
//   changes below min_change or min_excess; a key's first warm_up panes; slow growth over weeks.
// Source: novelty against a decaying envelope and residuals of a mixture of predictors, as for
//   request_rate; quantiles from a histogram of fixed
//   logarithmic bins (HDR histogram, Tene 2012), which merges exactly.

#include <array>

#include "vedette/log_histogram.h"
#include "vedette/series.h"

namespace vedette {
namespace {

constexpr std::array<double, 3> kQuantiles{.5, .95, .99};
/// Events that must lie beyond a quantile for it to be known.
constexpr double kLeastBeyond = 2, kLeastEvents = 10;

class Latency final : public SeriesSource {
 public:
  std::vector<SeriesOf> kinds() const override { return {SeriesOf::model, SeriesOf::tenant}; }
  std::vector<SeriesStatistic> statistics() const override {
    return {{"p50 latency", "ms"}, {"p95 latency", "ms"}, {"p99 latency", "ms"}};
  }
  SeriesLaw law() const override { return SeriesLaw::level; }
  std::string_view together() const override { return "latency"; }
  bool falls() const override { return false; }
  bool counts(const Event& event) const override { return event.latency_ms >= 0; }
  std::size_t bins() const override { return LogHistogram::kBins; }
  std::size_t bin(const Event& event) const override { return LogHistogram::bin(event.latency_ms); }
  double value(const SeriesCell& cell, std::size_t statistic) const override {
    const double q = kQuantiles[statistic];
    const auto events = static_cast<double>(cell.count);
    if (events < kLeastEvents || events * (1 - q) < kLeastBeyond) return kUnknown;
    return LogHistogram::quantile(cell.bins, q);
  }
};

struct Params {
  SeriesSettings series{.min_change = 1.5, .min_excess = 5};
  void describe(Settings& table) { series.describe(table, "in milliseconds"); }
  Result<std::unique_ptr<Detector>> build(const Common& common) const {
    return make_series_detector(std::make_unique<Latency>(), series, common);
  }
};

}  // namespace

extern const DetectorKind latency_kind;
const DetectorKind latency_kind = {
    .name = "latency",
    .version = 1,
    .title = "Unusual latency",
    .detects = "Growth of the latency of a model or tenant: of its p50, p95 or p99.",
    .reads = "Inference and access events with a latency: time, model, tenant, latency_ms.",
    .state =
        "Per key and open pane a histogram of 832 bytes; three series of 150 bytes with models of 1 to 5 KB. "
        "At "
        "most "
        "max_keys of each kind.",
    .blind_to =
        "Events without a latency; quantiles of panes with few events (p50: 10, p95: 40, p99: 200); changes "
        "below min_change or min_excess; growth over weeks.",
    .source =
        "Quantiles of a histogram with logarithmic bins; novelty against a decaying envelope, a mixture of "
        "predictors.",
    .technique = {"AML.T0029", "Denial of AI Service", "AML.TA0011", "Impact"},
    .weight = 0.15,
    .defaults = {},
    .plan = plan_of<Params>,
};

}  // namespace vedette
