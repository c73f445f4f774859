#include "core/label_observer.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/drift_partial.h"
#include "core/event_names.h"

namespace vedette::labels {
namespace {

/// Leaves out what smaller ones have pushed out since.
template <class Record>
void forget_displaced(SmallestRanks& ranks, std::vector<Record>& fresh) {
  if (fresh.empty()) return;
  ranks.sort_out();
  std::erase_if(fresh, [&](const Record& record) { return !ranks.has(rank_of(record)); });
}

}  // namespace

LabelObserver::LabelObserver(const Common& common)
    : LabelObserver(common, [answers = AnswerReader()](const Batch& batch, const Event& event,
                                                       Prediction& prediction, NameTexts& names) mutable {
        return answers.read(batch, event, prediction, names);
      }) {}

LabelObserver::LabelObserver(const Common& common, Reading reading)
    : common_(common), gate_(common.lateness), reading_(std::move(reading)) {}

bool LabelObserver::make_room() {
  if (tracked_.size() < static_cast<std::size_t>(common_.max_keys)) return true;
  if (full_) return false;
  const std::size_t gone =
      std::erase_if(tracked_, [](const auto& entry) { return entry.second->panes.empty(); });
  full_ = gone == 0;
  tally_.evicted += gone;
  known_.clear();
  return !full_;
}

LabelObserver::Tracked* LabelObserver::track(std::string_view key) {
  const auto found = tracked_.find(std::string(key));
  if (found != tracked_.end()) return found->second.get();
  if (!make_room()) return nullptr;
  auto tracked = std::make_unique<Tracked>();
  tracked->key = key;
  Tracked* const added = tracked.get();
  tracked_.emplace(added->key, std::move(tracked));
  tally_.keys = tracked_.size();
  return added;
}

bool LabelObserver::admits(const Batch& batch, const Event& event) const {
  const Entity entity = named_entity(batch, event);
  if (event.kind == EventKind::inference) return common_.admits(entity);
  // A label says neither version nor tenant: its model decides, and what it is joined with.
  Scope scope;
  scope.model = common_.scope.model;
  const auto takes_all = [&](const Scope& other) {
    return other.version.empty() && other.tenant.empty() && other.admits(entity);
  };
  return scope.admits(entity) && std::none_of(common_.except.begin(), common_.except.end(), takes_all);
}

LabelObserver::Tracked* LabelObserver::tracked_of(const Batch& batch, const Event& event) {
  // The kind decides too who is admitted.
  const std::uint64_t key = names_key(event) | (event.kind == EventKind::label ? std::uint64_t{1} << 60 : 0);
  if (const auto found = known_.find(key); found != known_.end()) return found->second;
  if (known_.size() >= Dictionary::kMaxNames) known_.clear();
  Tracked* tracked = nullptr;
  if (admits(batch, event)) {
    const bool is_label = event.kind == EventKind::label;
    tracked = track(drift::scope_key(batch.name(event.model), is_label ? "" : batch.name(event.version)));
    if (tracked == nullptr) {
      ++tally_.unwatched;
      return nullptr;
    }
  }
  known_.emplace(key, tracked);
  return tracked;
}

LabelObserver::Pane* LabelObserver::pane_of(Tracked& tracked, const Event& event) {
  const Time end = floor_to(event.time, common_.window) + common_.window;
  const PaneGate::Answer answer = gate_.check(end, event.watermark);
  if (answer != PaneGate::Answer::open) {
    ++(answer == PaneGate::Answer::late ? tally_.late : tally_.late_after_idle);
    return nullptr;
  }
  if (tracked.current == nullptr || tracked.current_end != end) {
    const auto [at, added] = tracked.panes.try_emplace(end);
    if (added) ++tally_.panes;
    tracked.current_end = end;
    tracked.current = &at->second;
  }
  return tracked.current;
}

/// Takes a record if it is among those with the smallest ids, to be left with the next save.
template <class Record>
void LabelObserver::keep(SmallestRanks& ranks, std::vector<Record>& fresh, Record record) {
  const std::size_t before = ranks.size();
  if (records_ >= kMostRecords && before < ranks.most()) {
    ++tally_.unwatched;
    return;
  }
  if (!ranks.take(rank_of(record))) return;
  records_ += ranks.size() - before;
  fresh.push_back(std::move(record));
  if (fresh.size() >= 2 * ranks.most()) forget_displaced(ranks, fresh);
}

void LabelObserver::take_prediction(const Batch& batch, const Event& event, Pane& pane) {
  Prediction prediction;
  prediction.id = batch.words[event.id].hash;
  prediction.time = event.time;
  // The answer is read only where it may be kept.
  if (!pane.predictions.wants(prediction.id)) return;
  if (!reading_(batch, event, prediction, pane.fresh.names)) return;
  keep(pane.predictions, pane.fresh.predictions, std::move(prediction));
}

void LabelObserver::take_truth(const Batch& batch, const Event& event, Pane& pane) {
  Truth truth;
  truth.id = batch.words[event.inference_id].hash;
  truth.time = event.time;
  if (!pane.truths.wants(truth.id)) return;
  truth.label = class_of(batch, event.value, pane.fresh.names);
  if (event.value.is_number()) truth.number = event.value.number();
  if (truth.label == 0 && std::isnan(truth.number)) return;
  keep(pane.truths, pane.fresh.truths, truth);
}

void LabelObserver::observe(const Batch& batch, Rows rows) {
  if (epoch_ != batch.dictionary->epoch()) {
    epoch_ = batch.dictionary->epoch();
    known_.clear();
  }
  for (std::size_t row = rows.begin; row < rows.end; ++row) {
    const Event& event = batch.events[row];
    const bool is_label = event.kind == EventKind::label;
    if (!is_label && (event.kind != EventKind::inference || event.id == 0)) continue;
    Tracked* tracked = tracked_of(batch, event);
    Pane* pane = tracked == nullptr ? nullptr : pane_of(*tracked, event);
    if (pane == nullptr) continue;
    ++tally_.counted;
    is_label ? take_truth(batch, event, *pane) : take_prediction(batch, event, *pane);
  }
}

void LabelObserver::save(Partials& out) {
  for (auto& [key, tracked] : tracked_)
    for (auto& [end, pane] : tracked->panes) {
      // A pane is left even if nothing in it was kept, so that its end is noticed.
      if (pane.known && pane.fresh.predictions.empty() && pane.fresh.truths.empty()) continue;
      forget_displaced(pane.predictions, pane.fresh.predictions);
      forget_displaced(pane.truths, pane.fresh.truths);
      out.add(end, key, encode(pane.fresh));
      pane.fresh.predictions.clear();
      pane.fresh.truths.clear();
      pane.known = true;
    }
}

Status LabelObserver::load(Time pane_end, std::string_view scope, std::string_view bytes) {
  Result<Records> records = decode_records(bytes);
  if (!records.ok()) return records.status();
  if (pane_end != floor_to(pane_end, common_.window))
    return Status::reject("predictions and labels of another pane length");
  Tracked* tracked = track(scope);
  if (tracked == nullptr) return Status::degrade("no room for the scope of saved predictions");
  Pane& pane = tracked->panes[pane_end];
  records_ -= pane.size();
  for (const Prediction& prediction : records->predictions) pane.predictions.take(rank_of(prediction));
  for (const Truth& truth : records->truths) pane.truths.take(rank_of(truth));
  records_ += pane.size();
  pane.fresh.names.add_all(records->names);
  pane.known = true;
  return {};
}

void LabelObserver::judged(Time watermark) {
  gate_.judged(watermark);
  full_ = false;
  tally_.panes = 0;
  for (auto& [key, tracked] : tracked_) {
    tracked->current = nullptr;
    std::map<Time, Pane>& panes = tracked->panes;
    while (!panes.empty() && panes.begin()->first + common_.lateness <= watermark) {
      records_ -= panes.begin()->second.size();
      panes.erase(panes.begin());
    }
    tally_.panes += panes.size();
  }
}

}  // namespace vedette::labels
