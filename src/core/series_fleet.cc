#include "core/series_fleet.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/series_observer.h"

namespace vedette::series {
namespace {

constexpr std::uint64_t kVersion = 4;
constexpr std::size_t kChunkBytes = 32'768;
constexpr std::uint32_t kProven = 3;  ///< Panes with events after which a key is no passer-by.
constexpr double kModelMean = 1;      ///< Events per pane that make a SeriesModel pay.
constexpr double kTableMean = 5;
/// Of the budget. Metrics are alone in their detector.
double share_of(SeriesOf of) {
  switch (of) {
    case SeriesOf::model:
      return .5;
    case SeriesOf::tenant:
    case SeriesOf::principal:
      return .25;
    case SeriesOf::metric:
      break;
  }
  return 1;
}

}  // namespace

Fleet::Fleet(SeriesOf of, std::size_t statistic, const SeriesSource& source, const SeriesSettings& settings,
             const Common& common)
    : of_(of),
      statistic_(statistic),
      absent_is_zero_(source.law() == SeriesLaw::count || source.law() == SeriesLaw::amount),
      source_(source),
      settings_(settings),
      common_(common) {}

std::string Fleet::name() const {
  std::string name(scope_of(of_));
  return statistic_ == 0 ? name : name + "." + std::to_string(statistic_);
}

SeriesShape Fleet::shape() const {
  return {common_.window, source_.law() == SeriesLaw::count, !absent_is_zero_};
}

Limits Fleet::limits(std::size_t models) const {
  const double per_week = common_.budget * share_of(of_) *
                          static_cast<double>(std::max<std::size_t>(models, 1)) /
                          static_cast<double>(source_.statistics().size());
  Limits limits = limits_for(settings_, common_, source_.law(), per_week, static_cast<double>(live_.size()));
  limits.drops = source_.falls() && (of_ != SeriesOf::principal || settings_.principal_drops);
  // Clients are too many and too different for one law: if their alerts exceed the budget, ask for more.
  if (of_ != SeriesOf::model)
    limits.demand = std::min(8.0, std::pow(1.5, std::max(0.0, raised_ - 2 * per_week - 1)));
  return limits;
}

/// Limits per pane for a series whose panes are of another length.
Limits Fleet::paced(const Limits& limits, Duration pace) const {
  if (pace == common_.window) return limits;
  Limits own = limits;
  const double longer = static_cast<double>(pace.count()) / static_cast<double>(common_.window.count());
  own.log_alpha = std::min(std::log(.01), limits.log_alpha + std::log(longer));
  own.day = std::max(1U, static_cast<std::uint32_t>(static_cast<double>(limits.day) / longer));
  return own;
}

double Fleet::value_of(Live& live, std::uint64_t key, Time pane_start, const PaneCounts::Entry* entry,
                       std::uint64_t bound) const {
  if (entry != nullptr) {
    const double value = source_.value(entry->cell, statistic_);
    if (!source_.cumulative(live.name)) return value;
    const double growth = value - std::exchange(live.previous, value);
    return growth >= 0 ? growth : kUnknown;  // Begun again from 0.
  }
  live.previous = kUnknown;
  if (!absent_is_zero_) return kUnknown;
  const bool counted = live.watched_from <= pane_start || rank_of(key, pane_start + common_.window) < bound;
  return counted ? 0 : kUnknown;
}

double Fleet::traffic_of(const Live& live) const {
  return source_.law() == SeriesLaw::count ? live.watch.mean() : live.traffic.mean;
}

/// What is told is not learned as usual for a day, or a flood of hours would close its own alert. Levels
/// shift for good more often than not, and go on.
Learning Fleet::learning(const Live& live, Time pane_start) const {
  const bool told = live.watch.open() && pane_start < live.watch.open_since() + kDay;
  return told && source_.law() != SeriesLaw::level ? Learning::recent : Learning::all;
}

std::uint64_t Fleet::step(Time pane_start, const PaneCounts& counts, std::size_t models, const Visit& visit) {
  admit(pane_start, counts);
  const std::uint64_t gone = evict(pane_start);
  const Limits limits = this->limits(models);
  const double panes_per_week =
      static_cast<double>(kWeek.count()) / static_cast<double>(common_.window.count());
  raised_ -= raised_ / panes_per_week;
  auto entry = counts.entries.begin();
  for (auto& [key, live] : live_) {
    while (entry != counts.entries.end() && entry->key < key) ++entry;
    const bool present = entry != counts.entries.end() && entry->key == key;
    const double value = value_of(live, key, pane_start, present ? &*entry : nullptr, counts.bound);
    const double events = present ? static_cast<double>(entry->cell.count) : 0;
    live.traffic.add(static_cast<float>(events), .001F);
    SeriesPoint point;
    point.value = value;
    if (of_ == SeriesOf::metric) grow(live);
    const bool warm = live.model && live.model->values() >= limits.warm_up;
    if (live.model) point = live.model->step(pane_start, value, learning(live, pane_start));
    const Duration pace = live.model ? live.model->pace() : common_.window;
    auto assessment = live.watch.step({pane_start, pace, events}, point, warm, paced(limits, pace));
    const bool raised = assessment && assessment->phase == Finding::Phase::raised;
    if (raised && present) assessment->largest_client = source_.largest_client(entry->cell);
    if (raised && !assessment->notice) raised_ += 1;
    grow(live);
    visit(key, live, point, assessment);
  }
  return gone;
}

void Fleet::admit(Time pane_start, const PaneCounts& counts) {
  for (const PaneCounts::Entry& entry : counts.entries) {
    Live& live = live_[entry.key];
    if (live.name.empty()) live.name = entry.name;
    live.first = std::min(live.first, pane_start);
    live.seen = pane_start;
    ++live.panes_seen;
  }
}

std::uint64_t Fleet::evict(Time pane_start) {
  const auto cap = static_cast<std::size_t>(common_.max_keys);
  if (live_.size() <= cap) return 0;
  struct Place {
    bool stays;
    Time seen;
    std::uint64_t rank, key;
    auto operator<=>(const Place&) const = default;
  };
  std::vector<Place> places;
  places.reserve(live_.size());
  for (const auto& [key, live] : live_) {
    const bool stays = live.panes_seen >= kProven && live.seen + kDay > pane_start;
    places.push_back({stays, live.seen, rank_of(key, pane_start), key});
  }
  const std::size_t gone = live_.size() - cap;
  std::nth_element(places.begin(), places.begin() + static_cast<std::ptrdiff_t>(gone), places.end());
  for (std::size_t i = 0; i < gone; ++i) {
    live_.erase(places[i].key);
  }
  return gone;
}

/// A few models and tenants get all there is; a client only what its traffic pays for.
void Fleet::grow(Live& live) {
  if (!source_.modelled()) return;
  const bool client = of_ == SeriesOf::principal;
  const std::uint32_t day = static_cast<std::uint32_t>(kDay / common_.window);
  const bool known = live.watch.panes() >= static_cast<std::uint32_t>(settings_.warm_up);
  if (!live.model) {
    if (client && (!known || traffic_of(live) < kModelMean)) return;
    live.model = std::make_unique<SeriesModel>(shape(), Depth::none);
  }
  // Samples cost little beside events, and the clock of a slow series takes long to learn.
  if (of_ == SeriesOf::metric) return live.model->grow(Depth::week);
  if (live.model->depth() == Depth::week || !known) return;
  if (!client) return live.model->grow(Depth::week);
  if (live.watch.panes() < day || traffic_of(live) < kTableMean) return;
  live.model->grow(live.watch.panes() < 2 * day ? Depth::day : Depth::week);
}

std::vector<std::uint64_t> Fleet::watch_from(Time effective) {
  std::vector<std::uint64_t> keys;
  keys.reserve(live_.size());
  for (auto& [key, live] : live_) {
    live.watched_from = std::min(live.watched_from, effective);
    keys.push_back(key);
  }
  return keys;
}

void Fleet::save_one(const Live& live, ByteWriter& out) const {
  out.text(live.name);
  out.i64(to_ms(live.watched_from));
  out.i64(to_ms(live.first));
  out.i64(to_ms(live.seen));
  out.u64(live.panes_seen);
  out.f64(live.previous);
  out.f32(live.traffic.mean);
  out.u64(live.traffic.n);
  live.watch.save(out);
  out.flag(live.model != nullptr);
  if (live.model) live.model->save(out);
}

Status Fleet::load_one(Live& live, ByteReader& in) const {
  live.name = in.text();
  live.watched_from = from_ms(in.i64());
  live.first = from_ms(in.i64());
  live.seen = from_ms(in.i64());
  live.panes_seen = static_cast<std::uint32_t>(in.u64());
  live.previous = in.f64();
  live.traffic.mean = in.f32();
  live.traffic.n = static_cast<std::uint32_t>(in.u64());
  live.watch.load(in);
  if (!in.flag()) return {};
  live.model = std::make_unique<SeriesModel>(shape());
  return live.model->load(in);
}

void Fleet::save(const std::function<void(std::uint64_t chunk, std::string_view bytes)>& put) {
  std::uint64_t chunk = 0;
  std::string bytes;
  ByteWriter out(bytes);
  const auto flush = [&] {
    if (!bytes.empty()) put(chunk++, bytes);
    bytes.clear();
  };
  for (const auto& [key, live] : live_) {
    if (bytes.empty()) out.u64(kVersion);
    out.fixed64(key);
    save_one(live, out);
    if (bytes.size() >= kChunkBytes) flush();
  }
  flush();
  for (std::uint64_t old = chunk; old < chunks_; ++old) put(old, {});
  chunks_ = chunk;
}

Status Fleet::load(std::uint64_t chunk, std::string_view bytes) {
  const std::size_t before = live_.size();
  const Status loaded = load_chunk(bytes);
  while (!loaded.ok() && live_.size() > before) live_.erase(std::prev(live_.end()));
  if (loaded.ok()) chunks_ = chunk + 1;
  return loaded;
}

Status Fleet::load_chunk(std::string_view bytes) {
  ByteReader in(bytes);
  if (in.u64() != kVersion) return Status::reject("series of another version");
  while (in.ok() && !in.done()) {
    const std::uint64_t key = in.fixed64();
    if (!live_.empty() && key <= live_.rbegin()->first) return Status::reject("series in a wrong order");
    const Status loaded = load_one(live_.try_emplace(live_.end(), key)->second, in);
    if (!loaded.ok()) return loaded;
  }
  return in.ok() ? Status{} : Status::reject("damaged series");
}

}  // namespace vedette::series
