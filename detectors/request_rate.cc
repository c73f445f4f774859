// Detects: floods, sudden silence, drops and ramps of the number of requests per minute
//   of a model, a tenant or a client.
// Reads: inference and access events: time, model, tenant, principal. Each counts once.
// State per key: mean, dispersion, peak, silence (100 bytes); busy keys a model of level, line,
//   hours, days and weeks (1 to 5 KB). At most max_keys models, tenants and clients each.
// Blind to: clients beyond max_keys; changes below min_change and min_excess; clients in their
//   first warm_up minutes; a flood that grows over weeks; many accounts whose alerts use up
//   the clients' share of the budget.
// Source: novelty against a decaying envelope, residuals of a mixture of predictors, and the
//   negative-binomial tail for counts.

#include "vedette/series.h"

namespace vedette {
namespace {

class Requests final : public SeriesSource {
 public:
  std::vector<SeriesOf> kinds() const override {
    return {SeriesOf::model, SeriesOf::tenant, SeriesOf::principal};
  }
  std::vector<SeriesStatistic> statistics() const override { return {{"requests", ""}}; }
  SeriesLaw law() const override { return SeriesLaw::count; }
  bool counts(const Event& event) const override {
    return event.kind == EventKind::inference || event.kind == EventKind::access;
  }
  double value(const SeriesCell& cell, std::size_t /*statistic*/) const override {
    return static_cast<double>(cell.count);
  }
};

struct Params {
  SeriesSettings series;
  void describe(Settings& table) {
    series.describe(table, "in requests per pane");
    table.add("silent_panes", series.silent_panes, "Panes without any event before a silence is told.",
              {2, 10000});
    table.add("principal_drops", series.principal_drops,
              "Whether drops and silence of principals are told too.");
  }
  Result<std::unique_ptr<Detector>> build(const Common& common) const {
    return make_series_detector(std::make_unique<Requests>(), series, common);
  }
};

}  // namespace

extern const DetectorKind request_rate_kind;
const DetectorKind request_rate_kind = {
    .name = "request_rate",
    .version = 1,
    .title = "Unusual request rate",
    .detects = "Floods, drops, ramps and silence of the requests per pane of a model, tenant or client.",
    .reads = "Inference and access events: time, model, tenant, principal.",
    .state =
        "Per model, tenant and client: about 250 bytes; where traffic pays for it, a model of 1 to 5 KB. At "
        "most max_keys of each kind.",
    .blind_to =
        "Clients beyond max_keys and in their first warm_up panes; changes below min_change or min_excess; "
        "floods that grow over weeks; clients while other clients' alerts use up the budget.",
    .source =
        "Novelty against a decaying envelope, a mixture of seasonal and local predictors, and the "
        "negative-binomial tail for counts.",
    .technique = {"AML.T0029", "Denial of AI Service", "AML.TA0011", "Impact"},
    .defaults = {},
    .plan = plan_of<Params>,
};

}  // namespace vedette
