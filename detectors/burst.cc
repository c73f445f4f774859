// Detects: bursts of requests within seconds of a model or tenant (clients if asked for), which a
//   count per pane would not show: the busiest slice of each pane is watched.
// Reads: inference and access events: time, model, tenant, principal.
// State per key: per open pane 12 counters; a series of 150 bytes and a model of 1 to 5 KB. At most
//   max_keys models, tenants and clients each.
// Blind to: bursts below min_change and min_excess; bursts that the key has had before; slices that
//   clocks of several producers smear; a key's first warm_up panes.
// Source: novelty against a decaying envelope and residuals of a mixture of predictors, as for
//   request_rate; the negative-binomial tail for the
//   busiest slice, whose own mean and spread are learned.

#include <algorithm>

#include "vedette/series.h"

namespace vedette {
namespace {

constexpr std::size_t kSlices = 12;

class Slices final : public SeriesSource {
 public:
  Slices(Duration pane, bool principals) : pane_(pane), slice_(pane / kSlices), principals_(principals) {}
  std::vector<SeriesOf> kinds() const override { return requesters(principals_); }
  std::vector<SeriesStatistic> statistics() const override {
    return {{"requests in the busiest " + to_text(slice_), ""}};
  }
  SeriesLaw law() const override { return SeriesLaw::count; }
  bool falls() const override { return false; }
  bool counts(const Event& event) const override {
    return event.kind == EventKind::inference || event.kind == EventKind::access;
  }
  std::size_t bins() const override { return kSlices; }
  std::size_t bin(const Event& event) const override {
    return static_cast<std::size_t>((event.time - floor_to(event.time, pane_)) / slice_);
  }
  double value(const SeriesCell& cell, std::size_t /*statistic*/) const override {
    return *std::max_element(cell.bins.begin(), cell.bins.end());
  }

 private:
  Duration pane_;
  Duration slice_;
  bool principals_;
};

struct Params {
  SeriesSettings series{.min_change = 4, .min_excess = 50};
  void describe(Settings& table) {
    series.describe(table, "in requests in the busiest slice, a 12th of a pane");
    series.describe_principals(table);
  }
  Result<std::unique_ptr<Detector>> build(const Common& common) const {
    if (common.window % kSlices != Duration{0}) return Status::reject("window must be a multiple of 12 ms");
    return make_series_detector(std::make_unique<Slices>(common.window, series.principals), series, common);
  }
};

}  // namespace

extern const DetectorKind burst_kind;
const DetectorKind burst_kind = {
    .name = "burst",
    .version = 1,
    .title = "Burst of requests",
    .detects = "Bursts of requests of a model or tenant within a twelfth of a pane.",
    .reads = "Inference and access events: time, model, tenant, principal.",
    .state =
        "Per key and open pane 12 counters; a series of 150 bytes with a model of 1 to 5 KB. At most "
        "max_keys of "
        "each kind.",
    .blind_to =
        "Bursts below min_change or min_excess, or such as the key has had before; what the clocks of "
        "several "
        "producers smear; the first warm_up panes of a key.",
    .source = "Novelty against a decaying envelope and the negative-binomial tail of the busiest slice.",
    .technique = {"AML.T0029", "Denial of AI Service", "AML.TA0011", "Impact"},
    .weight = 0.05,
    .defaults = {},
    .plan = plan_of<Params>,
};

}  // namespace vedette
