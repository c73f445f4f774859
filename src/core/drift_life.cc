#include "core/drift_life.h"

#include <algorithm>
#include <cmath>

#include "core/drift_panes.h"

namespace vedette::drift {
namespace {

constexpr std::int64_t kJoinPanes = 16;
constexpr std::int64_t kReopenPanes = 64;
constexpr double kCalmRatio = 0.6;
constexpr int kCalmLooks = 2;
/// Up to so many limits a look is no alert alone, but with the next one of its level: chance seldom stays,
/// and most false alarms of examined streams were below 1.05.
constexpr double kDoubtful = 1.1;
constexpr double kWorse = 1.5;  ///< Growth of the worst ratio that is news.
constexpr Duration kHalfLife = 4 * kWeek;
constexpr double kFreeAlerts = 2;

}  // namespace

double AlertLife::limit(int level) const {
  return std::pow(1.5, std::max(0.0, closed_[static_cast<std::size_t>(level)] - kFreeAlerts));
}

std::size_t AlertLife::open_alerts() const {
  return static_cast<std::size_t>(
      std::count_if(alerts_.begin(), alerts_.end(), [](const Open& alert) { return alert.closed_at < 0; }));
}

void AlertLife::decay(Time end) {
  // In whole days, so that it does not matter which panes had events.
  const Time day = floor_to(end, kDay);
  if (day <= decayed_) return;
  const double lives = static_cast<double>((day - decayed_).count()) / static_cast<double>(kHalfLife.count());
  for (double& count : closed_) count *= std::exp2(-lives);
  decayed_ = day;
}

std::vector<Transition> AlertLife::step(std::int64_t at, Time end, const std::vector<Look>& looks) {
  std::vector<Transition> out;
  if (looks.empty()) return out;
  decay(end);
  const std::vector<Firing> fired = firings(looks);
  for (const Look& look : looks)
    features_[look.column].ratio[static_cast<std::size_t>(look.level)] = look.ratio;
  for (const Firing& firing : fired)
    if (features_[firing.column].open) hold(firing, out);
  recover(at, looks);
  for (const Firing& firing : fired)
    if (!features_[firing.column].open) open(firing, at, end, out);
  close(at, out);
  return out;
}

std::vector<AlertLife::Firing> AlertLife::firings(const std::vector<Look>& looks) const {
  std::vector<Firing> fired;
  for (const Look& look : looks) {
    const double least = limit(look.level);
    if (!(look.ratio > least)) continue;
    const bool doubtful = look.ratio <= kDoubtful * least && last_ratio(look.column, look.level) <= least;
    if (doubtful && !features_[look.column].open) continue;
    auto same = std::find_if(fired.begin(), fired.end(),
                             [&](const Firing& firing) { return firing.column == look.column; });
    if (same == fired.end()) {
      fired.push_back({look.column, look.level, look.level, look.ratio});
      continue;
    }
    same->shortest = std::min(same->shortest, look.level);
    if (look.ratio > same->ratio) {
      same->ratio = look.ratio;
      same->level = look.level;
    }
  }
  std::stable_sort(fired.begin(), fired.end(),
                   [](const Firing& a, const Firing& b) { return a.ratio > b.ratio; });
  return fired;
}

Transition AlertLife::describe(const Open& alert, Transition::Kind kind) {
  Transition transition;
  transition.kind = kind;
  transition.first = transition.column = alert.columns.front();
  transition.opened = alert.opened;
  transition.columns = alert.columns;
  transition.level = alert.level;
  return transition;
}

int AlertLife::closing_level(const Firing& firing) const {
  return std::clamp(levels_ - kStillLevels - 1, 0, firing.shortest);
}

void AlertLife::hold(const Firing& firing, std::vector<Transition>& out) {
  Feature& feature = features_[firing.column];
  feature.level = std::min(feature.level, closing_level(firing));
  Open* alert = find(feature.alert);
  if (alert == nullptr) return;
  alert->level = std::min(alert->level, firing.shortest);
  if (firing.ratio < kWorse * alert->worst) return;
  alert->worst = firing.ratio;
  Transition news = describe(*alert, Transition::Kind::worsened);
  news.column = firing.column;
  news.level = firing.level;
  news.ratio = firing.ratio;
  news.limit = limit(firing.level);
  out.push_back(std::move(news));
}

AlertLife::Open& AlertLife::alert_for(const Firing& firing, std::int64_t at, Time end) {
  const Feature& feature = features_[firing.column];
  if (Open* before = find(feature.alert); before != nullptr && at - feature.recovered_at <= kReopenPanes)
    return *before;
  const auto joins = std::find_if(alerts_.rbegin(), alerts_.rend(), [this, at](const Open& alert) {
    return alert.closed_at < 0 && (joins_ == Joins::any || at - alert.opened_at <= kJoinPanes);
  });
  if (joins != alerts_.rend()) return *joins;
  return alerts_.emplace_back(Open{next_id_++, at, end, -1, firing.shortest, 0, {}});
}

void AlertLife::open(const Firing& firing, std::int64_t at, Time end, std::vector<Transition>& out) {
  Open& alert = alert_for(firing, at, end);
  const bool opens = alert.columns.empty() || alert.closed_at >= 0;
  alert.closed_at = -1;
  if (std::find(alert.columns.begin(), alert.columns.end(), firing.column) == alert.columns.end())
    alert.columns.push_back(firing.column);
  alert.worst = std::max(alert.worst, firing.ratio);
  alert.level = std::min(alert.level, firing.shortest);
  Feature& feature = features_[firing.column];
  feature.open = true;
  feature.level = closing_level(firing);
  feature.calm = 0;
  feature.alert = alert.id;
  const auto said = std::find_if(out.begin(), out.end(), [&](const Transition& transition) {
    return transition.opened == alert.opened && transition.first == alert.columns.front();
  });
  if (said != out.end()) {  // One transition per alert and pane; the worst column speaks.
    said->columns = alert.columns;
    if (said->kind == Transition::Kind::worsened) said->kind = Transition::Kind::joined;
    return;
  }
  Transition news = describe(alert, opens ? Transition::Kind::opened : Transition::Kind::joined);
  news.column = firing.column;
  news.level = firing.level;
  news.ratio = firing.ratio;
  news.limit = limit(firing.level);
  out.push_back(std::move(news));
}

void AlertLife::recover(std::int64_t at, const std::vector<Look>& looks) {
  for (const Look& look : looks) {
    Feature& feature = features_[look.column];
    if (!feature.open || look.level != feature.level) continue;
    const auto end = feature.ratio.begin() + feature.level + 1;
    const bool calm =
        std::all_of(feature.ratio.begin(), end, [](double ratio) { return ratio < kCalmRatio; });
    feature.calm = calm ? feature.calm + 1 : 0;
    if (feature.calm < kCalmLooks) continue;
    feature.open = false;
    feature.recovered_at = at;
    feature.ignore_before = at - (std::int64_t{1} << feature.level);
    std::fill(feature.ratio.begin(), feature.ratio.end(), 0.0);
  }
}

bool AlertLife::held(const Open& alert) const {
  return std::any_of(alert.columns.begin(), alert.columns.end(), [&](std::size_t column) {
    return features_[column].open && features_[column].alert == alert.id;
  });
}

void AlertLife::close(std::int64_t at, std::vector<Transition>& out) {
  for (Open& alert : alerts_) {
    if (alert.closed_at >= 0 || held(alert)) continue;
    alert.closed_at = at;
    for (int level = 0; level <= alert.level; ++level) closed_[static_cast<std::size_t>(level)] += 1;
    out.push_back(describe(alert, Transition::Kind::closed));
  }
  std::erase_if(alerts_, [at](const Open& alert) {
    return alert.closed_at >= 0 && at - alert.closed_at > kReopenPanes;
  });
}

std::vector<Transition> AlertLife::stop(std::int64_t at) {
  for (Feature& feature : features_) feature.open = false;
  std::vector<Transition> out;
  close(at, out);
  return out;
}

AlertLife::Open* AlertLife::find(std::uint64_t id) {
  const auto found =
      std::find_if(alerts_.begin(), alerts_.end(), [id](const Open& alert) { return alert.id == id; });
  return id == 0 || found == alerts_.end() ? nullptr : &*found;
}

void AlertLife::encode(ByteWriter& out) const {
  out.u64(next_id_);
  out.i64(to_ms(decayed_));
  for (const double count : closed_) out.f64(count);
  for (const Feature& feature : features_) {
    for (const double ratio : feature.ratio) out.f64(ratio);
    out.flag(feature.open);
    out.u64(static_cast<std::uint64_t>(feature.level));
    out.u64(static_cast<std::uint64_t>(feature.calm));
    out.i64(feature.ignore_before);
    out.i64(feature.recovered_at);
    out.u64(feature.alert);
  }
  out.u64(alerts_.size());
  for (const Open& alert : alerts_) {
    out.u64(alert.id);
    out.i64(alert.opened_at);
    out.i64(to_ms(alert.opened));
    out.i64(alert.closed_at);
    out.u64(static_cast<std::uint64_t>(alert.level));
    out.f64(alert.worst);
    out.u64(alert.columns.size());
    for (const std::size_t column : alert.columns) out.u64(column);
  }
}

bool AlertLife::decode(ByteReader& in) {
  next_id_ = in.u64();
  decayed_ = from_ms(in.i64());
  for (double& count : closed_) count = in.f64();
  const auto level = [&in, this] {
    return static_cast<int>(
        std::min<std::uint64_t>(in.u64(), levels_ > 0 ? static_cast<std::uint64_t>(levels_ - 1) : 0));
  };
  for (Feature& feature : features_) {
    for (double& ratio : feature.ratio) ratio = in.f64();
    feature.open = in.flag();
    feature.level = level();
    feature.calm = static_cast<int>(in.u64());
    feature.ignore_before = in.i64();
    feature.recovered_at = in.i64();
    feature.alert = in.u64();
  }
  alerts_.resize(in.count(8));
  for (Open& alert : alerts_) {
    alert.id = in.u64();
    alert.opened_at = in.i64();
    alert.opened = from_ms(in.i64());
    alert.closed_at = in.i64();
    alert.level = level();
    alert.worst = in.f64();
    alert.columns.resize(in.count());
    for (std::size_t& column : alert.columns) column = in.u64();
    const bool known = std::all_of(alert.columns.begin(), alert.columns.end(),
                                   [&](std::size_t column) { return column < features_.size(); });
    if (!known || alert.columns.empty()) return false;
  }
  return in.done();
}

}  // namespace vedette::drift
