#include "core/series_model.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vedette::series {
namespace {

constexpr float kNone = std::numeric_limits<float>::quiet_NaN();
constexpr Duration kDayBucket = 5 * kMinute;
constexpr Duration kWeekBucket = 15 * kMinute;
constexpr std::size_t kDayBuckets = 288;
constexpr std::size_t kWeekBuckets = 672;
constexpr std::int64_t kLongGap = 10;  ///< Missing panes after which short memory is void.

/// Since Monday; 1970-01-01 was a Thursday.
Duration into_week(Time at) { return (at + 3 * kDay) - floor_to(at + 3 * kDay, kWeek); }
Duration into_day(Time at) { return at - floor_to(at, kDay); }

/// A cyclic table of `count` buckets of `bucket` each, read between bucket centres
/// where panes are shorter than a bucket.
struct Table {
  std::size_t count;
  Duration bucket;
  Duration pane;

  std::size_t index(Duration phase) const {
    return static_cast<std::size_t>(phase / std::max(bucket, pane)) % count;
  }
  float read(const float* cells, Duration phase) const {
    const std::size_t here = index(phase);
    if (pane >= bucket) return cells[here];
    const float within = static_cast<float>((phase % bucket).count()) / static_cast<float>(bucket.count());
    const std::size_t other = within < .5F ? (here + count - 1) % count : (here + 1) % count;
    if (std::isnan(cells[here]) || std::isnan(cells[other])) return cells[here];
    const float share = std::abs(within - .5F);
    return cells[here] * (1 - share) + cells[other] * share;
  }
  void learn(float* cells, Duration phase, float x, float rate) const {
    float& cell = cells[index(phase)];
    cell = std::isnan(cell) ? x : cell + rate * (x - cell);
  }
};

/// Weighted mean of the predictions that exist: the better ones so far count more.
template <std::size_t N>
float mix(const std::array<float, N>& predictions, const std::array<Average, N>& errors) {
  float least = std::numeric_limits<float>::max();
  for (std::size_t i = 0; i < N; ++i)
    if (!std::isnan(predictions[i]) && errors[i].n > 0) least = std::min(least, errors[i].mean);
  float sum = 0;
  float weights = 0;
  for (std::size_t i = 0; i < N; ++i) {
    if (std::isnan(predictions[i]) || errors[i].n == 0) continue;
    const float ratio = errors[i].mean > least ? least / errors[i].mean : 1;
    const float square = ratio * ratio;
    const float weight = square * square * std::min(1.0F, static_cast<float>(errors[i].n) / 50) + 1e-12F;
    sum += weight * predictions[i];
    weights += weight;
  }
  return weights > 0 ? sum / weights : predictions[0];
}

template <std::size_t N>
void learn_errors(const std::array<float, N>& predictions, float x, std::array<Average, N>& errors) {
  for (std::size_t i = 0; i < N; ++i) {
    if (std::isnan(predictions[i])) continue;
    float error = std::abs(x - predictions[i]);
    if (errors[i].n >= 50) error = std::min(error, 8 * errors[i].mean);
    errors[i].add(error, .0005F);
  }
}

}  // namespace

SeriesModel::SeriesModel(SeriesShape shape, Depth depth) : shape_(shape) {
  set_pace(shape.pane);
  grow(depth);
}

float SeriesModel::rows_of(Duration pane) {
  return std::min(1.0F, static_cast<float>(pane.count()) / static_cast<float>(kDayBucket.count()));
}

/// Buckets as long as a pane depend on its length, so what they held is void.
void SeriesModel::set_pace(Duration pane) {
  state_.pane = pane.count();
  rows_ = rows_of(pane);
  std::fill(tables_.begin(), tables_.end(), kNone);
  state_.offset.fill(0);
}

/// A low quantile of the last gaps, looked at often while there are few, then now and then. Missing
/// values only lengthen gaps, and a third of them may be missing; a few odd values between do not move it.
void SeriesModel::follow_pace(std::int64_t gap) {
  State& s = state_;
  constexpr std::uint32_t kept = State::kGaps;
  s.gaps[(s.n - 1) % kept] = static_cast<std::uint32_t>(std::clamp<std::int64_t>(gap, 1, kDay / shape_.pane));
  if (s.n > kept && s.n % kept != 0) return;
  const std::uint32_t known = std::min(s.n, kept);
  std::array<std::uint32_t, kept> sorted = s.gaps;
  const auto low = sorted.begin() + known * 3 / 10;
  std::nth_element(sorted.begin(), low, sorted.begin() + known);
  const Duration usual = *low * shape_.pane;
  if (3 * usual > 4 * pace() || 3 * pace() > 4 * usual) set_pace(usual);
}

Depth SeriesModel::depth() const {
  if (tables_.empty()) return Depth::none;
  return tables_.size() == kDayBuckets ? Depth::day : Depth::week;
}

