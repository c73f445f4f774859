#include "core/drift_scope.h"

#include <algorithm>

namespace vedette::drift {
namespace {

constexpr std::size_t kEnoughRows = 2000;
constexpr std::size_t kFewRows = 200;  ///< Enough after an eighth of the learning time.
/// Parts of a model's events between which a segment is watched.
constexpr double kLeastSegment = 0.03;
constexpr double kMostSegment = 0.5;
constexpr double kClientsKept = 0.84;  ///< From pane to pane: half after four.

constexpr std::uint32_t bit_of(char part) { return 1U << (part - 'a'); }

}  // namespace

ScopeJudge::ScopeJudge(std::string key, const ColumnSource& source, const DriftSettings& settings,
                       const Common& common)
    : source_(source),
      settings_(settings),
      common_(common),
      key_(std::move(key)),
      entity_(entity_of(key_)),
      sample_(common.recorded ? kRecordedRows : 0),
      learn_for_(settings.learn_for) {}

std::string ScopeJudge::name(char part, std::string_view rest) const {
  return std::string(1, part) + key_ + std::string(rest);
}

void ScopeJudge::put(char part, std::string_view rest, std::string_view bytes, Verdicts& out) {
  stored_ |= bit_of(part);
  out.put(name(part, rest), bytes);
}

void ScopeJudge::erase_all(char part, Verdicts& out) {
  if ((stored_ & bit_of(part)) == 0) return;
  stored_ &= ~bit_of(part);
  for (const auto& [key, bytes] : out.range(name(part), name(part, std::string(9, '\xff')))) out.put(key, {});
}

Status ScopeJudge::merge(Time pane_end, PanePartial partial) {
  const auto found = pending_.find(pane_end);
  if (found == pending_.end()) {
    pending_.emplace(pane_end, std::move(partial));
    return {};
  }
  return found->second.merge(partial);
}

std::optional<Time> ScopeJudge::due() const {
  std::optional<Time> next;
  if (!pending_.empty()) next = pending_.begin()->first;
  if (stage_ == Stage::armed) next = next ? std::min(*next, armed_at_) : armed_at_;
  // Panes without events move the windows on, until the windows are empty.
  if (stage_ == Stage::watching && closed_ > watch_start_ && !watch_->bank().empty())
    next = std::min(next.value_or(kForever), closed_ + watch_->model().pane);
  return next;
}

void ScopeJudge::step(Time at, Source source, StepContext& context) {
  const auto found = pending_.find(at);
  std::optional<PanePartial> pane;
  if (found != pending_.end()) {
    pane = std::move(found->second);
    pending_.erase(found);
    seen_ = std::max(seen_, at);
    traffic_ += pane->n;
  }
  switch (stage_) {
    case Stage::sampling:
      if (pane && pane->sample) sample_pane(at, *pane, source, context);
      break;
    case Stage::counting:
      if (!pane) break;
      count_pane(at, *pane, context);
      if (source == Source::live && at >= learn_start_ + learn_for_) arm(at, context);
      break;
    case Stage::armed:
      if (pane) count_pane(at, *pane, context);
      if (at >= armed_at_) activate(at, context);
      break;
    case Stage::watching:
      // A learning pane that an observer had still open ends between the panes that are watched.
      if (at > closed_ && (at - watch_start_) % watch_->model().pane == Duration{0})
        watch_pane(at, pane ? &*pane : nullptr, context);
      break;
  }
}

void ScopeJudge::sample_pane(Time at, PanePartial& pane, Source source, StepContext& context) {
  if (pane.sample->columns().empty()) return;
  sample_.merge(*pane.sample);
  events_ += pane.n;
  first_ = std::min(first_, pane.first);
  last_ = std::max(last_, pane.last);
  if (source == Source::recorded) {
    traffic_of_clients_.add_sampled(pane.cells);
    return;
  }
  clock_dirty_ = true;
  put('s', time_key(at), encode(view_of(pane)), context.out);
  const bool long_enough = last_ - first_ >= settings_.learn_for / 8;
  rows_ += pane.sample->rows().size();
  if (rows_ < kEnoughRows && !(long_enough && rows_ >= kFewRows)) return;
  start_counting(at, context);
  rows_ = 0;  // Used up, or of no use: then others are sampled.
  sample_ = Sample(0);
  erase_all('s', context.out);
}

/// The sampled rows, and the clients that they came of.
Sample ScopeJudge::stored_sample(const Verdicts& out) {
  Sample sample(kLiveRows);
  traffic_of_clients_ = {};
  for (const auto& [key, bytes] : out.range(name('s'), name('s', std::string(9, '\xff')))) {
    const Result<PanePartial> pane = decode_partial(bytes, kLiveRows);
    if (!pane.ok() || !pane->sample) continue;
    sample.merge(*pane->sample);
    traffic_of_clients_.add_sampled(pane->cells);
  }
  return sample;
}

void ScopeJudge::direct(const Profile& profile, Time effective, StepContext& context) const {
  Directive directive{key_, effective, {}};
  ByteWriter out(directive.bytes);
  profile.encode(out);
  context.out.direct(std::move(directive));
}

/// Nothing where the scope is not worth watching: no numbers to relate, a segment that is
/// too small for its panes or nearly all of the model.
Binning ScopeJudge::bin(const Sample& sample, Grain grain, const StepContext& context) const {
  if (!entity_.segment.empty()) {
    const double share = context.share(entity_);
    if (share < kLeastSegment || share > kMostSegment) return {};
  }
  const Holds holds = source_.always_numeric() ? Holds::numbers : Holds::by_values;
  if (source_.projects() == Projects::nothing) return bin_sample(sample, grain, holds);
  Projection projection = Projection::fit(sample, source_.projects());
  if (projection.empty()) return {};
  Binning binning = bin_sample(projection.project(sample), grain, Holds::numbers);
  binning.profile.projection = std::move(projection);
  return binning;
}

void ScopeJudge::start_counting(Time at, StepContext& context) {
  fine_ = bin(stored_sample(context.out), Grain::fine, context);
  if (fine_.profile.specs.empty()) return;
  fine_.profile.id = kFineId;
  fine_.profile.pane = learning_pane(settings_.learn_for);
  cap_clients(fine_.profile, last_ - first_);
  learn_start_ = ceil_to(at + common_.lateness + kHorizon, fine_.profile.pane);
  events_ = 0;
  stage_ = Stage::counting;
  record_dirty_ = true;
  direct(fine_.profile, learn_start_, context);
}

void ScopeJudge::count_pane(Time at, const PanePartial& pane, StepContext& context) {
  const Profile& profile = fine_.profile.specs.empty() ? final_.profile : fine_.profile;
  if (pane.profile != profile.id || pane.cells.size() != profile.cells()) return;
  put('p', time_key(at), encode(view_of(pane)), context.out);
  events_ += pane.n;
  clock_dirty_ = true;
}

void ScopeJudge::keep_crowd(Time at, const PanePartial* pane) {
  const Time oldest = at - kCrowdPanes * watch_->model().pane;
  for (; !crowd_.empty() && crowd_.begin()->first <= oldest; crowd_.erase(crowd_.begin()))
    dirty_crowds_.push_back(crowd_.begin()->first);
  if (pane == nullptr || pane->witnesses.empty()) return;
  crowd_[at] = {pane->n, pane->witnesses};
  dirty_crowds_.push_back(at);
}

void ScopeJudge::watch_pane(Time at, const PanePartial* partial, StepContext& context) {
  clock_dirty_ = true;
  if (waits_) return;
  const Duration pane = watch_->model().pane;
  const std::int64_t number = (at - watch_start_) / pane;
  const bool counted = partial != nullptr && partial->profile == final_.profile.id &&
                       partial->cells.size() == final_.profile.cells();
  if (watch_->bank().empty()) watch_->bank().skip_to(number - 1);
  closed_ = at;
  const std::vector<std::uint32_t> cells =
      counted ? final_cells(*partial) : std::vector<std::uint32_t>(final_.profile.column_cells());
  if (source_.of_clients()) {
    recent_clients_.fade(kClientsKept);
    if (counted) recent_clients_.merge(partial->clients);
  }
  keep_crowd(at, counted ? partial : nullptr);
  for (const Transition& transition : watch_->close_pane(number, at - pane, counted ? partial->n : 0, cells))
    tell(transition, at, context);
  dirty_blocks_ |= watch_->bank().filled();
  trail(at, counted ? partial : nullptr, context);
}

void ScopeJudge::tell(const Transition& transition, Time at, StepContext& context) {
  const bool certain = !stands_in() && !unsettled_ && watch_->model().span >= kFullSpan;
  const Story story{entity_, final_, *watch_, !certain, at};
  Finding finding = context.explain(story, transition);
  attribute({story, crowd_, common_.principal_prefix}, transition, finding);
  if (source_.of_clients()) name_client({recent_clients_, usual_clients_, common_.principal_prefix}, finding);
  if (stands_in()) name_baseline(baseline_version_, finding);
  context.out.find(at + common_.lateness, std::move(finding));
}

}  // namespace vedette::drift
