#include "core/estimate_watch.h"

#include <algorithm>
#include <cmath>

#include "core/drift_quantiles.h"

namespace vedette::estimate {
namespace {

/// One spell of odd answers must not be enough, so most of the window has to show it.
constexpr int kBrokenQuarters = 3;
constexpr double kRecovered = 0.5;  ///< Of the smallest drop that is worth an alert.
constexpr int kLearnAgain = 4;      ///< Too little was there to learn: again after this part of the time.

void add(Counts& to, const Counts& from) {
  for (std::size_t i = 0; i < kBins; ++i) to[i] += from[i];
}

Counts sum(const Blocks& blocks, Time start, Time end) {
  Counts counts{};
  for (auto block = blocks.lower_bound(start); block != blocks.end() && block->first < end; ++block)
    add(counts, block->second);
  return counts;
}

}  // namespace

double Watch::answers() const {
  if (baseline_) return baseline_->events;
  double n = 0;
  for (const Bin& bin : bins_) n += static_cast<double>(bin.predictions);
  return n;
}

void Watch::coarsen() {
  for (const auto& [start, counts] : blocks_) dirty_.insert(start);
  block_ *= 2;
  Blocks coarse;
  for (const auto& [start, counts] : blocks_) add(coarse[floor_to(start, block_)], counts);
  blocks_ = std::move(coarse);
  for (const auto& [start, counts] : blocks_) dirty_.insert(start);
}

void Watch::count(Time block_start, const std::vector<Confidence>& answers) {
  Counts& counts = blocks_[block_start];
  for (const Confidence& answer : answers) ++counts[answer.bin()];
  dirty_.insert(block_start);
}

void Watch::try_learn() {
  baseline_ = learn(blocks_, block_, bins_);
  if (!baseline_) return;
  from_ = baseline_->to;
  drop_before(kForever);
}

void Watch::end_recording() {
  if (!baseline_ && first_ != kDawn) try_learn();
}

void Watch::resume(Time from) {
  from_ = std::max(from_, ceil_to(from, block_));
  open_level_ = -1;
  waits_ = false;
  told_ = since_ = kDawn;
}

void Watch::drop_before(Time time) {
  while (!blocks_.empty() && blocks_.begin()->first < time) {
    dirty_.insert(blocks_.begin()->first);
    blocks_.erase(blocks_.begin());
  }
}

void Watch::labelled(const Confidence& confidence, bool right) {
  if (baseline_) return;
  Bin& bin = bins_[confidence.bin()];
  ++bin.labelled;
  if (right) ++bin.right;
}

std::optional<News> Watch::predicted(Time pane_start, const std::vector<Confidence>& answers,
                                     const Rules& rules) {
  if (first_ == kDawn) {
    first_ = pane_start;
    learn_at_ = first_ + rules.learn_for;
    block_ = rules.pane;
  }
  if (!baseline_ && !rules.recording && pane_start >= learn_at_) {
    try_learn();
    waits_ = baseline_ && rules.approval;
    learn_at_ = pane_start + rules.learn_for / kLearnAgain;
  }
  std::optional<News> news;
  if (waits_) {
    seen_ = pane_start;
    return news;
  }
  if (baseline_) {
    news = look_all(floor_to(pane_start, block_), rules);
  } else {
    while ((pane_start - first_) / block_ >= kMostBlocks) coarsen();
    for (const Confidence& answer : answers) {
      Bin& bin = bins_[answer.bin()];
      ++bin.predictions;
      bin.millionths += answer.millionths;
    }
  }
  // What belongs to the baseline's last block is not looked at.
  const Time block = floor_to(pane_start, block_);
  if (!baseline_ || block >= from_) count(block, answers);
  seen_ = pane_start;
  return news;
}

/// Looks at all windows that have ended since the last answers, when a new block begins at `now`.
std::optional<News> Watch::look_all(Time now, const Rules& rules) {
  if (blocks_.empty() || blocks_.rbegin()->first >= now) return std::nullopt;
  const Time last = blocks_.rbegin()->first + block_;
  std::optional<News> news;
  Duration longest{0};
  for (int level = 0; level < static_cast<int>(baseline_->levels.size()); ++level) {
    longest = std::max(longest, window_blocks(level) * block_);
    const Time end = ceil_to(last, quarter_blocks(level) * block_);
    if (end > now || news) continue;
    if (const auto seen = look(level, end, rules)) news = decide(*seen, rules);
  }
  drop_before(std::max(from_, now - longest));
  return news;
}

std::optional<Look> Watch::look(int level, Time end, const Rules& rules) const {
  const Baseline& baseline = *baseline_;
  if (baseline.levels[static_cast<std::size_t>(level)].windows == 0) return std::nullopt;
  const Duration quarter = quarter_blocks(level) * block_;
  Look seen;
  seen.level = level;
  seen.start = end - kQuarters * quarter;
  seen.end = end;
  if (seen.start < from_) return std::nullopt;
  for (Time start = seen.start; start < end; start += quarter) {
    const Counts counts = sum(blocks_, start, start + quarter);
    add(seen.counts, counts);
    const bool enough = total(counts) >= kLeastAnswers / kQuarters;
    if (enough && baseline.accuracy - baseline.map.mean(counts) >= rules.min_drop) ++seen.broken;
  }
  if (total(seen.counts) < kLeastAnswers) return std::nullopt;
  seen.accuracy = baseline.map.mean(seen.counts);
  seen.drop = baseline.accuracy - seen.accuracy;
  seen.half = half_width(baseline, level, seen.counts, rules.budget);
  const double z = deviate_of(baseline, level, rules.budget);
  seen.p_value = drift::normal_tail(seen.half > 0 ? std::min(z * seen.drop / seen.half, 38.0) : 38.0);
  return seen;
}

std::optional<News> Watch::decide(const Look& seen, const Rules& rules) {
  News news{false, seen};
  if (open_level_ == seen.level && seen.drop < kRecovered * rules.min_drop) {
    news.recovered = true;
    news.look.since = since_;
    open_level_ = -1;
    // What the alert told is not told again by longer windows.
    from_ = seen.start;
    return news;
  }
  if (open_level_ >= 0 && (open_level_ != seen.level || seen.end < told_ + (seen.end - seen.start)))
    return std::nullopt;
  if (!(seen.drop >= rules.min_drop && seen.drop > seen.half && seen.broken >= kBrokenQuarters))
    return std::nullopt;
  if (open_level_ < 0) since_ = onset(seen);
  open_level_ = seen.level;
  told_ = seen.end;
  news.look.since = since_;
  return news;
}

/// The block from which on answers lie below the middle between then and now by most.
Time Watch::onset(const Look& seen) const {
  const double middle = baseline_->accuracy - seen.drop / 2;
  double best = 0;
  double below = 0;
  Time since = seen.start;
  for (auto block = blocks_.rbegin(); block != blocks_.rend(); ++block) {
    if (block->first >= seen.end) continue;
    below += (middle - baseline_->map.mean(block->second)) * total(block->second);
    if (below <= best) continue;
    best = below;
    since = block->first;
  }
  return since;
}

}  // namespace vedette::estimate
