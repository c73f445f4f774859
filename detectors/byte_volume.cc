// Detects: bytes per pane, out to callers, of a model, tenant or client
//   far above what clock, calendar and the last values lead to expect: spikes and ramps.
// Reads: inference and access events that say so: time, model, tenant, principal, bytes_out.
// State per key: per open pane a sum of 16 bytes; a series of 150 bytes and, where traffic pays for it,
//   a model of 1 to 5 KB. At most max_keys models, tenants and clients each.
// Blind to: events without bytes_out; changes below
//   min_change or min_excess; a key's first warm_up panes; growth over weeks.
// Source: novelty against a decaying envelope and residuals of a mixture of predictors, as for
//   request_rate; the gamma tail for sums.

#include "vedette/series.h"

namespace vedette {
namespace {

class Bytes final : public SeriesSource {
 public:
  explicit Bytes(bool principals) : principals_(principals) {}
  std::string_view subject() const override { return "bytes out"; }
  std::vector<SeriesOf> kinds() const override {
    if (principals_) return {SeriesOf::model, SeriesOf::tenant, SeriesOf::principal};
    return {SeriesOf::model, SeriesOf::tenant};
  }
  std::vector<SeriesStatistic> statistics() const override { return {{"bytes out", ""}}; }
  SeriesLaw law() const override { return SeriesLaw::amount; }
  bool falls() const override { return false; }
  bool counts(const Event& event) const override { return sample(event) >= 0; }
  double sample(const Event& event) const override { return event.bytes_out; }
  double value(const SeriesCell& cell, std::size_t /*statistic*/) const override { return cell.sum.value(); }

 private:
  bool principals_;
};

struct Params {
  SeriesSettings series{.min_change = 2, .min_excess = 1e6};
  bool principals = false;
  void describe(Settings& table) {
    table.add("min_change", series.min_change, "Smallest factor worth an alert.", {1.05, 1000});
    table.add("min_excess", series.min_excess,
              "Smallest number of bytes per pane beyond the expected ones, worth an alert.", {0, 1e15});
    table.add("warm_up", series.warm_up, "Panes that a series is only learned.", {30, 100000});
    table.add("calm_panes", series.calm_panes, "Panes back to usual after which an alert closes.",
              {1, 10000});
    table.add("principals", principals, "Whether each client has a series too.");
    table.add("notices", series.notices, "Whether onsets are told too, one severity lower.");
  }
  Result<std::unique_ptr<Detector>> build(const Common& common) const {
    return make_series_detector(std::make_unique<Bytes>(principals), series, common);
  }
};

}  // namespace

extern const DetectorKind byte_volume_kind;
const DetectorKind byte_volume_kind = {
    .name = "byte_volume",
    .version = 1,
    .title = "Unusual volume of data",
    .detects = "Bytes per pane, out to callers, of a model, tenant or client far above what was expected.",
    .reads = "Inference and access events that say so: time, model, tenant, principal, bytes_out.",
    .state =
        "Per key and open pane 16 bytes; a series of 150 bytes, where traffic pays for it with a model of 1 "
        "to "
        "5 KB. At most max_keys of each kind.",
    .blind_to =
        "Events without bytes_out; changes below min_change or min_excess; the first warm_up panes of a key; "
        "growth over weeks.",
    .source = "Novelty against a decaying envelope, a mixture of predictors, and the gamma tail for sums.",
    .technique = {"AML.T0024", "Exfiltration via AI Inference API", "AML.TA0010", "Exfiltration"},
    .weight = 0.05,
    .defaults = {},
    .plan = plan_of<Params>,
};

}  // namespace vedette
