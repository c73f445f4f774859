#include "pipeline/judge_loop.h"

#include <algorithm>

#include "pipeline/durable.h"

namespace vedette {
namespace {

/// Partitions that come to rest, and the wall clock, make no report.
constexpr Duration kRest{50};
/// Versions of a detector that are shown by name.
constexpr std::size_t kMostShown = 20;

}  // namespace

JudgeLoop::JudgeLoop(JudgeSurroundings around, JudgeStage& stage, const AlertStage& alerts,
                     const std::vector<BuiltDetector>& detectors)
    : around_(around),
      stage_(stage),
      alerts_(alerts),
      detectors_(detectors),
      outbox_(around.outbox.writer(Outbox::Kind::alert, 0)),
      judged_(to_ms(stage.judged())) {
  around_.board.publish(stage_.judged(), {});
}

void JudgeLoop::run(const std::stop_token& stop) {
  measure();
  while (!stop.stop_requested()) {
    last_turn_ = around_.clock.monotonic().count();
    const std::optional<Time> watermark =
        around_.board.watermark(around_.clock.monotonic(), around_.clock.wall());
    if (around_.outbox.full() || !watermark || *watermark <= stage_.judged()) {
      around_.board.wait_for_reports(kRest, stop);
      continue;
    }
    const Status status = step(*watermark, stop);
    if (status.ok()) continue;
    if (!stop.stop_requested()) around_.log.error("judging stopped", {{"reason", status.message()}});
    failed_ = !stop.stop_requested();
    return;
  }
}

Status JudgeLoop::step(Time watermark, const std::stop_token& stop) {
  const Duration begun = around_.clock.monotonic();
  changes_.clear();
  transitions_.clear();
  for (const Board::Notice& notice : around_.board.take_notices())
    stage_.notice(notice.kind, notice.subject, notice.what);
  Status status = stage_.step(watermark, changes_, transitions_);
  if (!status.ok()) return status;
  for (const Alert& alert : transitions_) {
    std::string bytes;
    ByteWriter out(bytes);
    encode(alert, out);
    outbox_.append(changes_, bytes);
  }
  status = commit_durably(around_.store, changes_, stop, around_.log);
  if (!status.ok()) {
    outbox_.discarded();
    return status;
  }
  outbox_.committed();
  around_.board.publish(stage_.judged(), stage_.take_directives());
  judged_ = to_ms(stage_.judged());
  measure();
  const Duration took = around_.clock.monotonic() - begun;
  around_.metrics.counter("vedette_judge_seconds_total", "Time the judge has worked.")
      .add(static_cast<double>(took.count()) / 1e3);
  return {};
}

std::vector<BorrowedByDetector> JudgeLoop::borrowed() const {
  const std::lock_guard<std::mutex> hold(shown_mutex_);
  return borrowed_;
}

void JudgeLoop::show_borrowed() {
  std::vector<BorrowedByDetector> now;
  for (std::size_t i = 0; i < detectors_.size(); ++i) {
    const BorrowedBaselines& all = stage_.judge(i).borrowed();
    if (all.empty()) continue;
    BorrowedByDetector& shown = now.emplace_back();
    shown.detector = detectors_[i].instance;
    for (const auto& [version, scopes] : all)
      if (shown.versions.size() < kMostShown) shown.versions.push_back(version);
    shown.more = all.size() - shown.versions.size();
  }
  const std::lock_guard<std::mutex> hold(shown_mutex_);
  borrowed_ = std::move(now);
}

void JudgeLoop::measure() {
  show_borrowed();
  Metrics& metrics = around_.metrics;
  for (std::size_t i = 0; i < detectors_.size(); ++i) {
    const MetricLabels of{{"detector", detectors_[i].instance}};
    const Tally tally = stage_.tally(i);
    metrics.counter("vedette_judged_panes_total", "Panes judged.", of).set(static_cast<double>(tally.panes));
    metrics.counter("vedette_findings_total", "Findings of a detector, folded ones included.", of)
        .set(static_cast<double>(stage_.findings(i)));
    metrics
        .counter("vedette_judge_evictions_total", "Keys that the judge dropped because max_keys was reached.",
                 of)
        .set(static_cast<double>(tally.evicted));
    metrics
        .counter("vedette_stale_partials_total",
                 "Partials dropped because their partition rested while their panes were judged.", of)
        .set(static_cast<double>(stage_.stale_partials(i)));
    metrics.gauge("vedette_judged_keys", "Keys the judge holds.", of).set(static_cast<double>(tally.keys));
    metrics.gauge("vedette_waiting_baselines", "Learned baselines that wait for approval.", of)
        .set(static_cast<double>(tally.waiting));
    metrics.gauge("vedette_borrowed_baselines", "Scopes compared with another version's baseline.", of)
        .set(static_cast<double>(scopes_of(stage_.judge(i).borrowed())));
    metrics
        .gauge("vedette_held_baselines",
               "Baselines that do not follow the traffic, which is too far from their anchor.", of)
        .set(static_cast<double>(tally.held));
  }
  for (const auto& [name, sum] : alerts_.totals()) {
    const auto count = [&metrics, &detector = name](const char* what, std::uint64_t number) {
      metrics
          .counter("vedette_alerts_total", "Alert transitions by what became of them.",
                   {{"detector", detector}, {"transition", what}})
          .set(static_cast<double>(number));
    };
    count("created", sum.created);
    count("updated", sum.updated);
    count("closed", sum.closed);
    count("folded", sum.folded);
    count("suppressed", sum.suppressed);
    count("dry_run", sum.dry_run);
  }
  metrics.gauge("vedette_open_alerts", "Alerts open now.").set(static_cast<double>(alerts_.open()));
  if (stage_.judged() == kDawn) return;
  const auto behind = static_cast<double>((around_.clock.wall() - stage_.judged()).count()) / 1e3;
  metrics.gauge("vedette_watermark_delay_seconds", "How far the judged event time is behind the wall clock.")
      .set(behind);
}

}  // namespace vedette
