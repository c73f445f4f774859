// A baseline that follows the traffic, as far as its anchor lets it.
#include <algorithm>
#include <numeric>

#include "core/drift_scope.h"

namespace vedette::drift {
namespace {

constexpr double kFewestEvents = static_cast<double>(kFewestPanes) * kMinEvents;
/// Part of its span that a baseline must wait before it is used: so long are windows, but the last for
/// columns that are still, so that drift that began at the end of the span is told before, and no window is
/// compared with itself.
constexpr int kWaitPart = 2;

}  // namespace

void ScopeJudge::trail(Time at, const PanePartial* pane, StepContext& context) {
  if (stands_in()) return;
  const bool learns = settings_.trailing > 0 && watch_->life().open_alerts() == 0;
  if (!learns || trail_.begin == kDawn) {
    begin_next(learns ? at : kDawn, context);
    return;
  }
  const Duration span = Trail::span(settings_.learn_for, watch_->model().pane);
  const Time end = trail_.begin + span;
  if (pane != nullptr && at <= end) {
    PaneView view = view_of(*pane);
    view.witnesses = nullptr;
    put('p', time_key(at), encode(view), context.out);
  }
  if (at >= end + span / kWaitPart) judge_next(at, context);
}

void ScopeJudge::begin_next(Time at, StepContext& context) {
  if (trail_.begin == at) return;
  erase_all('p', context.out);
  trail_.begin = at;
  trail_dirty_ = true;
}

void ScopeJudge::judge_next(Time at, StepContext& context) {
  const Duration span = Trail::span(settings_.learn_for, watch_->model().pane);
  const Panes panes = learned_panes(context.out);
  const BaselinePanes next = baseline_of(panes, trail_.begin, trail_.begin + span);
  const double events = std::accumulate(next.n.begin(), next.n.end(), 0.0);
  if (events >= kFewestEvents && settled(next, context)) {
    const BaselineModel& anchor = trail_.anchor_or(watch_->model());
    const Walk walk = walk_from(anchor, next, settings_.trailing);
    if (auto finding = trail_.compare(walk, settings_.trailing, next)) {
      finding->entity = entity_;
      finding->subject = final_.profile.specs[walk.column].name;
      finding->subjects = {finding->subject};
      finding->at = at;
      finding->provisional = anchor.span < kFullSpan;
      context.out.find(at + common_.lateness, std::move(*finding));
    }
    if (walk.distance <= settings_.trailing && !common_.approval) follow(panes, next, at, context);
  }
  begin_next(at, context);
}

void ScopeJudge::follow(const Panes& panes, const BaselinePanes& next, Time at, StepContext& context) {
  BaselineModel model = learn(next, facts(context), budget(context));
  if (!trail_.anchor) {
    trail_.anchor = watch_->model();
    trail_.anchored = watch_start_;
  }
  trail_.learned = next.time_of(next.size());
  learn_clients(panes);
  unsettled_ = false;
  record_dirty_ = true;
  if (model.levels == watch_->model().levels) {
    watch_->follow(std::move(model));
    return;
  }
  erase_all('b', context.out);
  dirty_blocks_ = 0;
  start_watch(std::move(model), at);
}

}  // namespace vedette::drift
