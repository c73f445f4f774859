// How odd a value is: deviations, novelty, p-value. Forecasts and learning are in series_model.cc.
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/series_law.h"
#include "core/series_model.h"

namespace vedette::series {
namespace {

constexpr std::uint32_t kSettle = 20;  ///< Values before a deviation can be told.
constexpr float kIncidentLimit = .23F;
constexpr float kSilentRows = 75;
constexpr float kIncidentMemory = 2000;  ///< Rows.
constexpr float kCreep = 1e-4F;
/// Values that each stream of `novelty` is a mean of.
constexpr std::array<std::uint32_t, State::kStreams> kWidths = {1, 10, 40, 3, 10, 40};
constexpr float kBandWidth = 3;
constexpr float kLowCount = 20;
constexpr std::uint32_t kHalveAt = 60000;
constexpr float kBinLog = .1732868F;  ///< Four bins per octave.

/// What is left of a value beside what was expected; of rounding nothing, or a constant would have news.
float residual(float x, float expected) {
  constexpr float kRounding = 4 * std::numeric_limits<float>::epsilon();
  const float left = x - expected;
  return std::abs(left) <= kRounding * std::abs(x) ? 0 : left;
}

int bin_of(float v) { return std::clamp(static_cast<int>(4 * std::log2(std::max(v, 1e-6F)) + 40), 0, 79); }

}  // namespace

// The scale is slow and not clipped: a robust one makes a single threshold over many
// series impossible, since a series that is restless now and then must count as such.
float SeriesModel::strangeness(Residual which, float residual) {
  Average& square = state_.square[which];
  float scales = 0;
  if (square.n >= kSettle && residual != 0) {
    const float scale = std::max(std::sqrt(square.mean) * state_.hour_factor, 1e-30F);
    scales = std::min(std::abs(residual) / scale, 1e12F);
  }
  square.add(residual * residual, .0002F);
  return scales;
}

/// Counts are skewed where they are low: the law's tail, in sigmas, takes the deviation's place.
float SeriesModel::low_count(float x, float expected) const {
  const float mean = std::max(expected, 0.0F);
  const double spread = dispersion(state_.excess, state_.expected_square);
  const double sigma = std::sqrt(mean + spread * mean * mean + 1e-9);
  const double plain = std::abs(x - mean) / sigma;
  // Near the middle both agree well enough, and the tail is dear.
  if (plain < 2 && mean > 3) return static_cast<float>(plain);
  return static_cast<float>(sigmas_of(log_tail(x, mean, spread)));
}

SeriesModel::Windows SeriesModel::slide(float x, const Forecast& f) {
  State& s = state_;
  const float brief = residual(x, f.expected);
  const float lasting = residual(x, f.usual);
  const auto window = [&s](RunningSum which, const auto& ring, std::uint32_t width, float now) {
    const auto size = static_cast<std::uint32_t>(ring.size());
    double& sum = s.sums[which];
    if (s.run >= width) sum -= ring[(s.run - width) % size];
    sum += now;
    return static_cast<float>(sum / std::min(s.run + 1, width));
  };
  const Windows w{.short3 = window(kShort3, s.short_residuals, 3, brief),
                  .long3 = window(kLong3, s.long_residuals, 3, lasting),
                  .long10 = window(kLong10, s.long_residuals, 10, lasting),
                  .long30 = window(kLong30, s.long_residuals, 30, lasting),
                  .long40 = window(kLong40, s.long_residuals, 40, lasting),
                  .value10 = window(kValue10, s.values, 10, x),
                  .value40 = window(kValue40, s.values, 40, x)};
  s.spread_fast.add(std::abs(brief), .1F);
  s.spread_slow.add(std::abs(brief), .001F);
  return w;
}

std::array<float, kResiduals> SeriesModel::deviations(float x, const Forecast& f, const Windows& w) {
  State& s = state_;
  std::array<float, kResiduals> scales{};
  if (!std::isnan(f.day)) {
    scales[kDayOffset] = strangeness(kDayOffset, residual(x, f.day + s.offset[0]));
    scales[kDayPlain] = strangeness(kDayPlain, residual(x, f.day));
  }
  scales[kShortMean3] = strangeness(kShortMean3, w.short3);
  if (s.run >= 5) {
    const auto back = [&s](std::uint32_t i) { return s.values[(s.run - i) % State::kRing]; };
    const float line = .8F * back(1) + .5F * back(2) + .2F * back(3) - .1F * back(4) - .4F * back(5);
    scales[kLine5] = strangeness(kLine5, residual(x, line));
  }
  if (s.n >= 100) scales[kSpread] = strangeness(kSpread, s.spread_fast.mean - s.spread_slow.mean);
  scales[kLongMean10] = strangeness(kLongMean10, w.long10);
  scales[kShortNow] = strangeness(kShortNow, residual(x, f.expected));
  scales[kLongNow] = strangeness(kLongNow, residual(x, f.usual));
  scales[kLongMean30] = strangeness(kLongMean30, w.long30);
  if (!shape_.counts || s.n < kSettle || f.expected >= kLowCount) return scales;
  scales[kShortNow] = low_count(x, f.expected);
  if (std::isnan(f.day)) return scales;
  scales[kDayOffset] = low_count(x, f.day + s.offset[0]);
  scales[kDayPlain] = low_count(x, f.day);
  return scales;
}

void SeriesModel::assess(float x, const Forecast& f, SeriesPoint& point) {
  State& s = state_;
  const Windows w = slide(x, f);
  const float scale = std::sqrt(s.square[kShortNow].mean) * s.hour_factor;
  const auto scales = deviations(x, f, w);
  point.expected = f.expected;
  point.usual = f.usual;
  point.recent = w.value10;
  point.low = f.expected - kBandWidth * scale;
  point.high = f.expected + kBandWidth * scale;
  if (shape_.counts) point.low = std::max(point.low, 0.0);

  // Sums of weights times ln(1 + deviation), as one logarithm of powers each: below 1e150.
  const auto part = [&scales](Residual which) { return 1.0 + scales[which]; };
  const auto square = [](double v) { return v * v; };
  const double offset = part(kDayOffset), mean3 = part(kShortMean3), now = part(kShortNow);
  point.score =
      .1 * std::log(offset * square(offset * mean3 * part(kDayPlain) * part(kSpread) * part(kLongMean10)) *
                    part(kLine5));
  const auto start = static_cast<float>(.1 * std::log(offset * square(square(offset) * mean3 * now) * now));
  point.onset = start > *std::max_element(s.onsets.begin(), s.onsets.end()) ? start : 0;
  const auto mean_z = static_cast<float>(std::log(part(kLongNow) * mean3 * part(kLongMean30)) / 3);
  const float novel = novelty({x, w.value10, w.value40, w.long3, w.long10, w.long40}, mean_z);
  point.novelty = novel;
  point.incident = told_once(novel);
  point.p_value = tail(static_cast<float>(point.score));

  s.onsets[s.run % State::kOnsets] = start;
  s.values[s.run % State::kRing] = x;
  s.long_residuals[s.run % State::kRing] = residual(x, f.usual);
  s.short_residuals[s.run % 3] = residual(x, f.expected);
}

// The number of records of a stationary series grows with the logarithm of time whatever its
// law, so a false alarm spends itself; the overshoot is measured in widths of what has been.
float SeriesModel::novelty(const std::array<float, State::kStreams>& streams, float mean_z) {
  State& s = state_;
  const float rate = rate_after(s.n + 1, .0005F);
  float sum = 0;
  for (std::size_t i = 0; i < State::kStreams; ++i) {
    Envelope& e = s.envelopes[i];
    const float v = streams[i];
    // Of fewer values, as after a gap, it would stray further than the full mean ever has.
    if (s.run + 1 < kWidths[i]) continue;
    if (e.low > e.high) e = {v, v, v};
    const float over = std::max(v - e.high, e.low - v);
    const float width = e.high - e.low;
    if (s.n >= 50 && over > 0) sum += width > 0 ? std::min(1.0F, 10 * over / width) : 1.0F;
    e.mean += rate * (v - e.mean);
    e.high = std::max(e.high, v);
    e.low = std::min(e.low, v);
    e.high -= kCreep * rows_ * (e.high - e.mean);
    e.low += kCreep * rows_ * (e.mean - e.low);
  }
  return (2 * sum / State::kStreams + .15F * mean_z) / (1 + .4F * s.incidents);
}

// Half the incidents of quiet series were in their first day, in which everything is new: they are remembered
// and silence what follows like others, but are not told.
float SeriesModel::told_once(float incident) {
  State& s = state_;
  s.incidents *= 1 - rows_ / kIncidentMemory;
  if (s.silence > 0) {
    --s.silence;
    return 0;
  }
  if (incident < kIncidentLimit) return incident;
  s.incidents += 1;
  s.silence = static_cast<std::uint32_t>(kSilentRows / rows_) - 1;
  return s.n * pace() < kDay ? 0 : incident;
}

float SeriesModel::tail(float score) {
  State& s = state_;
  const int bin = bin_of(std::exp(std::min(score, 20.0F)) - 1);
  // Down from the top to the bin, or to where half a per cent lies above, with Hill's mean of logarithms
  // there.
  const float least = std::max(1.0F, .005F * static_cast<float>(s.binned));
  float above = 0;
  float logs = 0;
  int i = State::kBins;
  while (i > 0 && (i > bin || above < least)) {
    logs += above * kBinLog;
    above += s.bins[static_cast<std::size_t>(--i)];
  }
  float p = (above + 1) / static_cast<float>(s.binned + 1);
  if (i < bin)
    p *= std::exp(-static_cast<float>(bin - i) * kBinLog * above / std::max(logs, kBinLog * above));
  ++s.bins[static_cast<std::size_t>(bin)];
  if (++s.binned >= kHalveAt) {
    s.binned = 0;
    for (std::uint16_t& count : s.bins) s.binned += count /= 2;
  }
  return std::min(p, 1.0F);
}

}  // namespace vedette::series
