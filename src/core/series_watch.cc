#include "core/series_watch.h"

#include <algorithm>
#include <cmath>

#include "core/series_law.h"

namespace vedette::series {
namespace {

constexpr float kForget = .001F;
constexpr double kLowCount = 20;
constexpr double kBusy = .9;  ///< Share of panes with events of a key that always talks.
constexpr std::uint32_t kRampPanes = 375;
constexpr double kMostNovelty = .6;  ///< Few real incidents are more.

constexpr float kWeeksKept = 4;
constexpr double kLargestExcursion = 3, kToldExcursion = 1;
/// Taken for granted of a series that has never gone far: excursions by another 20 %.
constexpr double kPriorLog = .2, kPriorWeight = 4;
constexpr double kGranted = 1e9;  ///< A condition that was met before.

}  // namespace

void Excursions::add(double log_change, double most, const Limits& limits) {
  const auto keep = 1 - 1 / (kWeeksKept * 7 * static_cast<float>(limits.day));
  count *= keep;
  logs *= keep;
  if (log_change < limits.log_change) return;
  count += 1;
  logs += static_cast<float>(std::min(log_change - limits.log_change, most));
}

double Excursions::log_tail(double log_change, std::uint32_t panes, const Limits& limits) const {
  const double seen = std::min<double>(panes, kWeeksKept * 7 * limits.day);
  const double mean = (logs + kPriorWeight * kPriorLog) / (count + kPriorWeight);
  return std::log((count + 1) / (seen + 1)) - (log_change - limits.log_change) / mean;
}

Limits limits_for(const SeriesSettings& settings, const Common& common, double per_week, double series) {
  Limits limits;
  const double per_day = std::max(per_week / 7 / std::max(series, 1.0), 1e-12);
  const double panes = static_cast<double>(kDay.count()) / static_cast<double>(common.window.count());
  limits.incident = std::clamp(.23 + std::log(.19 / per_day) / 3.2, .23, kMostNovelty);
  limits.log_alpha = std::log(std::min(per_day / panes, .01));
  limits.log_change = std::log(settings.min_change);
  limits.share = settings.min_change - 1;
  limits.excess = std::max(settings.min_excess, 1e-9);
  limits.warm_up = static_cast<std::uint32_t>(settings.warm_up);
  limits.silent_panes = static_cast<std::uint32_t>(settings.silent_panes);
  limits.calm_panes = static_cast<std::uint32_t>(settings.calm_panes);
  limits.day = static_cast<std::uint32_t>(panes);
  return limits;
}

/// Of counts plus one, so that zero has a change too.
double Watch::change(double from, double to, const Limits& limits) const {
  if (limits.counts) return std::log((std::max(to, 0.0) + 1) / (std::max(from, 0.0) + 1));
  const double sigmas = std::abs(to - from) / std::sqrt(std::max<double>(excess_.mean, 1e-30));
  return to > from ? std::log1p(sigmas) : -std::log1p(sigmas);
}

Watch::Reference Watch::reference(const SeriesPoint& point, bool modelled, const Limits& limits) const {
  if (!modelled) return {std::min(mean_.mean, level_), std::max(mean_.mean, level_)};
  if (!limits.counts) return {std::min(point.expected, point.usual), std::max(point.expected, point.usual)};
  return {std::max(0.0, std::min(point.expected, point.usual)), std::max({0.0, point.expected, point.usual})};
}

double Watch::tail(double x, double expected, const Limits& limits) const {
  if (limits.counts) return log_tail(x, expected, dispersion(excess_, expected_square_));
  const double variance = std::max<double>(excess_.mean, 1e-30);
  return -(x - expected) * (x - expected) / (2 * variance);
}

/// A change must matter, be new, and be too rare for the budget, both by the law of
/// counts and by how far this series is known to go.
Assessment Watch::moved(double x, double expected, double novelty, const Limits& limits) const {
  Assessment a;
  a.reference = expected;
  a.observed = x;
  const bool up = x > expected;
  const double log_change = up ? change(expected, x, limits) : change(x, expected, limits);
  const double least = std::max(limits.excess, limits.share * std::abs(expected));
  a.ratio = std::min({log_change / limits.log_change, std::abs(x - expected) / least, novelty});
  a.sigmas = limits.counts ? 0 : std::expm1(log_change);
  if (a.ratio < 1) return a;
  const double known = (up ? up_ : down_).log_tail(log_change, mean_.n, limits);
  a.log_p = std::max(known, tail(x, expected, limits));
  a.ratio = std::min(a.ratio, a.log_p / limits.log_alpha);
  a.reasons = {up ? "SPIKE" : "DROP"};
  if (limits.counts && expected < kLowCount) a.reasons.push_back("COUNT_LAW");
  return a;
}

Assessment Watch::silence(const Limits& limits) const {
  Assessment a;
  a.reference = before_;
  const double run = zeros_;
  a.ratio = std::min({run / limits.silent_panes, run / (2 * longest_ + 1.0), silent_log_ / limits.log_alpha});
  if (zeros_ == 0 || busy_.mean < kBusy) a.ratio = 0;
  a.log_p = silent_log_;
  a.since = zeros_since_;
  a.reasons = {"SILENCE"};
  return a;
}

std::optional<Assessment> Watch::step(Time pane_start, Duration pane, const SeriesPoint& point, bool modelled,
                                      const Limits& limits) {
  const double x = point.value;
  if (std::isnan(x)) return std::nullopt;
  const Reference r = reference(point, modelled, limits);
  if (mean_.n < limits.warm_up) {
    learn(pane_start, x, r, limits);
    return std::nullopt;
  }
  const double peak = change(peak_, x, limits) / limits.log_change;
  const double novelty = modelled ? point.novelty / limits.incident : peak;
  if (modelled && novelty >= 1) novel_ = kRampPanes;
  novel_ -= novel_ > 0 ? 1 : 0;
  const bool known_day = mean_.n >= limits.day;

  Assessment best = x > r.high ? moved(x, r.high, novelty, limits) : Assessment{};
  if (limits.counts && modelled && known_day && novel_ > 0 && best.ratio < limits.demand) {
    const double slow = std::min(x, point.recent);
    const double usual = std::max(0.0, point.usual);
    Assessment ramp = slow > usual ? moved(slow, usual, kGranted, limits) : Assessment{};
    if (!ramp.reasons.empty()) ramp.reasons[0] = "RAMP";
    if (ramp.ratio > best.ratio) best = std::move(ramp);
  }
  if (limits.drops && modelled && x < r.low) {
    Assessment down = moved(x, r.low, novelty, limits);
    if (down.ratio > best.ratio) best = std::move(down);
  }
  learn_excursions(x, r, best.ratio >= limits.demand, limits);
  learn(pane_start, x, r, limits);
  if (limits.counts && limits.drops) {
    Assessment none = silence(limits);
    if (none.ratio >= limits.demand && none.ratio > best.ratio) best = std::move(none);
  }
  illustrate(best, point, r, modelled);
  best.provisional = !known_day;
  if (best.since == 0) best.since = to_ms(pane_start);
  std::optional<Assessment> told = settle(std::move(best), r, x, limits);
  if (told && told->phase == Finding::Phase::recovered)
    told->since = to_ms(pane_start - pane * (limits.calm_panes - 1));
  return told;
}

std::optional<Assessment> Watch::settle(Assessment best, const Reference& r, double x, const Limits& limits) {
  if (best.ratio >= limits.demand) {
    calm_ = 0;
    if (open_ && best.ratio < 2 * told_) return std::nullopt;
    if (!open_) since_ = best.since;
    open_ = true;
    told_ = static_cast<float>(best.ratio);
    best.since = since_;
    return best;
  }
  if (!open_) return std::nullopt;
  const bool high = change(r.low, x, limits) >= limits.log_change && x - r.low >= limits.excess;
  const bool low =
      limits.drops && change(x, r.high, limits) >= limits.log_change && r.high - x >= limits.excess;
  const bool silent = limits.counts && zeros_ > 0 && busy_.mean >= kBusy;
  calm_ = high || low || silent ? 0 : calm_ + 1;
  if (calm_ < limits.calm_panes) return std::nullopt;
  open_ = false;
  told_ = 0;
  calm_ = 0;
  best.phase = Finding::Phase::recovered;
  best.reasons = {"RECOVERED"};
  best.ratio = 0;
  best.reference = (r.low + r.high) / 2;
  best.observed = x;
  return best;
}

/// What was told is taken for an attack, not for the series' own habit: only that it began
/// is learned, and not how far it went; so one flood does not hide the next, but many do.
void Watch::learn_excursions(double x, const Reference& r, bool fired, const Limits& limits) {
  if (open_) return;
  const double most = fired ? kToldExcursion : kLargestExcursion;
  up_.add(change(r.high, x, limits), most, limits);
  down_.add(change(x, r.low, limits), most, limits);
}

void Watch::illustrate(Assessment& a, const SeriesPoint& point, const Reference& r, bool modelled) const {
  const double wide = 3 * std::sqrt(r.high + dispersion(excess_, expected_square_) * r.high * r.high);
  a.low = modelled ? point.low : std::max(0.0, r.low - wide);
  a.high = modelled ? point.high : r.high + wide;
  a.recent = recent_;
}

void Watch::learn(Time pane_start, double x, const Reference& r, const Limits& limits) {
  const auto value = static_cast<float>(x);
  const auto expected = static_cast<float>(mean_.n == 0 ? x : (r.low + r.high) / 2);
  const float error = value - expected;
  excess_.add(error * error - (limits.counts ? expected : 0), .0005F);
  expected_square_.add(expected * expected, .0005F);
  const float day = 1 / static_cast<float>(limits.day);
  peak_ = std::max(value, peak_ - peak_ * day / 14);
  longest_ -= longest_ * day / 14;
  if (value > 0) {
    longest_ = std::max(longest_, static_cast<float>(zeros_));
    zeros_ = 0;
    silent_log_ = 0;
  } else {
    if (zeros_++ == 0) {
      before_ = level_;
      zeros_since_ = to_ms(pane_start);
    }
    const double mean = std::min<double>(before_, std::max(r.high, 0.0));
    silent_log_ += static_cast<float>(log_silence(mean, dispersion(excess_, expected_square_)));
  }
  // A silence that is being told must not make itself usual.
  if (!(open_ && zeros_ > 0)) busy_.add(value > 0 ? 1 : 0, kForget);
  level_ += std::max(.1F, 1 / static_cast<float>(mean_.n + 1)) * (value - level_);
  mean_.add(value, kForget);
  std::rotate(recent_.begin(), recent_.begin() + 1, recent_.end());
  recent_.back() = value;
}

void Watch::save(ByteWriter& out) const {
  for (const Average& a : {mean_, busy_, excess_, expected_square_}) {
    out.f32(a.mean);
    out.u64(a.n);
  }
  for (const float v :
       {up_.count, up_.logs, down_.count, down_.logs, level_, peak_, longest_, silent_log_, before_, told_})
    out.f32(v);
  for (const float v : recent_) out.f32(v);
  for (const std::uint32_t v : {zeros_, calm_, novel_}) out.u64(v);
  out.i64(since_);
  out.i64(zeros_since_);
  out.flag(open_);
}

void Watch::load(ByteReader& in) {
  for (Average* a : {&mean_, &busy_, &excess_, &expected_square_}) {
    a->mean = in.f32();
    a->n = static_cast<std::uint32_t>(in.u64());
  }
  for (float* v : {&up_.count, &up_.logs, &down_.count, &down_.logs, &level_, &peak_, &longest_, &silent_log_,
                   &before_, &told_})
    *v = in.f32();
  for (float& v : recent_) v = in.f32();
  for (std::uint32_t* v : {&zeros_, &calm_, &novel_}) *v = static_cast<std::uint32_t>(in.u64());
  since_ = in.i64();
  zeros_since_ = in.i64();
  open_ = in.flag();
}

}  // namespace vedette::series
