#include "pipeline/board.h"

#include <algorithm>

namespace vedette {

void Board::join(const PartitionId& id) {
  const std::lock_guard hold(mutex_);
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
  std::optional<Time> least;
  bool any_active = false;
  for (const auto& [id, entry] : entries_) {
    if (rests(entry, monotonic)) continue;
    any_active = true;
    least = std::min(least.value_or(kForever), entry.watermark);
  }
  if (!any_active) return resting_watermark(monotonic, wall);
  live_ = false;
  return least == kDawn ? std::nullopt : least;
}

std::optional<Time> Board::resting_watermark(Duration, Time wall) {
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
