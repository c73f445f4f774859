#include "core/drift_observer.h"

#include <algorithm>

#include "core/event_names.h"

namespace vedette::drift {
namespace {

/// Places in front of the names, as a power of two; four for each name, and two names may share two.
constexpr std::size_t kLeastRecent = 256;
constexpr std::size_t kMostRecent = 262'144;
/// Columns of a scope whose events are kept as witnesses; of wider ones they would be larger than the counts.
constexpr std::size_t kMostWitnessed = 256;

/// Of the hash: at most every fourth event is a witness, so that panes of few events, which would keep them
/// all, cost little more than without.
constexpr std::uint64_t kWitnessed = std::uint64_t{1} << 62;

/// How many rows ahead is fetched what leads to the next: the pane, its profile, the cells of both.
constexpr std::size_t kPaneAhead = 12;
constexpr std::size_t kProfileAhead = 8;
constexpr std::size_t kCellsAhead = 4;

std::uint64_t witness_rank(const Event& event) { return mix64(event.identity + event.principal); }

}  // namespace

DriftObserver::DriftObserver(const ColumnSource& source, const Common& common)
    : source_(source),
      common_(common),
      derived_names_(source.derived()),
      gate_(common.lateness),
      recent_(kLeastRecent) {
  derived_.resize(derived_names_.size());
}

DriftObserver::~DriftObserver() = default;

std::size_t DriftObserver::NameHash::operator()(const NameKey& key) const {
  return mix64((static_cast<std::uint64_t>(key.model) << 32 | key.version) +
               0x9e3779b97f4a7c15ULL * (key.tenant ^ key.segment));
}

void DriftObserver::forget_ids(std::uint32_t epoch) {
  epoch_ = epoch;
  for (auto& [key, tracked] : tracked_)
    for (auto& pane : tracked->panes) {
      pane->settle();
      pane->sample_plan = nullptr;
    }
  by_name_.clear();
  uses_.clear();
  segments_.clear();
  sample_plans_.clear();
  std::fill(recent_.begin(), recent_.end(), Recent{});
  for (auto& [key, columns] : columns_) {
    columns->plans.clear();
    columns->last_plan = nullptr;
  }
}

bool DriftObserver::make_room() {
  if (tracked_.size() < static_cast<std::size_t>(common_.max_keys)) return true;
  if (full_) return false;
  std::vector<std::pair<std::uint64_t, std::string_view>> idle;
  for (const auto& [key, tracked] : tracked_)
    if (tracked->panes.empty() && !tracked->followed[1].bound && tracked->seen <= batch_start_)
      idle.emplace_back(tracked->seen, key);
  full_ = idle.empty();
  if (full_) return false;
  // An eighth at once, so that a flood of invented models costs little.
  const std::size_t leave = std::max<std::size_t>(1, idle.size() / 8);
  std::partial_sort(idle.begin(), idle.begin() + static_cast<std::ptrdiff_t>(leave), idle.end());
  for (std::size_t i = 0; i < leave; ++i) tracked_.erase(tracked_.find(std::string(idle[i].second)));
  by_name_.clear();
  std::fill(recent_.begin(), recent_.end(), Recent{});
  tally_.evicted += leave;
  return true;
}

DriftObserver::Tracked* DriftObserver::track(std::string_view key) {
  auto found = tracked_.find(std::string(key));
  if (found == tracked_.end()) {
    if (!make_room()) return nullptr;
    found = tracked_.emplace(key, std::make_unique<Tracked>()).first;
    found->second->key = key;
    found->second->stands_in = is_stand_in(key);
    tally_.keys = tracked_.size();
    if (!found->second->stands_in) link(stand_in_key(key));
  }
  return found->second.get();
}

DriftObserver::Tracked* DriftObserver::find(const std::string& key) const {
  const auto found = tracked_.find(key);
  return found == tracked_.end() ? nullptr : found->second.get();
}

void DriftObserver::link(const std::string& stand_in) {
  const Entity entity = entity_of(stand_in);
  Tracked* const own = find(scope_key(entity.model, entity.version, entity.segment));
  Tracked* const other = find(stand_in);
  if (own != nullptr) own->stand_in = other != nullptr && other->followed[1].bound ? other : nullptr;
}

DriftObserver::Tracked* DriftObserver::tracked_of(const Batch& batch, const Event& event, const NameKey& key,
                                                  const Segment& segment) {
  const std::uint64_t hash = NameHash{}(key);
  const Recent* known = recent_at(hash);
  for (const int which : {0, 1})
    if (known[which].tracked != nullptr && known[which].key == key) return known[which].tracked;
  Tracked* tracked = nullptr;
  if (const auto found = by_name_.find(key); found != by_name_.end()) {
    tracked = found->second;
  } else {
    const Entity entity = named_entity(batch, event);
    if (common_.admits(entity)) {
      const std::string named = segment.text.empty() ? std::string{}
                                                     : batch.dictionary->field(segment.field).name + '=' +
                                                           std::string(segment.text);
      tracked = track(scope_key(entity.model, entity.version, named));
      if (tracked == nullptr) {
        ++tally_.unwatched;
        return nullptr;
      }
    }
    if (by_name_.size() >= Dictionary::kMaxNames) by_name_.clear();  // Segments are not in the dictionary.
    by_name_.emplace(key, tracked);
    if (4 * by_name_.size() > recent_.size() && recent_.size() < kMostRecent)
      recent_.assign(4 * recent_.size(), Recent{});
  }
  if (tracked == nullptr) return nullptr;
  Recent* const places = recent_at(hash);
  places[1] = places[0];
  places[0] = {key, tracked};
  return tracked;
}

BoundProfile* DriftObserver::bound_at(Tracked& tracked, Time time) {
  for (const std::size_t which : {1U, 0U}) {
    Followed& followed = tracked.followed[which];
    if (followed.bound && time >= followed.effective) return followed.bound.get();
  }
  return nullptr;
}

OpenPane& DriftObserver::open(Tracked& tracked, BoundProfile* bound, Time start, Duration length) {
  auto pane = std::make_unique<OpenPane>();
  pane->start = start;
  pane->end = start + length;
  pane->bound = bound;
  if (bound == nullptr) {
    pane->sample = std::make_unique<Sample>(sampled_rows());
  } else {
    pane->profile = bound->profile.id;
    if (bound->profile.fine) pane->extents.resize(bound->profile.columns());
  }
  return keep(tracked, std::move(pane));
}

OpenPane& DriftObserver::keep(Tracked& tracked, std::unique_ptr<OpenPane> pane) {
  closing_.emplace(pane->end, &tracked);
  ++tally_.panes;
  return *tracked.panes.emplace_back(std::move(pane));
}

OpenPane* DriftObserver::pane_of(Tracked& tracked, const Event& event) {
  OpenPane* pane = tracked.current;
  if (pane == nullptr || event.time < pane->start || event.time >= pane->end) {
    BoundProfile* bound = bound_at(tracked, event.time);
    const Duration length = bound == nullptr ? kSamplingPane : bound->profile.pane;
    const Time start = floor_to(event.time, length);
    const PaneGate::Answer answer = gate_.check(start + length, event.watermark);
    if (answer != PaneGate::Answer::open) {
      ++(answer == PaneGate::Answer::late ? tally_.late : tally_.late_after_idle);
      return nullptr;
    }
    const auto found = std::find_if(tracked.panes.rbegin(), tracked.panes.rend(),
                                    [&](const auto& one) { return one->end == start + length; });
    pane = found == tracked.panes.rend() ? &open(tracked, bound, start, length) : found->get();
    tracked.current = pane;
    return pane;
  }
  const PaneGate::Answer answer = gate_.check(pane->end, event.watermark);
  if (answer == PaneGate::Answer::open) return pane;
  ++(answer == PaneGate::Answer::late ? tally_.late : tally_.late_after_idle);
  return nullptr;
}

/// Leaves the values that the pane's columns take of the event, to be counted with others.
void DriftObserver::note(OpenPane& pane, const Batch& batch, const Event& event) {
  const CountPlan& plan = plan_of(pane.bound->columns, batch, event);
  NotedRows& noted = pane.note(plan);
  const std::span<const Value> values = batch.values_of(event);
  for (const CountPlan::Step& step : plan.steps) noted.add(values[step.position], batch);
  if (plan.derives) derive(batch, event, plan.inputs);
  for (const CountPlan::Step& step : plan.derived) noted.add(derived_[step.position], batch);
  using From = CountPlan::Number::From;
  for (const CountPlan::Number& number : plan.numbers)
    noted.add(number.from == From::value     ? values[number.position]
              : number.from == From::derived ? derived_[number.position]
                                             : Value::null(),
              batch);
  const std::uint64_t rank = witness_rank(event);
  if (wants_witness(pane, rank)) noted.add(make_witness(batch, event, rank));
  if (&plan == &scratch_plan_) pane.settle();  // The next event has another one there.
}

bool DriftObserver::wants_witness(const OpenPane& pane, std::uint64_t rank) const {
  if (rank >= kWitnessed || !pane.witnesses.wants(rank)) return false;
  const Profile& profile = pane.bound->profile;
  return !source_.of_clients() && !profile.fine && profile.columns() <= kMostWitnessed;
}

void DriftObserver::resolve(const Batch& batch, Rows rows) {
  batch_start_ = clock_;
  rows_.clear();
  const bool segmented = source_.segmented();
  for (std::size_t row = rows.begin; row < rows.end; ++row) {
    const Event& event = batch.events[row];
    if (event.kind != EventKind::inference) continue;
    if (segmented) {
      resolve_segments(batch, row);
    } else if (Tracked* tracked = tracked_of(batch, event, {event.model, event.version, event.tenant}, {})) {
      take_row(row, *tracked);
    }
  }
}

/// What later rows are counted in and with: with many models it comes from memory, and one thing
/// leads to the next.
void DriftObserver::prefetch(const Batch& batch, std::size_t at) const {
  const auto ahead = [&](std::size_t rows) {
    return at + rows < rows_.size() ? rows_[at + rows].tracked->current : nullptr;
  };
  if (const OpenPane* pane = ahead(kPaneAhead)) prefetch_all(pane, OpenPane::kHot);
  if (const OpenPane* pane = ahead(kProfileAhead))
    if (pane->bound != nullptr) prefetch_all(pane->bound, BoundProfile::kHot);
  if (const OpenPane* pane = ahead(kCellsAhead))
    if (pane->bound != nullptr)
      pane->prefetch(bucket_of(batch.events[rows_[at + kCellsAhead].row].principal));
}

/// Counts the event's client. Answers whether the pane still takes events of it.
bool DriftObserver::admit(OpenPane& pane, const Batch& batch, const Event& event) {
  const bool sampled = pane.sample != nullptr;
  pane.begin_event(sampled ? ClientTraffic::kCells : pane.bound->profile.cells());
  if (event.principal == 0) return true;
  if (source_.of_clients()) {
    pane.clients.count(event.principal, batch.text(event.principal_name));
    return true;
  }
  const std::uint32_t bucket = bucket_of(event.principal);
  const std::uint32_t cell = bucket + (sampled ? 0 : pane.bound->profile.column_cells());
  const std::uint32_t before = pane.held(cell);
  if (sampled && before == 0) pane.hit(ClientTraffic::seen_cell(bucket));
  pane.hit(cell);
  return sampled || before < pane.bound->profile.caps[bucket];
}

void DriftObserver::observe(const Batch& batch, Rows rows) {
  if (batch.dictionary->epoch() != epoch_) forget_ids(batch.dictionary->epoch());
  resolve(batch, rows);
  for (std::size_t at = 0; at < rows_.size(); ++at) {
    prefetch(batch, at);
    Tracked& tracked = *rows_[at].tracked;
    const Event& event = batch.events[rows_[at].row];
    if (bound_at(tracked, event.time) == nullptr && (tracked.stands_in || !source_.reads(batch, event)))
      continue;
    OpenPane* pane = pane_of(tracked, event);
    if (pane == nullptr) continue;
    if (pane->bound == nullptr && pane->sample == nullptr) {
      ++tally_.unwatched;  // Counted before a restart with a profile that is gone.
      continue;
    }
    pane->dirty = true;
    if (!admit(*pane, batch, event)) {
      ++tally_.capped;
      continue;
    }
    ++pane->n;
    ++tally_.counted;
    if (pane->sample != nullptr)
      sample(*pane, batch, event);
    else
      note(*pane, batch, event);
  }
}

void DriftObserver::judged(Time watermark) {
  gate_.judged(watermark);
  while (!closing_.empty() && closing_.top().first + gate_.lateness() <= watermark) {
    Tracked& tracked = *closing_.top().second;
    closing_.pop();
    tally_.panes -= std::erase_if(
        tracked.panes, [&](const auto& pane) { return pane->end + gate_.lateness() <= watermark; });
    tracked.current = nullptr;
    full_ = false;
  }
}

}  // namespace vedette::drift