void SeriesModel::grow(Depth depth) {
  std::size_t size = depth == Depth::none ? 0 : kDayBuckets;
  if (depth == Depth::week) size += kWeekBuckets;
  if (size <= tables_.size()) return;
  tables_.reserve(size);
  tables_.resize(size, kNone);
}

SeriesModel::Forecast SeriesModel::forecast(Time at) const {
  Forecast f;
  f.day = f.week = kNone;
  if (!tables_.empty()) f.day = Table{kDayBuckets, kDayBucket, pace()}.read(tables_.data(), into_day(at));
  if (tables_.size() > kDayBuckets)
    f.week = Table{kWeekBuckets, kWeekBucket, pace()}.read(tables_.data() + kDayBuckets, into_week(at));
  const State& s = state_;
  f.brief = {s.level, f.day + s.offset[0], f.week + s.offset[2], s.line + s.slope, s.last};
  f.lasting = {s.slow, f.day + s.offset[1], f.week + s.offset[3]};
  f.expected = mix(f.brief, s.short_error);
  f.usual = mix(f.lasting, s.long_error);
  return f;
}

SeriesPoint SeriesModel::step(Time pane_start, double value, Learning learning) {
  SeriesPoint point;
  point.value = value;
  if (!std::isfinite(value)) return point;
  const float x = static_cast<float>(std::clamp(value, -1e18, 1e18));
  const std::int64_t gap = to_ms(pane_start) - state_.time;
  if (shape_.paced && state_.n > 0) follow_pace(gap / shape_.pane.count());
  if (state_.n == 0 || gap / state_.pane - 1 > kLongGap) restart(x);
  state_.time = to_ms(pane_start);
  const Forecast f = forecast(pane_start);
  turn_hour(pane_start);
  assess(x, f, point);
  learn_recent(x, f);
  if (learning == Learning::all) learn_usual(pane_start, x, f);
  return point;
}

void SeriesModel::restart(float x) {
  State& s = state_;
  s.run = 0;
  s.sums.fill(0);
  s.onsets.fill(0);
  s.level = s.line = s.last = x;
  s.slope = 0;
  if (s.n == 0) s.slow = x;
}

void SeriesModel::learn_recent(float x, const Forecast& f) {
  State& s = state_;
  learn_errors(f.brief, x, s.short_error);
  learn_spread(x, f);
  if (!std::isnan(f.day)) s.offset[0] += .05F * (x - f.day - s.offset[0]);
  if (!std::isnan(f.week)) s.offset[2] += .05F * (x - f.week - s.offset[2]);
  ++s.n;
  ++s.run;
  s.level += rate_after(s.run, .1F) * (x - s.level);
  const float error = x - (s.line + s.slope);
  s.line += s.slope + .12F * error;
  s.slope += .004F * error;
  s.last = x;
}

void SeriesModel::learn_usual(Time at, float x, const Forecast& f) {
  State& s = state_;
  learn_errors(f.lasting, x, s.long_error);
  if (!std::isnan(f.day)) s.offset[1] += .002F * (x - f.day - s.offset[1]);
  if (!std::isnan(f.week)) s.offset[3] += .002F * (x - f.week - s.offset[3]);
  if (!tables_.empty()) Table{kDayBuckets, kDayBucket, pace()}.learn(tables_.data(), into_day(at), x, .15F);
  if (tables_.size() > kDayBuckets)
    Table{kWeekBuckets, kWeekBucket, pace()}.learn(tables_.data() + kDayBuckets, into_week(at), x, .3F);
  s.slow += rate_after(s.n, .0005F) * (x - s.slow);
}

void SeriesModel::learn_spread(float x, const Forecast& f) {
  State& s = state_;
  const float residual = x - f.expected;
  const float limit = 25 * s.square[kShortNow].mean;
  const float square = residual * residual;
  const auto hour = static_cast<std::size_t>(s.hour);
  s.hour_square[hour].add(s.square[kShortNow].n > 50 ? std::min(square, limit) : square, .0005F);
  if (!shape_.counts) return;
  const float mean = std::max(f.expected, 0.0F);
  s.excess.add(square - mean, .0005F);
  s.expected_square.add(mean * mean, .0005F);
}

void SeriesModel::turn_hour(Time at) {
  State& s = state_;
  const auto hour = static_cast<std::int32_t>(into_day(at) / kHour);
  if (hour == s.hour) return;
  s.hour = hour;
  const Average& own = s.hour_square[static_cast<std::size_t>(hour)];
  const float all = s.square[kShortNow].mean;
  s.hour_factor = own.n >= 100 && all > 0 ? std::pow(std::max(own.mean / all, 1e-6F), .15F) : 1;
}

}  // namespace vedette::series
