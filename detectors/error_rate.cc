// Detects: shares of failed requests of a model or tenant (clients if asked for) that are far
//   above what they were, client errors (4xx) and server errors (5xx) apart.
// Reads: inference and access events with a status: time, model, tenant, principal, status.
// State per key: per open pane 2 counters; two series of 150 bytes and a model of 1 to 5 KB. At most
//   max_keys models, tenants and clients each.
// Blind to: events without a status; errors that grow with the requests; fewer than min_excess errors
//   in a pane; failures that are reported as success; a key's first warm_up panes.
// Source: novelty against a decaying envelope and residuals of a mixture of predictors, as for
//   request_rate; the binomial tail, counts divided by
//   their design effect (Rao and Scott 1992).

#include "vedette/series.h"

namespace vedette {
namespace {

class Errors final : public SeriesSource {
 public:
  explicit Errors(bool principals) : principals_(principals) {}
  std::vector<SeriesOf> kinds() const override { return requesters(principals_); }
  std::vector<SeriesStatistic> statistics() const override {
    return {{"client errors (4xx)", ""}, {"server errors (5xx)", ""}};
  }
  SeriesLaw law() const override { return SeriesLaw::share; }
  bool falls() const override { return false; }
  bool counts(const Event& event) const override {
    return event.status != 0 && (event.kind == EventKind::inference || event.kind == EventKind::access);
  }
  std::size_t bins() const override { return 2; }
  std::size_t bin(const Event& event) const override {
    if (event.status >= 400 && event.status < 500) return 0;
    return event.status >= 500 ? 1 : kNoBin;
  }
  double value(const SeriesCell& cell, std::size_t statistic) const override {
    return static_cast<double>(cell.bins[statistic]) / static_cast<double>(cell.count);
  }

 private:
  bool principals_;
};

struct Params {
  SeriesSettings series{.min_change = 2, .min_excess = 10};
  void describe(Settings& table) {
    series.describe(table, "in errors per pane; for min_change, 1 % is added to both shares");
    series.describe_principals(table);
  }
  Result<std::unique_ptr<Detector>> build(const Common& common) const {
    return make_series_detector(std::make_unique<Errors>(series.principals), series, common);
  }
};

}  // namespace

extern const DetectorKind error_rate_kind;
const DetectorKind error_rate_kind = {
    .name = "error_rate",
    .version = 1,
    .title = "Unusual share of errors",
    .detects =
        "Shares of client errors (4xx) and server errors (5xx) of a model or tenant above what they were.",
    .reads = "Inference and access events with a status: time, model, tenant, principal, status.",
    .state =
        "Per key and open pane 2 counters; two series of 150 bytes with models of 1 to 5 KB. At most "
        "max_keys "
        "of each kind.",
    .blind_to =
        "Events without a status; fewer than min_excess errors per pane; failures reported as success; the "
        "first warm_up panes of a key.",
    .source =
        "Novelty against a decaying envelope, a mixture of predictors, and the binomial tail with a design "
        "effect.",
    .technique = {},
    .weight = 0.15,
    .defaults = {},
    .plan = plan_of<Params>,
};

}  // namespace vedette
