// Detects: cost per pane of a model, tenant or client
//   far above what clock, calendar and the last values lead to expect: spikes and ramps.
// Reads: inference and access events that say so: time, model, tenant, principal, cost_usd.
// State per key: per open pane a sum of 16 bytes; a series of 150 bytes and, where traffic pays for it,
//   a model of 1 to 5 KB. At most max_keys models, tenants and clients each.
// Blind to: events without a cost; changes below
//   min_change or min_excess; a key's first warm_up panes; growth over weeks.
// Source: novelty against a decaying envelope and residuals of a mixture of predictors, as for
//   request_rate; the gamma tail for sums.

#include "vedette/series.h"

namespace vedette {
namespace {

class Cost final : public SeriesSource {
 public:
  explicit Cost(bool principals) : principals_(principals) {}
  std::string_view subject() const override { return "cost"; }
  std::vector<SeriesOf> kinds() const override {
    if (principals_) return {SeriesOf::model, SeriesOf::tenant, SeriesOf::principal};
    return {SeriesOf::model, SeriesOf::tenant};
  }
  std::vector<SeriesStatistic> statistics() const override { return {{"cost", "USD"}}; }
  SeriesLaw law() const override { return SeriesLaw::amount; }
  bool falls() const override { return false; }
  bool counts(const Event& event) const override { return sample(event) >= 0; }
  double sample(const Event& event) const override { return event.cost_usd; }
  double value(const SeriesCell& cell, std::size_t /*statistic*/) const override { return cell.sum.value(); }

 private:
  bool principals_;
};

struct Params {
  SeriesSettings series{.min_change = 2, .min_excess = .1};
  bool principals = true;
  void describe(Settings& table) {
    table.add("min_change", series.min_change, "Smallest factor worth an alert.", {1.05, 1000});
    table.add("min_excess", series.min_excess,
              "Smallest cost per pane beyond the expected one, worth an alert, in USD.", {0, 1e15});
    table.add("warm_up", series.warm_up, "Panes that a series is only learned.", {30, 100000});
    table.add("calm_panes", series.calm_panes, "Panes back to usual after which an alert closes.",
              {1, 10000});
    table.add("principals", principals, "Whether each client has a series too.");
    table.add("notices", series.notices, "Whether onsets are told too, one severity lower.");
  }
  Result<std::unique_ptr<Detector>> build(const Common& common) const {
    return make_series_detector(std::make_unique<Cost>(principals), series, common);
  }
};

}  // namespace

extern const DetectorKind cost_kind;
const DetectorKind cost_kind = {
    .name = "cost",
    .version = 1,
    .title = "Unusual cost",
    .detects = "Cost per pane of a model, tenant or client far above what was expected.",
    .reads = "Inference and access events that say so: time, model, tenant, principal, cost_usd.",
    .state =
        "Per key and open pane 16 bytes; a series of 150 bytes, where traffic pays for it with a model of 1 "
        "to "
        "5 KB. At most max_keys of each kind.",
    .blind_to =
        "Events without a cost; changes below min_change or min_excess; the first warm_up panes of a key; "
        "growth over weeks.",
    .source = "Novelty against a decaying envelope, a mixture of predictors, and the gamma tail for sums.",
    .technique = {"AML.T0034", "Cost Harvesting", "AML.TA0011", "Impact"},
    .weight = 0.1,
    .defaults = {},
    .plan = plan_of<Params>,
};

}  // namespace vedette
