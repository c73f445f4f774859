#include "pipeline/board.h"

#include <algorithm>

namespace vedette {

namespace {

/// How often a partition's rests may be outdone before it counts as silent.
constexpr int kRestsAlike = 3;
/// Of fewer, it is not known how a partition rests.
constexpr std::uint64_t kRestsKnown = 100;

}  // namespace

/// A rest ends with a later one, or with none.
void Board::note_rest(Entry& entry, std::optional<Duration> at_end_since) {
  if (at_end_since == entry.at_end_since) return;
  entry.silence_told = false;
  if (!entry.at_end_since) return;
  ++entry.rests;
  if (at_end_since) entry.longest_rest = std::max(entry.longest_rest, *at_end_since - *entry.at_end_since);
}

void Board::expect(const std::vector<PartitionId>& partitions, Duration at_most) {
  const std::lock_guard hold(mutex_);
  expected_.insert(partitions.begin(), partitions.end());
  expected_for_ = at_most;
}

/// Once nobody is waited for any more, says who did not come.
bool Board::awaits(Duration monotonic) {
  if (expected_.empty()) return false;
  if (entries_.empty()) return true;
  if (!expected_until_) expected_until_ = monotonic + expected_for_;
  if (monotonic < *expected_until_) return true;
  const PartitionId& first = *expected_.begin();
  notices_.push_back({"partitions_elsewhere", first.topic,
                      std::to_string(expected_.size()) + " partitions that were read before the start, " +
                          first.topic + "/" + std::to_string(first.partition) +
                          " first, were not assigned since; another member of the group may read them"});
  expected_.clear();
  return false;
}

void Board::join(const PartitionId& id) {
  const std::lock_guard hold(mutex_);
  expected_.erase(id);
  entries_[id] = Entry{};
  entries_[id].news.judged = judged_;
}

void Board::leave(const PartitionId& id) {
  const std::lock_guard hold(mutex_);
  entries_.erase(id);
}

void Board::report(const Position& next, Time durable_watermark, std::optional<Duration> at_end_since) {
  const std::lock_guard hold(mutex_);
  const auto entry = entries_.find(next.partition);
  if (entry == entries_.end()) return;
  if (entry->second.watermark != durable_watermark || entry->second.at_end_since != at_end_since) {
    reports_ = true;
    reported_.notify_one();
  }
  note_rest(entry->second, at_end_since);
  entry->second.next_offset = next.offset;
  entry->second.watermark = durable_watermark;
  entry->second.at_end_since = at_end_since;
}

Board::News Board::take_news(const PartitionId& id) {
  const std::lock_guard hold(mutex_);
  const auto entry = entries_.find(id);
  if (entry == entries_.end()) return {};
  News news{judged_, std::move(entry->second.news.directives)};
  entry->second.news.directives.clear();
  return news;
}

void Board::tell(std::string kind, std::string subject, std::string what) {
  const std::lock_guard hold(mutex_);
  notices_.push_back({std::move(kind), std::move(subject), std::move(what)});
}

std::vector<Board::Notice> Board::take_notices() {
  const std::lock_guard hold(mutex_);
  return std::exchange(notices_, {});
}

bool Board::rests(const Entry& entry, Duration monotonic) const {
  if (!entry.at_end_since) return false;
  return entry.watermark == kDawn || monotonic >= *entry.at_end_since + rules_.idle_after;
}

std::optional<Time> Board::watermark(Duration monotonic, Time wall) {
  const std::lock_guard hold(mutex_);
  if (awaits(monotonic)) return std::nullopt;
  std::optional<Time> least;
  bool any_active = false;
  for (const auto& [id, entry] : entries_) {
    if (rests(entry, monotonic)) continue;
    any_active = true;
    least = std::min(least.value_or(kForever), entry.watermark);
  }
  tell_silence(monotonic, !any_active);
  if (!any_active) return resting_watermark(monotonic, wall);
  live_ = false;
  return least == kDawn ? std::nullopt : least;
}

bool Board::silent(const Entry& entry, Duration monotonic) const {
  if (!entry.at_end_since || entry.watermark == kDawn || rules_.silent_after == Duration{0}) return false;
  return monotonic >= *entry.at_end_since + std::max(rules_.silent_after, kRestsAlike * entry.longest_rest);
}

/// Once for each silence: of the whole feed, or of a partition beside others that go on.
void Board::tell_silence(Duration monotonic, bool all) {
  const auto quiet = [&](const auto& one) { return silent(one.second, monotonic); };
  const auto unused = [](const auto& one) { return one.second.watermark == kDawn; };
  if (all) {
    const bool silence = live_ && std::all_of(entries_.begin(), entries_.end(),
                                              [&](const auto& one) { return quiet(one) || unused(one); });
    if (!silence || std::exchange(feed_silence_told_, true)) return;
    notices_.push_back({"feed_silent", "all partitions",
                        "no record on any of " + std::to_string(entries_.size()) + " partitions for " +
                            to_text(rules_.silent_after) + "; while none come, nothing can be watched"});
    return;
  }
  feed_silence_told_ = false;
  for (auto& one : entries_) {
    if (one.second.rests < kRestsKnown || !quiet(one) || std::exchange(one.second.silence_told, true))
      continue;
    const std::string name = one.first.topic + "/" + std::to_string(one.first.partition);
    notices_.push_back({"partition_silent", name,
                        "no record on partition " + name + " for " +
                            to_text(monotonic - *one.second.at_end_since) + ", while others go on"});
  }
}

std::optional<Time> Board::resting_watermark(Duration /*monotonic*/, Time wall) {
  Time latest = judged_;
  for (const auto& [id, entry] : entries_) latest = std::max(latest, entry.watermark);
  if (latest == kDawn) return std::nullopt;
  live_ = live_ || latest + rules_.live_within >= wall;
  return live_ ? std::max(latest, wall - rules_.idle_after) : latest;
}

void Board::wait_for_reports(Duration at_most, const std::stop_token& stop) {
  std::unique_lock hold(mutex_);
  reported_.wait_for(hold, stop, at_most, [this] { return reports_; });
  reports_ = false;
}

void Board::publish(Time judged, const std::vector<Directed>& directives) {
  const std::lock_guard hold(mutex_);
  judged_ = std::max(judged_, judged);
  for (auto& [id, entry] : entries_)
    entry.news.directives.insert(entry.news.directives.end(), directives.begin(), directives.end());
}

std::vector<Board::PartitionView> Board::partitions(Duration monotonic) const {
  const std::lock_guard hold(mutex_);
  std::vector<PartitionView> views;
  for (const auto& [id, entry] : entries_)
    views.push_back({id, entry.next_offset, entry.watermark, rests(entry, monotonic)});
  return views;
}

}  // namespace vedette
