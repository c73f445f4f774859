#include "core/drift_season.h"

#include <algorithm>
#include <limits>

namespace vedette::drift {
namespace {

constexpr double kPseudoEvents = 30;
constexpr Duration kDailySpan = Duration{19 * kDay.count() / 10};
constexpr Duration kWeeklySpan = 9 * kDay;
constexpr double kRicherGain = 0.9;
constexpr std::int64_t kHoursOfDay = kDay / kHour;

/// Mean over windows of 4, 16 and 64 panes of the shift that the season leaves unexplained.
double unexplained(const ColumnBaseline& column, Season season) {
  double total = 0;
  int windows = 0;
  for (const std::int64_t window : {4, 16, 64}) {
    double sum = 0;
    int blocks = 0;
    for (const std::int64_t start : block_starts(column.panes(), window)) {
      const ColumnBaseline::Block block = column.block(season, start, start + window);
      if (block.n < kMinEvents) continue;
      const Distance x = distance(block.observed, block.expected.share, block.n, block.expected.n0);
      sum += x.d - x.m;
      ++blocks;
    }
    if (blocks < 4) continue;
    total += std::max(0.0, sum / blocks);
    ++windows;
  }
  return windows == 0 ? 0 : total / windows;
}

}  // namespace

Expected SeasonProfile::expect(const SlotCounts& window) const {
  Expected result;
  if (season == Season::flat) {
    result.n0 = n[0];
    if (n[0] > 0) result.share = slots[0] / n[0];
    return result;
  }
  Cells whole = Cells::Zero();
  double whole_n = 0;
  for (std::size_t slot = 0; slot < slots.size(); ++slot) {
    whole += slots[slot];
    whole_n += n[slot];
  }
  if (whole_n <= 0) return result;
  std::array<double, kSlots> folded{};
  double total = 0;
  for (int slot = 0; slot < kSlots; ++slot) {
    folded[static_cast<std::size_t>(fold_slot(season, slot))] += window[static_cast<std::size_t>(slot)];
    total += window[static_cast<std::size_t>(slot)];
  }
  const Cells pseudo = whole / whole_n * kPseudoEvents;
  for (std::size_t slot = 0; slot < slots.size(); ++slot) {
    if (folded[slot] <= 0) continue;
    result.share += folded[slot] / total * (slots[slot] + pseudo) / (n[slot] + kPseudoEvents);
    result.n0 += n[slot];
  }
  result.n0 = std::max(result.n0, kPseudoEvents);
  return result;
}

void SeasonProfile::encode(ByteWriter& out) const {
  out.u64(static_cast<std::uint64_t>(season));
  for (std::size_t slot = 0; slot < slots.size(); ++slot) {
    out.u64(static_cast<std::uint64_t>(n[slot]));
    for (const double count : slots[slot]) out.u64(static_cast<std::uint64_t>(count));
  }
}

SeasonProfile SeasonProfile::decode(ByteReader& in) {
  SeasonProfile profile;
  profile.season = static_cast<Season>(std::min<std::uint64_t>(in.u64(), 2));
  for (int slot = 0; slot < slots_of(profile.season); ++slot) {
    profile.n.push_back(static_cast<double>(in.u64()));
    Cells& cells = profile.slots.emplace_back();
    for (double& count : cells) count = static_cast<double>(in.u64());
  }
  return profile;
}

ColumnBaseline::ColumnBaseline(const BaselinePanes& panes, std::size_t column) {
  span_ = panes.size() * panes.pane;
  const Time first = floor_to(panes.start, kHour);
  Cells counts = Cells::Zero();
  double events = 0;
  for (std::int64_t at = 0; at < panes.size(); ++at) {
    const Time time = panes.time_of(at);
    slot_.push_back(slot_of(time));
    hour_.push_back((floor_to(time, kHour) - first) / kHour);
    while (static_cast<std::int64_t>(hour_n_.size()) <= hour_.back()) {
      slot_of_hour_.push_back(slot_of(first + static_cast<std::int64_t>(hour_n_.size()) * kHour));
      hour_cells_.push_back(Cells::Zero());
      hour_n_.push_back(0);
    }
    const auto raw = panes.cells_of(at, column);
    const Cells cells = Eigen::Map<const Eigen::Array<std::uint32_t, kJudged, 1>>(raw.data()).cast<double>();
    const double n = panes.n[static_cast<std::size_t>(at)];
    counts_.push_back(counts);
    events_.push_back(events);
    hour_cells_.back() += cells;
    hour_n_.back() += n;
    counts += cells;
    events += n;
  }
  counts_.push_back(counts);
  events_.push_back(events);
}

SeasonProfile ColumnBaseline::without(Season season, std::int64_t begin, std::int64_t end) const {
  SeasonProfile rest;
  rest.season = season;
  rest.slots.assign(static_cast<std::size_t>(slots_of(season)), Cells::Zero());
  rest.n.assign(rest.slots.size(), 0);
  for (std::size_t hour = 0; hour < hour_n_.size(); ++hour) {
    if (static_cast<std::int64_t>(hour) >= begin && static_cast<std::int64_t>(hour) < end) continue;
    const auto slot = static_cast<std::size_t>(fold_slot(season, slot_of_hour_[hour]));
    rest.slots[slot] += hour_cells_[hour];
    rest.n[slot] += hour_n_[hour];
  }
  return rest;
}

SeasonProfile ColumnBaseline::profile(Season season) const { return without(season, 0, 0); }

ColumnBaseline::Block ColumnBaseline::block(Season season, std::int64_t begin, std::int64_t end) const {
  const auto from = static_cast<std::size_t>(begin);
  const auto to = static_cast<std::size_t>(end);
  Block block;
  block.observed = counts_[to] - counts_[from];
  block.n = events_[to] - events_[from];
  if (season == Season::flat) {
    block.expected.n0 = events_.back() - block.n;
    if (block.expected.n0 > 0) block.expected.share = (counts_.back() - block.observed) / block.expected.n0;
    return block;
  }
  SlotCounts window{};
  for (std::size_t at = from; at < to; ++at)
    window[static_cast<std::size_t>(slot_[at])] += events_[at + 1] - events_[at];
  const std::int64_t hours = hour_[to - 1] + 1 - hour_[from];
  const std::int64_t left_out = (hours + kHoursOfDay - 1) / kHoursOfDay * kHoursOfDay;
  const std::int64_t first = hour_[from] - (left_out - hours) / 2;
  block.expected = without(season, first, first + left_out).expect(window);
  return block;
}

std::vector<std::int64_t> block_starts(std::int64_t panes, std::int64_t window) {
  std::vector<std::int64_t> starts;
  const std::int64_t step = window < 16 ? window : window / 2;
  for (std::int64_t start = 0; start + window <= panes; start += step) starts.push_back(start);
  return starts;
}

Season choose_season(const ColumnBaseline& column) {
  Season best = Season::flat;
  if (column.span() < kDailySpan) return best;
  double score = unexplained(column, best);
  for (const Season richer : {Season::daily, Season::weekly}) {
    if (richer == Season::weekly && column.span() < kWeeklySpan) break;
    const double other = unexplained(column, richer);
    if (other < kRicherGain * score) {
      best = richer;
      score = other;
    }
  }
  return best;
}

}  // namespace vedette::drift
