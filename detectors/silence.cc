// Detects: label feeds, access feeds and metric series that always came and stopped. Models, tenants and
//   clients without requests are told by request_rate.
// Reads: label events (time, model), access events (time, tenant), metric events (time, name, labels).
// State per key: mean, spread and longest silence, 150 bytes. At most max_keys feeds.
// Blind to: feeds that pause in more than a tenth of the panes; feeds that stop within their first warm_up
//   panes; that events are fewer, but still come; all feeds stopping at once, which the daemon tells of
//   itself.
// Source: chance of so many empty panes in a row by the negative-binomial law, and at least twice the longest
//   silence of late.

#include "vedette/series.h"

namespace vedette {
namespace {

class Feeds final : public SeriesSource {
 public:
  std::vector<SeriesOf> kinds() const override { return {SeriesOf::metric}; }
  std::vector<SeriesStatistic> statistics() const override { return {{"events", ""}}; }
  SeriesLaw law() const override { return SeriesLaw::count; }
  bool modelled() const override { return false; }
  bool counts(const Event& event) const override { return event.kind != EventKind::inference; }
  double value(const SeriesCell& cell, std::size_t /*statistic*/) const override {
    return static_cast<double>(cell.count);
  }
};

struct Params {
  /// No change but silence is told.
  SeriesSettings series{.min_change = 1000, .min_excess = 1e12, .silent_panes = 3, .calm_panes = 1};
  void describe(Settings& table) {
    table.add("warm_up", series.warm_up, "Panes that a feed is only learned.", {30, 100000});
    table.add("silent_panes", series.silent_panes, "Panes without any event before a silence is told.",
              {2, 10000});
    table.add("calm_panes", series.calm_panes, "Panes with events after which an alert closes.", {1, 10000});
  }
  Result<std::unique_ptr<Detector>> build(const Common& common) const {
    return make_series_detector(std::make_unique<Feeds>(), series, common);
  }
};

Common defaults() {
  Common common;
  common.window = 5 * kMinute;
  return common;
}

}  // namespace

extern const DetectorKind silence_kind;
const DetectorKind silence_kind = {
    .name = "silence",
    .version = 1,
    .title = "A feed has stopped",
    .detects = "Label feeds, access feeds and metric series that always came and stopped.",
    .reads = "Label events (time, model), access events (time, tenant), metric events (time, name, labels).",
    .state = "Per feed 150 bytes. At most max_keys feeds.",
    .blind_to =
        "Feeds that pause in more than a tenth of the panes or stop within their first warm_up panes; events "
        "that are fewer, but still come; models, tenants and clients without requests, which request_rate "
        "tells.",
    .source =
        "Chance of the empty panes by the negative-binomial law, and at least twice the longest silence of "
        "late.",
    .technique = {},
    .weight = 0.05,
    .defaults = defaults(),
    .plan = plan_of<Params>,
};

}  // namespace vedette
