#include "scenario/pipeline_rig.h"

#include <algorithm>
#include <optional>
#include <span>

#include "decode/decoders.h"

namespace vedette {

PipelineRig::PipelineRig(const std::vector<BuiltDetector>& detectors, RigPlan plan, RigSetup setup)
    : detectors_(detectors), plan_(plan), setup_(std::move(setup)), random_(plan.seed) {
  if (setup_.stream.decoder == nullptr) setup_.stream.decoder = decoders().front();
}

RigResult PipelineRig::run(const std::vector<std::string>& lines, const std::vector<int>& partition_of) {
  feed_.assign(static_cast<std::size_t>(plan_.partitions), {});
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::size_t p = partition_of.empty() ? i % feed_.size() : static_cast<std::size_t>(partition_of[i]);
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

void PipelineRig::start() {
  streams_.clear();
  board_ = std::make_unique<Board>(IdleRules{});
  alerts_ = std::make_unique<AlertStage>(setup_.alerts);
  judge_ = std::make_unique<JudgeStage>(detectors_, store_, *alerts_, log_);
  check(judge_->load());
  for (std::size_t p = 0; p < feed_.size(); ++p) {
    StreamOptions options = setup_.stream;
    options.id = id(p);
    streams_.push_back(std::make_unique<PartitionStream>(options, detectors_));
    check(streams_.back()->load(store_));
    board_->join(options.id);
  }
  board_->publish(judge_->judged(), {});
}

/// One partition takes some records; then perhaps a commit, perhaps judging.
bool PipelineRig::turn() {
  bool moved = false;
  const std::size_t first = random_() % streams_.size();
  for (std::size_t k = 0; k < streams_.size(); ++k) moved = take((first + k) % streams_.size()) || moved;
  if (!moved || chance(plan_.commit_chance)) commit();
  if (!moved || chance(plan_.judge_chance)) moved = judge() || moved;
  return moved;
}

bool PipelineRig::take(std::size_t p) {
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

void PipelineRig::commit() {
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

bool PipelineRig::judge() {
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

void PipelineRig::add(const StreamTotals& more) {
  result_.totals.observed.resize(more.observed.size());
  for (std::size_t i = 0; i < more.events.size(); ++i) result_.totals.events[i] += more.events[i];
  for (std::size_t i = 0; i < more.rejects.size(); ++i) result_.totals.rejects[i] += more.rejects[i];
  for (std::size_t i = 0; i < more.observed.size(); ++i)
    result_.totals.observed[i] = result_.totals.observed[i] + more.observed[i];
}

void PipelineRig::check(const Status& status) {
  if (!status.ok() && result_.trouble.empty()) result_.trouble = status.message();
}

}  // namespace vedette
