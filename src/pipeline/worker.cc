#include "pipeline/worker.h"

#include <algorithm>

#include "pipeline/durable.h"

namespace vedette {
namespace {

constexpr Duration kIdleWait{5};
constexpr Duration kJudgeWait{1};
/// Commits may take at most this share of the time; with many dirty keys the interval stretches.
constexpr int kCommitShare = 20;
constexpr Duration kLongestInterval = 5 * kSecond;
/// After so much event time the judge is fed, that it works while the worker reads on; but
/// commits may then take at most a third of the time.
constexpr Duration kFeedAfter = kHorizon / 4;
constexpr int kFeedPause = 2;
constexpr std::string_view kKinds[] = {"inference", "access", "label", "metric"};

}  // namespace

Worker::Worker(WorkerSurroundings around, WorkerOptions options, std::int64_t index)
    : around_(around),
      options_(options),
      dead_letters_(around.outbox.writer(Outbox::Kind::dead_letter, index)),
      interval_(options.commit_interval) {}

void Worker::add(std::unique_ptr<PartitionStream> stream) {
  const std::lock_guard hold(mutex_);
  ++load_;
  added_.push_back(std::move(stream));
}

void Worker::remove(std::span<const PartitionId> partitions, bool lost) {
  std::unique_lock hold(mutex_);
  if (ended_) return;
  removals_.push_back({{partitions.begin(), partitions.end()}, lost});
  orders_done_.wait(hold, [this] { return removals_.empty() || ended_; });
}

Status Worker::failure() const {
  const std::lock_guard hold(mutex_);
  return failure_;
}

void Worker::run(const std::stop_token& stop, Consumer& consumer) {
  committed_at_ = around_.clock.monotonic();
  while (!stop.stop_requested() && failure().ok()) {
    last_turn_ = around_.clock.monotonic().count();
    take_orders(consumer, stop);
    bool busy = false;
    if (!around_.outbox.full())
      for (auto& [id, owned] : owned_) busy = serve(owned, consumer) || busy;
    if (commit_due()) commit(consumer, stop);
    report();
    if (!busy) consumer.wait(blocked() ? kJudgeWait : kIdleWait);
  }
  if (failure().ok()) commit(consumer, {});
  const std::lock_guard hold(mutex_);
  ended_ = true;
  orders_done_.notify_all();
}

/// One turn of one partition. Answers whether it got anywhere.
bool Worker::serve(Owned& owned, Consumer& consumer) {
  PartitionStream& stream = *owned.stream;
  const Board::News news = around_.board.take_news(stream.id());
  for (const Directed& directed : news.directives) stream.apply(directed.detector, directed.directive);
  stream.judged(news.judged);
  if (owned.used == owned.records.size()) {
    owned.records.clear();
    owned.used = 0;
    consumer.read(stream.id(), options_.batch, owned.records);
  }
  const bool at_end = owned.records.empty() && consumer.at_end(stream.id());
  if (!at_end) {
    owned.at_end_since.reset();
  } else if (!owned.at_end_since) {
    owned.at_end_since = around_.clock.monotonic();
  }
  if (owned.records.empty() && !stream.blocked()) return false;
  const std::size_t used = stream.take(std::span(owned.records).subspan(owned.used));
  owned.used += used;
  for (DeadLetter& dead : stream.take_dead()) dead_.push_back(std::move(dead));
  return used > 0;
}

void Worker::take_orders(Consumer& consumer, const std::stop_token& stop) {
  std::vector<std::unique_ptr<PartitionStream>> added;
  std::vector<Removal> removals;
  {
    const std::lock_guard hold(mutex_);
    added.swap(added_);
    removals = removals_;
  }
  for (auto& stream : added) {
    Owned& owned = owned_[stream->id()];
    owned = Owned{};
    owned.told.observed.resize(stream->totals().observed.size());
    owned.stream = std::move(stream);
    count(owned);
  }
  if (removals.empty()) return;
  for (const Removal& removal : removals) let_go(removal, consumer, stop);
  const std::lock_guard hold(mutex_);
  removals_.erase(removals_.begin(), removals_.begin() + static_cast<std::ptrdiff_t>(removals.size()));
  orders_done_.notify_all();
}

void Worker::let_go(const Removal& removal, Consumer& consumer, const std::stop_token& stop) {
  if (!removal.lost) commit(consumer, stop);
  for (const PartitionId& id : removal.partitions) {
    consumer.release(id);
    around_.board.leave(id);
    load_ -= owned_.erase(id);
  }
}

bool Worker::blocked() const {
  return std::any_of(owned_.begin(), owned_.end(),
                     [](const auto& entry) { return entry.second.stream->blocked(); });
}

bool Worker::commit_due() const {
  bool dirty = !dead_.empty();
  bool far = false;
  for (const auto& [id, owned] : owned_) {
    dirty = dirty || owned.stream->dirty();
    far = far || owned.stream->watermark() >= owned.committed + kFeedAfter;
    // Everybody may be waiting for the judge, and the judge for this commit.
    if (owned.stream->blocked() && owned.stream->dirty()) return true;
  }
  const Duration pause = far ? std::min(interval_, commit_took_ * kFeedPause) : interval_;
  return dirty && around_.clock.monotonic() >= committed_at_ + pause;
}

void Worker::commit(Consumer& consumer, const std::stop_token& stop) {
  const Duration begun = around_.clock.monotonic();
  changes_.clear();
  std::vector<Position> positions;
  for (auto& [id, owned] : owned_) {
    if (!owned.stream->dirty()) continue;
    owned.stream->save(changes_);
    positions.push_back({id, owned.stream->next_offset()});
  }
  append_dead(changes_);
  if (changes_.empty()) return;
  const Status status = commit_durably(around_.store, changes_, stop, around_.log);
  if (!status.ok()) {
    dead_letters_.discarded();
    const std::lock_guard hold(mutex_);
    failure_ = status;
    return;
  }
  dead_letters_.committed();
  dead_.clear();
  consumer.publish(positions);
  for (auto& [id, owned] : owned_) {
    owned.committed = owned.stream->watermark();
    count(owned);
  }
  const Duration took = around_.clock.monotonic() - begun;
  around_.metrics.counter("vedette_commit_seconds_total", "Time spent on commits of workers.")
      .add(static_cast<double>(took.count()) / 1e3);
  around_.metrics.counter("vedette_commits_total", "Commits of workers.").add();
  committed_at_ = around_.clock.monotonic();
  commit_took_ = took;
  interval_ = std::clamp(took * kCommitShare, options_.commit_interval,
                         std::max(options_.commit_interval, kLongestInterval));
}

void Worker::append_dead(Changes& changes) {
  for (const DeadLetter& dead : dead_) {
    std::string bytes;
    ByteWriter out(bytes);
    encode(dead, out);
    dead_letters_.append(changes, bytes);
  }
}

void Worker::report() {
  for (const auto& [id, owned] : owned_)
    if (!owned.stream->dirty())
      around_.board.report({id, owned.stream->next_offset()}, owned.stream->watermark(), owned.at_end_since);
}

void Worker::count_detector(const std::string& detector, const Tally& told, const Tally& now) {
  const auto add = [&](const char* name, const char* help, std::uint64_t before, std::uint64_t after) {
    around_.metrics.counter(name, help, {{"detector", detector}}).add(static_cast<double>(after - before));
  };
  add("vedette_observed_events_total", "Events that a detector counted.", told.counted, now.counted);
  add("vedette_late_events_total", "Events late by the watermark of their own partition.", told.late,
      now.late);
  add("vedette_late_after_idle_events_total",
      "Events in time for an idle partition that the judge had left out.", told.late_after_idle,
      now.late_after_idle);
  add("vedette_evicted_keys_total", "Keys dropped because max_keys was reached.", told.evicted, now.evicted);
  add("vedette_unwatched_events_total", "Events of keys beyond max_keys.", told.unwatched, now.unwatched);
  add("vedette_capped_events_total", "Events left out of a pane because their client had its part of it.",
      told.capped, now.capped);
}

/// Adds what is new in the durable totals of a partition to the metrics.
void Worker::count(Owned& owned) {
  const StreamTotals now = owned.stream->totals();
  const std::string& topic = owned.stream->id().topic;
  for (std::size_t i = 0; i < now.events.size(); ++i)
    around_.metrics
        .counter("vedette_events_total", "Events accepted.",
                 {{"topic", topic}, {"kind", std::string(kKinds[i])}})
        .add(static_cast<double>(now.events[i] - owned.told.events[i]));
  for (std::size_t i = 1; i < now.rejects.size(); ++i)
    around_.metrics
        .counter("vedette_rejected_records_total", "Records that were refused.",
                 {{"topic", topic}, {"reason", std::string(to_string(static_cast<Reject>(i)))}})
        .add(static_cast<double>(now.rejects[i] - owned.told.rejects[i]));
  around_.metrics
      .counter("vedette_unknown_fields_total", "Top-level fields that nobody knows, ignored.",
               {{"topic", topic}})
      .add(static_cast<double>(now.unknown_fields - owned.told.unknown_fields));
  for (std::size_t i = 0; i < now.observed.size(); ++i)
    count_detector(owned.stream->detector(i), owned.told.observed[i], now.observed[i]);
  owned.told = now;
}

}  // namespace vedette
