#include "core/quality_observer.h"

#include <algorithm>
#include <utility>

#include "core/event_names.h"

namespace vedette::quality {
namespace {

constexpr std::int32_t kFirstFailure = 400;

}  // namespace

std::size_t rows_of_pane(const QualitySettings& settings, const Common& common) {
  return common.recorded ? kRecordedRows : static_cast<std::size_t>(settings.sample);
}

QualityObserver::QualityObserver(const QualitySettings& settings, const Common& common)
    : common_(common), capacity_(rows_of_pane(settings, common)), gate_(common.lateness) {}

void QualityObserver::observe(const Batch& batch, Rows rows) {
  if (epoch_ != batch.dictionary->epoch()) {
    epoch_ = batch.dictionary->epoch();
    who_.clear();
    rows_.forget();
  }
  for (std::size_t row = rows.begin; row < rows.end; ++row) {
    const Event& event = batch.events[row];
    // What a refused request held is its sender's business.
    if (event.kind != EventKind::inference || event.status >= kFirstFailure) continue;
    Who& who = who_of(batch, event);
    Open* const open = who.admitted ? open_of(batch, event, who) : nullptr;
    if (open == nullptr) continue;
    ++tally_.counted;
    ++open->fresh_events;
    if (open->sample.wants(event.identity)) keep(batch, event, who, *open);
  }
}

QualityObserver::Who& QualityObserver::who_of(const Batch& batch, const Event& event) {
  const std::uint64_t key = names_key(event);
  if (const auto found = who_.find(key); found != who_.end()) return found->second;
  if (who_.size() >= Dictionary::kMaxNames) who_.clear();
  const Entity entity = named_entity(batch, event);
  Who& who = who_[key];
  who.admitted = common_.admits(entity);
  who.model = hash_of(scope_of(entity.model));
  who.version = hash_of(entity.version);
  return who;
}

QualityObserver::Pane* QualityObserver::pane_of(const Event& event) {
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
QualityObserver::Open* QualityObserver::place(Pane& pane, NameHash model) {
  const auto found = pane.lower_bound(model);
  if (found != pane.end() && found->first == model) return &found->second;
  if (pane.size() >= static_cast<std::size_t>(common_.max_keys)) {
    ++era_;
    if (found == pane.end()) return nullptr;
    pane.erase(std::prev(pane.end()));
  }
  Open* const open = &pane.try_emplace(model, Open{{}, Sample(capacity_), {}, 0}).first->second;
  tally_.keys = pane.size();
  return open;
}

/// Null: late, or left out.
QualityObserver::Open* QualityObserver::open_of(const Batch& batch, const Event& event, Who& who) {
  Pane* const pane = pane_of(event);
  if (pane == nullptr) return nullptr;
  if (who.open != nullptr && who.era == era_ && who.end == current_end_) return who.open;
  Open* const open = place(*pane, who.model);
  if (open == nullptr) {
    ++tally_.unwatched;
    return nullptr;
  }
  if (open->scope.empty()) open->scope = scope_of(batch.name(event.model));
  who.open = open;
  who.end = current_end_;
  who.era = era_;
  return open;
}

void QualityObserver::keep(const Batch& batch, const Event& event, const Who& who, Open& open) {
  Row& row = rows_.read(batch, event, who.version);
  rows_.name_all(batch, event, row, open.sample);
  if (open.sample.add(std::move(row))) open.fresh.push_back(event.identity);
}

void QualityObserver::save(Partials& out) {
  for (auto& [end, pane] : panes_)
    for (auto& [hash, open] : pane) {
      if (open.fresh_events == 0) continue;
      open.sample.events = open.fresh_events;
      out.add(end, open.scope, open.sample.encode(open.fresh));
      open.fresh.clear();
      open.fresh_events = 0;
    }
}

Status QualityObserver::load(Time pane_end, std::string_view scope, std::string_view bytes) {
  Result<Sample> sample = Sample::decode(bytes, capacity_);
  if (!sample.ok()) return sample.status();
  if (pane_end != floor_to(pane_end, common_.window)) return Status::reject("rows of another pane length");
  current_ = nullptr;
  ++era_;
  Open* const open = place(panes_[pane_end], hash_of(scope));
  tally_.panes = panes_.size();
  if (open == nullptr) return {};
  open->scope = scope;
  open->sample.merge(*sample);
  return {};
}

void QualityObserver::judged(Time watermark) {
  gate_.judged(watermark);
  current_ = nullptr;
  ++era_;
  while (!panes_.empty() && panes_.begin()->first + common_.lateness <= watermark)
    panes_.erase(panes_.begin());
  tally_.panes = panes_.size();
}

}  // namespace vedette::quality
