#include <algorithm>

#include "core/drift_scope.h"

namespace vedette::drift {
namespace {

constexpr int kMaxExtension = 2;  ///< Learning at most doubles, unless there are too few panes.
/// Not a secret: who can choose a profile's bytes can choose its cells as well.
constexpr HashKey kProfileKey{0x7665646574746532ULL, 0x70726f66696c65ULL};

/// Of all that its cells depend on; never the fine profile's.
std::uint64_t identity_of(Profile profile) {
  profile.id = 0;
  std::string bytes;
  ByteWriter out(bytes);
  profile.encode(out);
  return std::max(siphash(kProfileKey, bytes), ScopeJudge::kFineId + 1);
}

}  // namespace

ScopeJudge::Panes ScopeJudge::learned_panes(const Verdicts& out) const {
  Panes panes;
  const std::string first = name('p');
  for (const auto& [key, bytes] : out.range(first, name('p', std::string(9, '\xff')))) {
    Result<PanePartial> pane = decode_partial(bytes, 0);
    if (pane.ok())
      panes.emplace_back(time_of_key(std::string_view(key).substr(first.size())), std::move(*pane));
  }
  return panes;
}

std::vector<std::uint32_t> ScopeJudge::final_cells(const PanePartial& pane) const {
  std::vector<std::uint32_t> cells;
  if (pane.profile == final_.profile.id) {
    cells.assign(pane.cells.begin(), pane.cells.begin() + final_.profile.column_cells());
  } else {
    cells.resize(final_.profile.column_cells());
    for (std::size_t i = 0; i < cell_of_.size(); ++i) cells[cell_of_[i]] += pane.cells[i];
  }
  // What an event did not say at all is known from the number of events.
  for (std::size_t column = 0; column < columns(); ++column) {
    std::uint64_t said = 0;
    for (std::size_t k = 0; k < kStoredMissing; ++k) said += cells[column * kStored + k];
    cells[column * kStored + kStoredMissing] = static_cast<std::uint32_t>(pane.n - std::min(pane.n, said));
  }
  return cells;
}

BaselinePanes ScopeJudge::baseline_of(const Panes& panes, Time start, Time end) const {
  BaselinePanes result;
  result.start = start;
  result.pane = final_.profile.pane;
  result.columns = columns();
  const auto count = static_cast<std::size_t>(std::max<std::int64_t>(0, (end - start) / result.pane));
  result.n.resize(count);
  result.cells.resize(count * columns() * kJudged);
  for (const auto& [pane_end, pane] : panes) {
    if (pane_end <= start || pane_end > end) continue;
    const auto at = static_cast<std::size_t>((pane_end - start - Duration{1}) / result.pane);
    if (at >= count) continue;
    result.n[at] += static_cast<std::uint32_t>(pane.n);
    const std::vector<std::uint32_t> cells = final_cells(pane);
    for (std::size_t column = 0; column < columns(); ++column) {
      std::uint32_t* to = result.cells.data() + (at * columns() + column) * kJudged;
      const std::uint32_t* from = cells.data() + column * kStored;
      for (int k = 0; k < kOrdinary; ++k) to[k] += from[k];
      to[kNew] += from[kStoredNew] + from[kStoredType];
      to[kNull] += from[kStoredNull] + from[kStoredMissing];
    }
  }
  return result;
}

Budget ScopeJudge::budget(const StepContext& context) const {
  return {common_.budget, std::max(1.0, context.tests(entity_.model)), views_of(source_)};
}

std::vector<bool> ScopeJudge::numeric() const {
  std::vector<bool> numeric;
  for (const ColumnSpec& spec : final_.profile.specs) numeric.push_back(spec.numeric);
  return numeric;
}

std::vector<ColumnFacts> ScopeJudge::facts(const StepContext& context) const {
  const std::set<std::string> restless = context.restless(entity_.model);
  std::vector<ColumnFacts> facts;
  for (const ColumnSpec& spec : final_.profile.specs)
    facts.push_back({spec.numeric, restless.contains(spec.name)});
  return facts;
}

void ScopeJudge::add_restless(std::set<std::string>& columns) const {
  if (!watch_) return;
  // Of the anchor: each baseline that follows finds some column restless by chance, and none would be still
  // at last.
  const BaselineModel& model = trail_.anchor_or(watch_->model());
  for (std::size_t column = 0; column < model.columns.size(); ++column)
    if (!model.columns[column].still) columns.insert(final_.profile.specs[column].name);
}

void ScopeJudge::cap_clients(Profile& profile, Duration span) const {
  if (!source_.of_clients()) profile.caps = traffic_of_clients_.caps(span, profile.pane);
}

void ScopeJudge::learn_clients(const Panes& panes) {
  usual_clients_ = {};
  for (const auto& [end, pane] : panes) usual_clients_.merge(pane.clients);
}

/// Whether the last quarter is quiet when judged against the rest.
bool ScopeJudge::settled(const BaselinePanes& all, StepContext& context) const {
  BaselinePanes rest = all;
  const std::int64_t kept = all.size() * 3 / 4;
  rest.n.resize(static_cast<std::size_t>(kept));
  rest.cells.resize(static_cast<std::size_t>(kept) * all.columns * kJudged);
  Watch watch(learn(rest, facts(context), budget(context)), numeric(), settings_.min_effect);
  for (std::int64_t at = kept; at < all.size(); ++at) {
    std::vector<std::uint32_t> cells(all.columns * kStored);
    for (std::size_t column = 0; column < all.columns; ++column) {
      const auto from = all.cells_of(at, column);
      std::copy_n(from.begin(), kStoredType, cells.begin() + static_cast<std::ptrdiff_t>(column * kStored));
      cells[column * kStored + kStoredNull] = from[kNull];
    }
    const std::uint32_t n = all.n[static_cast<std::size_t>(at)];
    if (!watch.close_pane(at - kept + 1, all.time_of(at), n, cells).empty()) return false;
  }
  return true;
}

void ScopeJudge::arm(Time at, StepContext& context) {
  const Panes panes = learned_panes(context.out);
  std::vector<std::uint64_t> counts(fine_.profile.column_cells());
  traffic_of_clients_.forget_events();
  std::vector<Extent> extents(fine_.profile.specs.size());
  for (const auto& [end, pane] : panes) {
    for (std::size_t i = 0; i < counts.size(); ++i) counts[i] += pane.cells[i];
    traffic_of_clients_.add_counted(std::span(pane.cells).subspan(counts.size()));
    for (std::size_t i = 0; i < extents.size(); ++i) {
      extents[i].least = std::min(extents[i].least, pane.extents[i].least);
      extents[i].most = std::max(extents[i].most, pane.extents[i].most);
    }
  }
  Coarsening coarse = coarsen(fine_, counts, extents);
  final_ = std::move(coarse.binning);
  cell_of_ = std::move(coarse.cell_of);
  final_.profile.projection = fine_.profile.projection;
  final_.profile.pane = pane_length(events_, at - learn_start_);
  cap_clients(final_.profile, at - learn_start_);
  final_.profile.id = identity_of(final_.profile);
  const Duration pane = final_.profile.pane;
  const BaselinePanes all = baseline_of(panes, ceil_to(learn_start_, pane), floor_to(at, pane));
  // Without a level nothing could ever be judged; 16 of the longest panes are enough for one.
  const bool long_enough = level_count(all.size()) > 0;
  unsettled_ = !long_enough || !settled(all, context);
  if (!long_enough || (unsettled_ && learn_for_ < kMaxExtension * settings_.learn_for)) {
    learn_for_ += settings_.learn_for / 4;
    clock_dirty_ = true;
    final_ = {};
    return;
  }
  armed_at_ = ceil_to(at + common_.lateness + kHorizon, pane);
  stage_ = Stage::armed;
  record_dirty_ = true;
  direct(final_.profile, armed_at_, context);
}

/// The axes of an embedding are one thing.
AlertLife::Joins ScopeJudge::joins() const {
  return source_.projects() == Projects::axes ? AlertLife::Joins::any : AlertLife::Joins::recent;
}

void ScopeJudge::start_watch(BaselineModel model, Time start) {
  stage_ = Stage::watching;
  watch_start_ = closed_ = start;
  record_dirty_ = clock_dirty_ = true;
  watch_.emplace(std::move(model), numeric(), settings_.min_effect, joins());
}

void ScopeJudge::resume(Time from, StepContext& context) {
  const Duration pane = final_.profile.pane;
  if (from != kDawn) start_watch(watch_->model(), ceil_to(from + common_.lateness + kHorizon, pane));
  waits_ = false;
  record_dirty_ = clock_dirty_ = true;
  direct(final_.profile, from == kDawn ? kDawn : watch_start_, context);
}

void ScopeJudge::activate(Time at, StepContext& context) {
  const Time start = ceil_to(learn_start_, final_.profile.pane);
  const Panes panes = learned_panes(context.out);
  BaselineModel model = learn(baseline_of(panes, start, at), facts(context), budget(context));
  learn_clients(panes);
  erase_all('p', context.out);
  waits_ = common_.approval;
  start_watch(std::move(model), armed_at_);
  fine_ = {};
  cell_of_.clear();
}

void ScopeJudge::fix_cells(StepContext& context) {
  pending_.clear();
  if (stage_ != Stage::sampling || sample_.rows().empty()) return;
  final_ = bin(sample_, Grain::final, context);
  sample_ = Sample(0);
  if (final_.profile.specs.empty()) return;
  final_.profile.pane = pane_with_level(events_, last_ - first_);
  cap_clients(final_.profile, last_ - first_);
  final_.profile.id = identity_of(final_.profile);
  events_ = 0;
  stage_ = Stage::counting;
  record_dirty_ = true;
  direct(final_.profile, kDawn, context);
}

void ScopeJudge::finish_baseline(Time end, StepContext& context) {
  pending_.clear();
  if (stage_ != Stage::counting || final_.profile.specs.empty()) return;
  const Duration pane = final_.profile.pane;
  const Time start = floor_to(first_, pane);
  // Panes that were not merged before the end are unknown, not empty.
  const Panes panes = learned_panes(context.out);
  const Time stop = panes.empty() ? start : panes.back().first;
  const BaselinePanes all = baseline_of(panes, start, stop);
  unsettled_ = !settled(all, context);
  BaselineModel model = learn(all, facts(context), budget(context));
  learn_clients(panes);
  erase_all('p', context.out);
  start_watch(std::move(model), ceil_to(std::max(end, last_) + Duration{1}, pane));
}

}  // namespace vedette::drift
