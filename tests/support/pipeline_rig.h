#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "core/log.h"
#include "core/mem_store.h"
#include "decode/decoders.h"
#include "pipeline/board.h"
#include "pipeline/judge_stage.h"
#include "pipeline/partition_stream.h"

namespace vedette::testing_support {

/// How a run is cut up. None of it may change what comes out.
struct RigPlan {
  std::uint64_t seed = 1;
  int partitions = 1;
  std::size_t batch = 1024;  ///< Most records of one turn; turns are of random size.
  double commit_chance = 1;  ///< Of each turn.
  double judge_chance = 1;   ///< Of each turn.
  double crash_chance = 0;   ///< Of each turn: everything not durable is lost.
};

struct RigResult {
  std::map<std::string, Alert> alerts;  ///< By transition uid.
  StreamTotals totals;                  ///< Of all partitions.
  std::vector<std::string> order;       ///< Transition uids as they came, repeats left out.
  std::string trouble;                  ///< First failure of any part; empty = none.
};

/// The whole pipeline between bytes and alerts, in one thread, over a Store in memory.
/// Records go to partitions by their index; turns, commits, judging and crashes
/// follow a seeded plan.
class PipelineRig {
 public:
  PipelineRig(const std::vector<BuiltDetector>& detectors, RigPlan plan, ClockRules clock = {})
      : detectors_(detectors), plan_(plan), random_(plan.seed) {
    options_.decoder = decoders().front();
    options_.clock = clock;
  }

  RigResult run(const std::vector<std::string>& lines, const std::vector<int>& partition_of = {}) {
    feed_.assign(static_cast<std::size_t>(plan_.partitions), {});
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const std::size_t p =
          partition_of.empty() ? i % feed_.size() : static_cast<std::size_t>(partition_of[i]);
      feed_[p].push_back({static_cast<std::int64_t>(feed_[p].size()), kDawn, lines[i]});
    }
    start();
    for (int idle = 0; idle < 3;) {
      idle = turn() ? 0 : idle + 1;
      if (chance(plan_.crash_chance)) start();
    }
    for (const auto& stream : streams_) add(stream->totals());
    return std::move(result_);
  }

 private:
  bool chance(double p) { return p >= 1 || (p > 0 && std::uniform_real_distribution<>(0, 1)(random_) < p); }
  static PartitionId id(std::size_t p) { return {"rig", static_cast<std::int32_t>(p)}; }

  void start() {
    streams_.clear();
    board_ = std::make_unique<Board>(IdleRules{});
    alerts_ = std::make_unique<AlertStage>(AlertRules{.tenant = "t", .storm_cap = 1000000});
    judge_ = std::make_unique<JudgeStage>(detectors_, store_, *alerts_, log_);
    check(judge_->load());
    for (std::size_t p = 0; p < feed_.size(); ++p) {
      StreamOptions options = options_;
      options.id = id(p);
      streams_.push_back(std::make_unique<PartitionStream>(options, detectors_));
      check(streams_.back()->load(store_));
      board_->join(options.id);
    }
    board_->publish(judge_->judged(), {});
  }

  /// One partition takes some records; then perhaps a commit, perhaps judging.
  bool turn() {
    bool moved = false;
    const std::size_t first = random_() % streams_.size();
    for (std::size_t k = 0; k < streams_.size(); ++k) moved = take((first + k) % streams_.size()) || moved;
    if (!moved || chance(plan_.commit_chance)) commit();
    if (!moved || chance(plan_.judge_chance)) moved = judge() || moved;
    return moved;
  }

  bool take(std::size_t p) {
    PartitionStream& stream = *streams_[p];
    const Board::News news = board_->take_news(id(p));
    for (const Directed& directed : news.directives) stream.apply(directed.detector, directed.directive);
    stream.judged(news.judged);
    const auto from = static_cast<std::size_t>(std::max<std::int64_t>(0, stream.next_offset()));
    const std::size_t room = feed_[p].size() - std::min(from, feed_[p].size());
    const std::size_t size = std::min(room, 1 + random_() % plan_.batch);
    if (size == 0 && !stream.blocked() && stream.held() == 0) return false;
    return stream.take(std::span(feed_[p]).subspan(std::min(from, feed_[p].size()), size)) > 0;
  }

  void commit() {
    Changes changes;
    for (const auto& stream : streams_)
      if (stream->dirty()) stream->save(changes);
    check(store_.commit(changes));
    for (std::size_t p = 0; p < streams_.size(); ++p) {
      const bool at_end =
          streams_[p]->next_offset() >= static_cast<std::int64_t>(feed_[p].size()) || feed_[p].empty();
      board_->report({id(p), streams_[p]->next_offset()}, streams_[p]->watermark(),
                     at_end ? std::optional(Duration{0}) : std::nullopt);
    }
  }

  bool judge() {
    const auto watermark = board_->watermark(kHour, kForever);
    if (!watermark || *watermark <= judge_->judged()) return false;
    Changes changes;
    std::vector<Alert> transitions;
    check(judge_->step(*watermark, changes, transitions));
    check(store_.commit(changes));
    board_->publish(judge_->judged(), judge_->take_directives());
    for (Alert& alert : transitions)
      if (result_.alerts.try_emplace(alert.transition_uid, alert).second)
        result_.order.push_back(alert.transition_uid);
    return true;
  }

  void add(const StreamTotals& more) {
    result_.totals.observed.resize(more.observed.size());
    for (std::size_t i = 0; i < more.events.size(); ++i) result_.totals.events[i] += more.events[i];
    for (std::size_t i = 0; i < more.rejects.size(); ++i) result_.totals.rejects[i] += more.rejects[i];
    for (std::size_t i = 0; i < more.observed.size(); ++i)
      result_.totals.observed[i] = result_.totals.observed[i] + more.observed[i];
  }

  void check(const Status& status) {
    if (!status.ok() && result_.trouble.empty()) result_.trouble = status.message();
  }

  const std::vector<BuiltDetector>& detectors_;
  RigPlan plan_;
  StreamOptions options_;
  std::mt19937_64 random_;
  SilentLog log_;
  MemStore store_;
  std::vector<std::vector<Record>> feed_;
  std::unique_ptr<Board> board_;
  std::unique_ptr<AlertStage> alerts_;
  std::unique_ptr<JudgeStage> judge_;
  std::vector<std::unique_ptr<PartitionStream>> streams_;
  RigResult result_;
};

}  // namespace vedette::testing_support
