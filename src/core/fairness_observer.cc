#include "core/fairness_observer.h"

#include "core/drift_partial.h"
#include "core/event_names.h"

namespace vedette::fairness {
namespace {

labels::LabelObserver::Reading reading_of(OutcomeReader& outcomes) {
  return [&outcomes](const Batch& batch, const Event& event, labels::Prediction& prediction,
                     labels::NameTexts& /*names*/) {
    const Outcome outcome = outcomes.read(batch, event);
    prediction.groups.assign(outcome.groups.begin(),
                             outcome.groups.begin() + static_cast<std::ptrdiff_t>(outcome.size));
    prediction.score = outcome.favourable ? 1 : 0;
    return outcome.size > 0;
  };
}

}  // namespace

/// Puts records beside the counts of the same scope.
class FairnessObserver::Wrapped final : public Partials {
 public:
  explicit Wrapped(Partials& out) : out_(out) {}
  void put(Time pane_end, std::string_view scope, std::string_view bytes) override {
    out_.put(pane_end, kRecords + std::string(scope), bytes);
  }
  void add(Time pane_end, std::string_view scope, std::string_view bytes) override {
    out_.add(pane_end, kRecords + std::string(scope), bytes);
  }
  void find(Time ripe, const Finding& finding) override { out_.find(ripe, finding); }

 private:
  Partials& out_;
};

FairnessObserver::FairnessObserver(const FairnessSettings& settings, const Common& common)
    : common_(common),
      rules_(settings, common),
      gate_(common.lateness),
      outcomes_(rules_),
      records_(common, reading_of(outcomes_)) {}

void FairnessObserver::observe(const Batch& batch, Rows rows) {
  if (rules_.fields.empty()) return;
  outcomes_.begin(batch);
  if (epoch_ != batch.dictionary->epoch()) {
    epoch_ = batch.dictionary->epoch();
    who_.clear();
  }
  for (std::size_t row = rows.begin; row < rows.end; ++row) {
    const Event& event = batch.events[row];
    if (event.kind == EventKind::inference) count(batch, event);
    // The labels' observer tells nobody which of its late events were labels.
    if (event.kind == EventKind::label) is_open(event, floor_to(event.time, common_.window) + common_.window);
  }
  records_.observe(batch, rows);
  tally_.keys = records_.tally().keys;
}

bool FairnessObserver::is_open(const Event& event, Time end) {
  const PaneGate::Answer answer = gate_.check(end, event.watermark);
  if (answer == PaneGate::Answer::open) return true;
  ++(answer == PaneGate::Answer::late ? tally_.late : tally_.late_after_idle);
  return false;
}

FairnessObserver::Who& FairnessObserver::who_of(const Batch& batch, const Event& event) {
  const std::uint64_t key = names_key(event);
  if (const auto found = who_.find(key); found != who_.end()) return found->second;
  if (who_.size() >= Dictionary::kMaxNames) who_.clear();
  const Entity entity = named_entity(batch, event);
  Who& who = who_[key];
  who.admitted = common_.admits(entity);
  who.scope = drift::scope_key(entity.model, entity.version);
  who.hash = hash_of(who.scope);
  return who;
}

/// Null: of too many models, left out.
FairnessObserver::Open* FairnessObserver::open_of(Who& who, Time end) {
  if (who.open != nullptr && who.era == era_ && who.end == end) return who.open;
  Pane& pane = panes_[end];
  tally_.panes = panes_.size();
  const auto most = static_cast<std::size_t>(common_.max_keys);
  if (pane.size() >= most) ++era_;
  Open* const open = place_of(pane, who.hash, most);
  if (open == nullptr) {
    ++tally_.unwatched;
    return nullptr;
  }
  open->scope = who.scope;
  who.open = open;
  who.end = end;
  who.era = era_;
  return open;
}

void FairnessObserver::count(const Batch& batch, const Event& event) {
  Who& who = who_of(batch, event);
  if (!who.admitted) return;
  const Outcome outcome = outcomes_.read(batch, event);
  if (outcome.size == 0) return;
  const Time end = floor_to(event.time, common_.window) + common_.window;
  Open* const open = is_open(event, end) ? open_of(who, end) : nullptr;
  if (open == nullptr) return;
  ++tally_.counted;
  open->changed = true;
  for (std::size_t i = 0; i < outcome.size; ++i) {
    GroupCount* const group = open->counts.at(outcome.groups[i]);
    if (group == nullptr) {
      ++tally_.unwatched;
      continue;
    }
    if (group->events == 0) {
      group->field = outcome.fields[i];
      group->text = outcomes_.text_of(batch, event, outcome.fields[i]);
    }
    ++group->events;
    group->favourable += outcome.favourable ? 1 : 0;
  }
}

void FairnessObserver::save(Partials& out) {
  for (auto& [end, pane] : panes_)
    for (auto& [hash, open] : pane) {
      if (open.changed) out.put(end, kCounts + open.scope, encode(open.counts));
      open.changed = false;
    }
  Wrapped wrapped(out);
  records_.save(wrapped);
}

Status FairnessObserver::load(Time pane_end, std::string_view scope, std::string_view bytes) {
  if (scope.starts_with(kRecords)) return records_.load(pane_end, scope.substr(1), bytes);
  if (!scope.starts_with(kCounts)) return Status::reject("outcomes of groups of an unknown scope");
  Result<GroupCounts> counts = decode_counts(bytes);
  if (!counts.ok()) return counts.status();
  if (pane_end != floor_to(pane_end, common_.window))
    return Status::reject("outcomes of groups of another pane length");
  ++era_;
  const std::string_view model = scope.substr(1);
  Open* const open = place_of(panes_[pane_end], hash_of(model), static_cast<std::size_t>(common_.max_keys));
  tally_.panes = panes_.size();
  if (open == nullptr) return {};
  open->scope = model;
  open->counts = std::move(*counts);
  return {};
}

void FairnessObserver::judged(Time watermark) {
  gate_.judged(watermark);
  records_.judged(watermark);
  ++era_;
  while (!panes_.empty() && panes_.begin()->first + common_.lateness <= watermark)
    panes_.erase(panes_.begin());
  tally_.panes = panes_.size();
}

}  // namespace vedette::fairness
