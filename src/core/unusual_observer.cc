#include "core/unusual_observer.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/event_names.h"

namespace vedette::unusual {
namespace {

constexpr std::int32_t kFirstFailure = 400;
constexpr std::size_t kFollowed = 2;

}  // namespace

UnusualObserver::UnusualObserver(const Common& common)
    : common_(common), capacity_(common.recorded ? kRecordedRows : kLiveRows), gate_(common.lateness) {}

void UnusualObserver::observe(const Batch& batch, Rows rows) {
  if (epoch_ != batch.dictionary->epoch()) {
    epoch_ = batch.dictionary->epoch();
    who_.clear();
    last_ = nullptr;
    rows_.forget();
    for (auto& [key, profiles] : followed_)
      for (Followed& followed : profiles) followed.scorer->forget();
  }
  for (std::size_t row = rows.begin; row < rows.end; ++row) {
    const Event& event = batch.events[row];
    // What a refused request held is its sender's business.
    if (event.kind != EventKind::inference || event.status >= kFirstFailure) continue;
    Who& who = who_of(batch, event);
    Open* const open = who.admitted ? open_of(event, who) : nullptr;
    if (open == nullptr) continue;
    ++tally_.counted;
    open->changed = true;
    take(batch, event, who, *open);
  }
}

void UnusualObserver::take(const Batch& batch, const Event& event, const Who& who, Open& open) {
  if (open.scorer != nullptr) {
    open.scorer->count(batch, event, open.partial.counts, open.traffic);
    return;
  }
  if (!open.partial.rows) return;
  quality::Sample& sample = *open.partial.rows;
  ++sample.events;
  if (!sample.wants(event.identity)) return;
  quality::Row& row = rows_.read(batch, event, who.version);
  rows_.name_all(batch, event, row, sample);
  if (sample.add(std::move(row))) open.fresh.push_back(event.identity);
}

UnusualObserver::Who& UnusualObserver::who_of(const Batch& batch, const Event& event) {
  const std::uint64_t key = names_key(event);
  if (last_ != nullptr && last_key_ == key) return *last_;
  last_key_ = key;
  if (const auto found = who_.find(key); found != who_.end()) return *(last_ = &found->second);
  if (who_.size() >= Dictionary::kMaxNames) who_.clear();
  const Entity entity = named_entity(batch, event);
  Who& who = who_[key];
  who.admitted = common_.admits(entity);
  who.scope = unusual::scope_of(entity.model, entity.version);
  who.key = hash_of(who.scope);
  who.version = hash_of(entity.version);
  last_ = &who;
  return who;
}

UnusualObserver::Pane* UnusualObserver::pane_of(const Event& event) {
  const bool same =
      current_ != nullptr && event.time < current_end_ && event.time >= current_end_ - common_.window;
  const Time end = same ? current_end_ : floor_to(event.time, common_.window) + common_.window;
  const PaneGate::Answer answer = gate_.check(end, event.watermark);
  if (answer != PaneGate::Answer::open) {
    ++(answer == PaneGate::Answer::late ? tally_.late : tally_.late_after_idle);
    return nullptr;
  }
  if (!same) {
    current_ = &panes_[end];
    current_end_ = end;
    tally_.panes = panes_.size();
  }
  return current_;
}

/// Null: left out.
UnusualObserver::Open* UnusualObserver::place(Pane& pane, NameHash key) {
  const auto found = pane.lower_bound(key);
  if (found != pane.end() && found->first == key) return found->second.get();
  if (pane.size() >= static_cast<std::size_t>(common_.max_keys)) {
    ++era_;
    if (found == pane.end()) return nullptr;
    pane.erase(std::prev(pane.end()));
  }
  Open* const open = pane.emplace(key, std::make_unique<Open>()).first->second.get();
  tally_.keys = pane.size();
  return open;
}

/// Null: late, or left out.
UnusualObserver::Open* UnusualObserver::open_of(const Event& event, Who& who) {
  Pane* const pane = pane_of(event);
  if (pane == nullptr) return nullptr;
  if (who.open != nullptr && who.era == era_ && who.end == current_end_) return who.open;
  Open* const open = place(*pane, who.key);
  if (open == nullptr) {
    ++tally_.unwatched;
    return nullptr;
  }
  if (open->scope.empty()) begin(who, current_end_ - common_.window, *open);
  who.open = open;
  who.end = current_end_;
  who.era = era_;
  return open;
}

/// What holds when a pane starts holds for all of it.
void UnusualObserver::begin(const Who& who, Time start, Open& open) {
  open.scope = who.scope;
  if (const auto found = followed_.find(who.key); found != followed_.end())
    for (const Followed& followed : found->second)
      if (start >= followed.effective) open.scorer = followed.scorer.get();
  if (open.scorer != nullptr)
    open.partial.profile = open.scorer->id();
  else
    open.partial.rows.emplace(capacity_);
}

/// Counts go on with the profile that they were begun with.
void UnusualObserver::bind(Open& open) {
  open.scorer = nullptr;
  const auto found = followed_.find(hash_of(open.scope));
  if (open.partial.rows || found == followed_.end()) return;
  for (const Followed& followed : found->second)
    if (followed.scorer->id() == open.partial.profile) open.scorer = followed.scorer.get();
}

void UnusualObserver::apply(const Directive& directive) {
  const NameHash key = hash_of(directive.scope);
  std::optional<Oddness> oddness;
  if (!directive.bytes.empty()) oddness = Oddness::decode(directive.bytes);
  if (oddness) {
    Profiles& profiles = followed_[key];
    // After a restart the newest one may come again.
    if (!profiles.empty() && profiles.back().scorer->id() == oddness->id()) profiles.pop_back();
    profiles.push_back({directive.effective, std::make_unique<Scorer>(std::move(*oddness))});
    if (profiles.size() > kFollowed) profiles.erase(profiles.begin());
  } else {
    followed_.erase(key);
  }
  for (auto& [end, pane] : panes_)
    if (const auto found = pane.find(key); found != pane.end()) bind(*found->second);
}

void UnusualObserver::save_rows(Time end, Open& open, Partials& out) {
  out.add(end, open.scope, open.partial.encode(open.fresh));
  open.fresh.clear();
  open.partial.rows->events = 0;
}

void UnusualObserver::save_counts(Time end, Open& open, Partials& out) {
  for (std::uint32_t bucket = 0; bucket < kBuckets; ++bucket)
    if (const std::uint32_t events = std::exchange(open.traffic[bucket], 0); events > 0)
      open.partial.counts.buckets[bucket].events += events;
  out.put(end, open.scope, open.partial.encode({}));
}

void UnusualObserver::save(Partials& out) {
  for (auto& [end, pane] : panes_)
    for (auto& [key, open] : pane)
      if (std::exchange(open->changed, false))
        open->partial.rows ? save_rows(end, *open, out) : save_counts(end, *open, out);
}

Status UnusualObserver::load(Time pane_end, std::string_view scope, std::string_view bytes) {
  Result<Partial> partial = Partial::decode(bytes, capacity_);
  if (!partial.ok()) return partial.status();
  if (pane_end != floor_to(pane_end, common_.window)) return Status::reject("counts of another pane length");
  if (!is_scope(scope)) return Status::reject("odd events of a damaged scope");
  current_ = nullptr;
  ++era_;
  Open* const open = place(panes_[pane_end], hash_of(scope));
  tally_.panes = panes_.size();
  if (open == nullptr) return {};
  open->scope = scope;
  // Rows were left bit by bit, counts whole.
  if (open->partial.rows && partial->rows)
    open->partial.rows->merge(*partial->rows);
  else
    open->partial = std::move(*partial);
  if (open->partial.rows) open->partial.rows->events = 0;
  bind(*open);
  return {};
}

void UnusualObserver::judged(Time watermark) {
  gate_.judged(watermark);
  current_ = nullptr;
  ++era_;
  while (!panes_.empty() && panes_.begin()->first + common_.lateness <= watermark)
    panes_.erase(panes_.begin());
  tally_.panes = panes_.size();
}

}  // namespace vedette::unusual
