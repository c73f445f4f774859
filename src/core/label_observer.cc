#include "core/label_observer.h"

#include <algorithm>
#include <cmath>

#include "core/class_text.h"
#include "core/drift_partial.h"
#include "core/event_names.h"

namespace vedette::labels {
namespace {

constexpr double kLeastProbability = 1e-4;

Name class_of(const Batch& batch, Value value, NameTexts& names) {
  ClassRoom room{};
  const std::string_view text = class_text(batch, value, room);
  if (text.empty()) return 0;
  const Name name = name_of(text);
  names.add(name, text);
  return name;
}

/// Outputs of one event that a label can prove wrong.
struct Answer {
  Value label;
  Value score;
  std::vector<std::pair<double, const std::string*>> probabilities;  ///< The likeliest first.
};

Answer answer_of(const Batch& batch, const Event& event) {
  Answer answer;
  const std::span<const Value> values = batch.values_of(event);
  const std::span<const FieldId> keys = batch.fields_of(event);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Field& field = batch.dictionary->field(keys[i]);
    if (field.section == Section::probability && values[i].is_number())
      answer.probabilities.emplace_back(values[i].number(), &field.name);
    if (field.section != Section::output) continue;
    if (field.name == "label") answer.label = values[i];
    if (field.name == "score") answer.score = values[i];
  }
  // Classes of equal probability by name, since producers may write them in any order.
  std::sort(answer.probabilities.begin(), answer.probabilities.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : *a.second < *b.second;
  });
  if (answer.probabilities.size() > kMostClasses) answer.probabilities.resize(kMostClasses);
  return answer;
}

std::uint16_t loss_of(double probability) {
  const double loss = -std::log(std::clamp(probability, kLeastProbability, 1.0));
  return std::min(kMostLoss, static_cast<std::uint16_t>(std::lround(1000 * loss)));
}

void fill(const Batch& batch, const Answer& answer, Prediction& prediction, NameTexts& names) {
  prediction.said = class_of(batch, answer.label, names);
  for (const auto& [probability, name] : answer.probabilities) {
    prediction.losses.push_back({name_of(*name), loss_of(probability)});
    names.add(prediction.losses.back().name, *name);
  }
  if (prediction.said == 0 && !prediction.losses.empty()) prediction.said = prediction.losses.front().name;
  // A label that is a number is an amount too; a score counts as one only where no class was said.
  if (answer.label.is_number()) prediction.score = answer.label.number();
  if (prediction.said == 0 && !answer.label.is_number() && answer.score.is_number())
    prediction.score = answer.score.number();
}

bool read_answer(const Batch& batch, const Event& event, Prediction& prediction, NameTexts& names) {
  fill(batch, answer_of(batch, event), prediction, names);
  return prediction.said != 0 || !std::isnan(prediction.score);
}

}  // namespace

LabelObserver::LabelObserver(const Common& common) : LabelObserver(common, read_answer) {}

LabelObserver::LabelObserver(const Common& common, Reading reading)
    : common_(common), gate_(common.lateness), reading_(std::move(reading)) {}

bool LabelObserver::make_room() {
  if (tracked_.size() < static_cast<std::size_t>(common_.max_keys)) return true;
  tally_.evicted += std::erase_if(tracked_, [](const auto& entry) { return entry.second->panes.empty(); });
  known_.clear();
  return tracked_.size() < static_cast<std::size_t>(common_.max_keys);
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

/// Room for a record in a heap of the smallest ids; false: it is not among them.
template <class Record>
bool LabelObserver::make_place(std::vector<Record>& heap, const Record& record, std::size_t most) {
  if (heap.size() >= most) {
    if (!SmallerId{}(record, heap.front())) return false;
    std::pop_heap(heap.begin(), heap.end(), SmallerId{});
    heap.pop_back();
    return true;
  }
  if (records_ >= kMostRecords) {
    ++tally_.unwatched;
    return false;
  }
  ++records_;
  return true;
}

void LabelObserver::take_prediction(const Batch& batch, const Event& event, Records& records) {
  Prediction prediction;
  prediction.id = batch.words[event.id].hash;
  prediction.time = event.time;
  std::vector<Prediction>& heap = records.predictions;
  // The answer is read only where it may be kept.
  if (heap.size() >= Records::kMostPredictions && prediction.id > heap.front().id) return;
  if (!reading_(batch, event, prediction, records.names)) return;
  if (!make_place(heap, prediction, Records::kMostPredictions)) return;
  heap.push_back(std::move(prediction));
  std::push_heap(heap.begin(), heap.end(), SmallerId{});
}

void LabelObserver::take_truth(const Batch& batch, const Event& event, Records& records) {
  Truth truth;
  truth.id = batch.words[event.inference_id].hash;
  truth.time = event.time;
  truth.label = class_of(batch, event.value, records.names);
  if (event.value.is_number()) truth.number = event.value.number();
  if (truth.label == 0 && std::isnan(truth.number)) return;
  if (!make_place(records.truths, truth, Records::kMostTruths)) return;
  records.truths.push_back(truth);
  std::push_heap(records.truths.begin(), records.truths.end(), SmallerId{});
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
    pane->changed = true;
    is_label ? take_truth(batch, event, pane->records) : take_prediction(batch, event, pane->records);
  }
}

void LabelObserver::save(Partials& out) {
  for (auto& [key, tracked] : tracked_)
    for (auto& [end, pane] : tracked->panes) {
      if (pane.changed) out.put(end, key, encode(pane.records));
      pane.changed = false;
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
  records_ += records->predictions.size() + records->truths.size();
  records_ -= pane.records.predictions.size() + pane.records.truths.size();
  pane.records = std::move(*records);
  std::make_heap(pane.records.predictions.begin(), pane.records.predictions.end(), SmallerId{});
  std::make_heap(pane.records.truths.begin(), pane.records.truths.end(), SmallerId{});
  return {};
}

void LabelObserver::judged(Time watermark) {
  gate_.judged(watermark);
  tally_.panes = 0;
  for (auto& [key, tracked] : tracked_) {
    tracked->current = nullptr;
    std::map<Time, Pane>& panes = tracked->panes;
    while (!panes.empty() && panes.begin()->first + common_.lateness <= watermark) {
      const Records& records = panes.begin()->second.records;
      records_ -= records.predictions.size() + records.truths.size();
      panes.erase(panes.begin());
    }
    tally_.panes += panes.size();
  }
}

}  // namespace vedette::labels
