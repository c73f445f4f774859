#include "core/series_watch.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/series_law.h"

namespace vedette::series {
namespace {

constexpr float kForget = .001F;
constexpr double kLowCount = 20;
constexpr double kBusy = .9;  ///< Share of panes with events of a key that always talks.
constexpr std::uint32_t kRampPanes = 375;
constexpr double kLargestExcursion = 3, kToldExcursion = 1;
constexpr double kGranted = 1e9;  ///< A condition that was met before.
constexpr double kMostDesign = 25;
constexpr double kRarest = .02;  ///< Chance of two equal samples in a row, at least.

double distance(double from, double to, const Pane& pane, const Limits& limits) {
  return limits.law == SeriesLaw::share ? (to - from) * pane.events : to - from;
}

}  // namespace

double Watch::change(double from, double to, const Limits& limits) const {
  if (limits.law != SeriesLaw::level) {
    const double least = factor_floor(limits.law, limits.excess);
    return std::log((std::max(to, 0.0) + least) / (std::max(from, 0.0) + least));
  }
  const double sigmas = std::abs(to - from) / std::sqrt(std::max<double>(excess_.mean, 1e-30));
  return to > from ? std::log1p(sigmas) : -std::log1p(sigmas);
}

bool Watch::matters(double from, double to, const Now& now) const {
  const double by = to > from ? change(from, to, now.limits) : change(to, from, now.limits);
  return by >= now.limits.log_change &&
         std::abs(distance(from, to, now.pane, now.limits)) >= now.limits.excess;
}

Watch::Now Watch::view(const Pane& pane, const SeriesPoint& point, bool modelled,
                       const Limits& limits) const {
  Now now{pane, point, limits, modelled, point.value, 0, 0};
  const double a = modelled ? point.expected : mean_.mean;
  const double b = modelled ? point.usual : level_;
  const double least = limits.law == SeriesLaw::level ? std::numeric_limits<double>::lowest() : 0;
  now.low = std::max(least, std::min(a, b));
  now.high = std::max({least, a, b});
  return now;
}

/// Of an event to be a hit. A share of nothing in few events is not nothing yet.
double Watch::probability(double share) const { return std::clamp(share, .5 / (trials_ + 1), .999); }

double Watch::design() const { return std::max<double>(1, excess_.mean); }

double Watch::tail(double x, double expected, const Now& now) const {
  switch (now.limits.law) {
    case SeriesLaw::count:
      return log_tail(x, expected, dispersion(excess_, expected_square_));
    case SeriesLaw::amount:
      return log_amount_tail(x, std::max(expected, factor_floor(now.limits.law, now.limits.excess)),
                             dispersion(excess_, expected_square_));
    case SeriesLaw::share:
      return log_share_tail(x * now.pane.events, now.pane.events, probability(expected), design());
    case SeriesLaw::level:
      break;
  }
  const double variance = std::max<double>(excess_.mean, 1e-30);
  return -(x - expected) * (x - expected) / (2 * variance);
}

/// A change must matter, be new, and be too rare for the budget: by the law of its values and by
/// how far this series is known to go, or, of levels, which follow no law, by its novelty.
Assessment Watch::moved(double x, double expected, double novelty, const Now& now) const {
  const Limits& limits = now.limits;
  Assessment a;
  a.reference = expected;
  a.observed = x;
  const bool up = x > expected;
  const double log_change = up ? change(expected, x, limits) : change(x, expected, limits);
  const double least = std::max(limits.excess, limits.share * std::abs(expected));
  const double far = std::abs(distance(expected, x, now.pane, limits));
  a.ratio = std::min({log_change / limits.log_change, far / least, novelty});
  a.sigmas = limits.law == SeriesLaw::level ? std::expm1(log_change) : 0;
  if (a.ratio < 1) return a;
  const double known = (up ? up_ : down_).log_tail(log_change, mean_.n, limits);
  a.log_p = std::max(known, tail(x, expected, now));
  // The younger a series, the more of what it does is new.
  const double alone = mean_.n >= limits.day ? novelty * limits.incident / limits.alone : 0;
  a.ratio = std::min(a.ratio, std::max(a.log_p / limits.log_alpha, alone));
  if (limits.law == SeriesLaw::level) a.log_p = std::log(now.point.p_value);
  a.reasons = {up ? "SPIKE" : "DROP"};
  if (limits.law == SeriesLaw::count && expected < kLowCount) a.reasons.push_back("COUNT_LAW");
  return a;
}

/// No events, or always the same sample, for longer than this series is used to.
Assessment Watch::stopped(const Limits& limits) const {
  Assessment a;
  const bool level = limits.law == SeriesLaw::level;
  a.reference = before_;
  a.observed = level ? before_ : 0;
  const double run = zeros_;
  a.ratio = std::min({run / limits.silent_panes, run / (2 * longest_ + 1.0), silent_log_ / limits.log_alpha});
  if (zeros_ == 0 || busy_.mean < kBusy) a.ratio = 0;
  a.log_p = silent_log_;
  a.since = zeros_since_;
  a.reasons = {level ? "STUCK" : "SILENCE"};
  return a;
}

Assessment Watch::worst(const Now& now) {
  const Limits& limits = now.limits;
  const double peak = change(peak_, now.x, limits) / limits.log_change;
  const double novelty = now.modelled ? now.point.novelty / limits.incident : peak;
  if (now.modelled && novelty >= 1) novel_ = kRampPanes;
  novel_ -= novel_ > 0 ? 1 : 0;
  // What recent values expect follows a slow change; a level is measured from before it.
  const bool from_usual = limits.law == SeriesLaw::level && now.modelled;
  const double high = from_usual ? now.point.usual : now.high;
  const double low = from_usual ? now.point.usual : now.low;
  Assessment best = now.x > now.high ? moved(now.x, high, novelty, now) : Assessment{};
  const bool can_ramp = limits.law == SeriesLaw::count || limits.law == SeriesLaw::amount;
  if (can_ramp && now.modelled && mean_.n >= limits.day && novel_ > 0 && best.ratio < limits.demand) {
    const double slow = std::min(now.x, now.point.recent);
    const double usual = std::max(0.0, now.point.usual);
    Assessment ramp = slow > usual ? moved(slow, usual, kGranted, now) : Assessment{};
    if (!ramp.reasons.empty()) ramp.reasons[0] = "RAMP";
    if (ramp.ratio > best.ratio) best = std::move(ramp);
  }
  if (limits.drops && now.modelled && now.x < now.low) {
    Assessment down = moved(now.x, low, novelty, now);
    if (down.ratio > best.ratio) best = std::move(down);
  }
  return best;
}

std::optional<Assessment> Watch::step(const Pane& pane, const SeriesPoint& point, bool modelled,
                                      const Limits& limits) {
  if (std::isnan(point.value)) return std::nullopt;
  const Now now = view(pane, point, modelled, limits);
  if (mean_.n < limits.warm_up) {
    learn(now);
    return std::nullopt;
  }
  const bool known_day = mean_.n >= limits.day;
  Assessment best = worst(now);
  learn_excursions(now, best.ratio >= limits.demand);
  learn(now);
  const bool can_stop = limits.law == SeriesLaw::count || limits.law == SeriesLaw::level;
  if (can_stop && limits.drops) {
    Assessment none = stopped(limits);
    if (none.ratio >= limits.demand && none.ratio > best.ratio) best = std::move(none);
  }
  if (best.since == 0) best.since = to_ms(pane.start);
  std::optional<Assessment> told = settle(std::move(best), now);
  if (!told) told = notice(now);
  if (!told) return told;
  illustrate(*told, now);
  told->provisional = !known_day;
  if (told->phase == Finding::Phase::recovered)
    told->since = to_ms(pane.start - pane.length * (limits.calm_panes - 1));
  return told;
}

std::optional<Assessment> Watch::settle(Assessment best, const Now& now) {
  const Limits& limits = now.limits;
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
  const bool high = now.x > now.low && matters(now.low, now.x, now);
  const bool low = limits.drops && now.x < now.high && matters(now.high, now.x, now);
  const bool still =
      zeros_ > 0 && busy_.mean >= kBusy && (limits.law == SeriesLaw::count || limits.law == SeriesLaw::level);
  calm_ = high || low || still ? 0 : calm_ + 1;
  if (calm_ < limits.calm_panes) return std::nullopt;
  open_ = false;
  told_ = 0;
  calm_ = 0;
  best.phase = Finding::Phase::recovered;
  best.reasons = {"RECOVERED"};
  best.ratio = 0;
  best.reference = (now.low + now.high) / 2;
  best.observed = now.x;
  return best;
}

/// Something starts that may become an alert; told once, then not for as long as one takes to close.
std::optional<Assessment> Watch::notice(const Now& now) {
  quiet_ -= quiet_ > 0 ? 1 : 0;
  const Limits& limits = now.limits;
  if (limits.onset <= 0 || !now.modelled || now.point.onset < limits.onset || open_ || quiet_ > 0) return {};
  const bool up = now.x > now.high;
  if (!up && (!limits.drops || now.x >= now.low)) return {};
  const double expected = up ? now.high : now.low;
  if (!matters(expected, now.x, now)) return {};
  quiet_ = limits.calm_panes;
  Assessment a;
  a.notice = true;
  a.reasons = {"ONSET", up ? "SPIKE" : "DROP"};
  a.ratio = now.point.onset / limits.onset;
  a.reference = expected;
  a.observed = now.x;
  a.sigmas = limits.law == SeriesLaw::level ? std::expm1(std::abs(change(expected, now.x, limits))) : 0;
  a.log_p = std::log(now.point.p_value);
  a.since = to_ms(now.pane.start);
  return a;
}

/// What was told is taken for an attack, not for the series' own habit: only that it began
/// is learned, and not how far it went; so one flood does not hide the next, but many do.
void Watch::learn_excursions(const Now& now, bool fired) {
  if (open_) return;
  const double most = fired ? kToldExcursion : kLargestExcursion;
  // A share of few events goes far for nothing.
  const bool few = now.limits.law == SeriesLaw::share && !matters(now.high, now.x, now);
  up_.add(few ? 0 : change(now.high, now.x, now.limits), most, now.limits);
  down_.add(change(now.x, now.low, now.limits), most, now.limits);
}

/// Standard deviation of what was expected.
double Watch::deviation(const Now& now) const {
  const double spread = dispersion(excess_, expected_square_) * now.high * now.high;
  switch (now.limits.law) {
    case SeriesLaw::count:
      return std::sqrt(now.high + spread);
    case SeriesLaw::amount:
      return std::sqrt(spread);
    case SeriesLaw::share: {
      const double p = probability(now.high);
      return std::sqrt(design() * p * (1 - p) / std::max(1.0, now.pane.events));
    }
    case SeriesLaw::level:
      break;
  }
  return std::sqrt(std::max(0.0F, excess_.mean));
}

void Watch::illustrate(Assessment& a, const Now& now) const {
  const double wide = 3 * deviation(now);
  const bool level = now.limits.law == SeriesLaw::level;
  a.low = now.modelled ? now.point.low : now.low - wide;
  a.high = now.modelled ? now.point.high : now.high + wide;
  if (!level) a.low = std::max(0.0, a.low);
  a.events = now.pane.events;
  a.recent = recent_;
}

void Watch::learn(const Now& now) {
  const auto value = static_cast<float>(now.x);
  const auto expected = static_cast<float>(mean_.n == 0 ? now.x : (now.low + now.high) / 2);
  const float error = value - expected;
  const Limits& limits = now.limits;
  if (limits.law == SeriesLaw::share) {
    const double p = probability(expected);
    const double pearson = (now.x - p) * (now.x - p) * now.pane.events / (p * (1 - p));
    excess_.add(static_cast<float>(std::min(pearson, kMostDesign)), .0005F);
    trials_ += static_cast<float>(now.pane.events) - kForget * trials_;
  } else {
    excess_.add(error * error - (limits.law == SeriesLaw::count ? expected : 0), .0005F);
  }
  expected_square_.add(expected * expected, .0005F);
  peak_ = std::max(value, peak_ - peak_ / static_cast<float>(limits.day) / 14);
  learn_run(now);
  level_ += std::max(.1F, 1 / static_cast<float>(mean_.n + 1)) * (value - level_);
  mean_.add(value, kForget);
  std::rotate(recent_.begin(), recent_.begin() + 1, recent_.end());
  recent_.back() = value;
}

/// How long nothing has happened now, and how long that lasts in this series.
void Watch::learn_run(const Now& now) {
  const bool level = now.limits.law == SeriesLaw::level;
  const bool still = level ? mean_.n > 0 && static_cast<float>(now.x) == recent_.back() : now.x <= 0;
  longest_ -= longest_ / static_cast<float>(now.limits.day) / 14;
  if (!still) {
    longest_ = std::max(longest_, static_cast<float>(zeros_));
    zeros_ = 0;
    silent_log_ = 0;
  } else {
    if (zeros_++ == 0) {
      before_ = level ? recent_.back() : level_;
      zeros_since_ = to_ms(now.pane.start);
    }
    const double mean = std::min<double>(before_, std::max(now.high, 0.0));
    silent_log_ += static_cast<float>(level ? std::log(std::max<double>(kRarest, 1 - busy_.mean))
                                            : log_silence(mean, dispersion(excess_, expected_square_)));
  }
  // What is being told must not make itself usual.
  if (!(open_ && zeros_ > 0)) busy_.add(still ? 0 : 1, kForget);
}

void Watch::save(ByteWriter& out) const {
  for (const Average& a : {mean_, busy_, excess_, expected_square_}) {
    out.f32(a.mean);
    out.u64(a.n);
  }
  for (const float v : {up_.count, up_.logs, down_.count, down_.logs, level_, peak_, longest_, silent_log_,
                        before_, told_, trials_})
    out.f32(v);
  for (const float v : recent_) out.f32(v);
  for (const std::uint32_t v : {zeros_, calm_, quiet_, novel_}) out.u64(v);
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
                   &before_, &told_, &trials_})
    *v = in.f32();
  for (float& v : recent_) v = in.f32();
  for (std::uint32_t* v : {&zeros_, &calm_, &quiet_, &novel_}) *v = static_cast<std::uint32_t>(in.u64());
  since_ = in.i64();
  zeros_since_ = in.i64();
  open_ = in.flag();
}

}  // namespace vedette::series
