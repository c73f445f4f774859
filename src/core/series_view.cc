// What `vedette baseline` shows of a series judge.
#include <cstdio>

#include "core/series_judge.h"

namespace vedette::series {
namespace {

std::string number(double value) {
  char text[32];
  const int size = std::snprintf(text, sizeof text, "%.4g", value);
  return {text, static_cast<std::size_t>(size)};
}

const char* memory_of(const Live& live) {
  if (!live.model) return "mean and dispersion only";
  switch (live.model->depth()) {
    case Depth::none:
      break;
    case Depth::day:
      return "level, line, hours and days";
    case Depth::week:
      return "level, line, hours, days and weeks";
  }
  return "level, line and hours";
}

}  // namespace

BaselineView SeriesJudge::view_of(const Fleet& fleet, std::uint64_t key, const Live& live) const {
  BaselineView view;
  view.entity = entity_of(fleet, key, live);
  const Duration pane = live.model ? live.model->pace() : common_.window;
  const std::uint32_t panes = live.watch.panes();
  const bool warm = panes >= static_cast<std::uint32_t>(settings_.warm_up);
  view.state = !warm ? "learning" : panes < kDay / pane ? "provisional" : "watching";
  if (live.first != kForever) {
    view.from = live.first;
    view.to = live.seen + common_.window;
  }
  const SeriesStatistic& statistic = statistics_[fleet.statistic()];
  const bool counts = source_.law() == SeriesLaw::count;
  view.events = counts ? live.watch.mean() * panes : live.traffic.mean * live.traffic.n;
  const std::string per = fleet.absent_is_zero() ? " per " + to_text(pane) : std::string();
  const std::string named = fleet.of() == SeriesOf::metric ? std::string() : statistic.name + per + ": ";
  view.details.push_back(named + "mean " + number(live.watch.mean()) + ", of late " +
                         number(live.watch.level()) + ", highest " + number(live.watch.peak()));
  view.details.push_back(std::to_string(panes) + " panes of " + to_text(pane) + " seen; remembers " +
                         memory_of(live) + (live.watch.open() ? "; an alert is open" : ""));
  return view;
}

std::vector<BaselineView> SeriesJudge::baselines() {
  replay();
  std::vector<BaselineView> views;
  for (const Kind& kind : kinds_)
    for (const Fleet& fleet : kind.fleets)
      for (const auto& [key, live] : fleet.live()) views.push_back(view_of(fleet, key, live));
  return views;
}

}  // namespace vedette::series
