#include "core/drift_judge.h"

#include <algorithm>

namespace vedette::drift {

std::optional<StateKey> parse_key(std::string_view key) {
  if (key.empty()) return std::nullopt;
  ByteReader names(key.substr(1));
  for (int part = 0; part < kScopeParts; ++part) names.text();
  if (!names.ok()) return std::nullopt;
  return StateKey{key[0], key.substr(1, key.size() - 1 - names.rest().size()), names.rest()};
}

DriftJudge::DriftJudge(const ColumnSource& source, const DriftSettings& settings, const Common& common,
                       Explain tell)
    : source_(source),
      settings_(settings),
      common_(common),
      explain_(tell),
      phase_(common.recorded ? Phase::sampling : Phase::live) {}

std::unique_ptr<ScopeJudge> DriftJudge::take_out(std::string_view scope) {
  const auto leaves = scopes_.find(scope);
  if (leaves == scopes_.end()) return nullptr;
  ranks_.erase(leaves->second.rank);
  strike_off(leaves->second);
  due_.erase({leaves->second.due, leaves->first});
  touched_.erase(leaves->first);
  auto judge = std::move(leaves->second.scope);
  scopes_.erase(leaves);
  return judge;
}

void DriftJudge::make_room() {
  if (scopes_.size() < static_cast<std::size_t>(common_.max_keys)) return;
  forgotten_.push_back(take_out(ranks_.begin()->key));
  if (auto stand_in = take_out(stand_in_key(forgotten_.back()->key())))
    forgotten_.push_back(std::move(stand_in));
  ++tally_.evicted;
}

DriftJudge::Rank DriftJudge::rank_of(const ScopeJudge& scope, std::string_view key) {
  return {scope.stage() != ScopeJudge::Stage::sampling, floor_to(scope.seen(), kHour), scope.events(), key};
}

DriftJudge::Entry& DriftJudge::entry_of(std::string_view scope) {
  const auto found = scopes_.find(scope);
  if (found != scopes_.end()) return found->second;
  return insert(std::make_unique<ScopeJudge>(std::string(scope), source_, settings_, common_));
}

DriftJudge::Entry& DriftJudge::insert(std::unique_ptr<ScopeJudge> judge) {
  make_room();
  std::string key = judge->key();
  const auto at = scopes_.emplace(std::move(key), std::move(judge)).first;
  Entry& entry = at->second;
  entry.rank = rank_of(*entry.scope, at->first);
  ranks_.insert(entry.rank);
  tally_.keys = scopes_.size();
  return entry;
}

void DriftJudge::queue(Entry& entry) {
  const std::string_view key = entry.rank.key;
  if (const Rank rank = rank_of(*entry.scope, key); rank != entry.rank) {
    ranks_.erase(entry.rank);
    ranks_.insert(entry.rank = rank);
  }
  enlist(entry);
  const Time next = entry.scope->due().value_or(kForever);
  if (next == entry.due) return;
  due_.erase({entry.due, key});
  entry.due = next;
  if (next != kForever) due_.emplace(next, key);
}

Status DriftJudge::load(std::string_view key, std::string_view bytes) {
  const std::optional<StateKey> parts = parse_key(key);
  if (!parts) return Status::reject("damaged key of drift state");
  if (!settings_.fallback && is_stand_in(parts->scope)) {
    if (parts->part != 'a') return {};
    auto leaves = std::make_unique<ScopeJudge>(std::string(parts->scope), source_, settings_, common_);
    const Status status = leaves->load(parts->part, parts->rest, bytes);
    forgotten_.push_back(std::move(leaves));
    return status;
  }
  Entry& entry = entry_of(parts->scope);
  const Status status = entry.scope->load(parts->part, parts->rest, bytes);
  queue(entry);
  return status;
}

Status DriftJudge::merge(Time pane_end, std::string_view scope, std::string_view partial) {
  const bool recorded = phase_ != Phase::live;
  Result<PanePartial> pane =
      decode_partial(partial, recorded ? ScopeJudge::kRecordedRows : ScopeJudge::kLiveRows);
  if (!pane.ok()) return pane.status();
  if (is_stand_in(scope) && !scopes_.contains(scope)) return {};  // Counted before observers knew of its end.
  Entry& entry = entry_of(scope);
  const std::uint64_t n = pane->n;
  const Status status = entry.scope->merge(pane_end, std::move(*pane));
  if (status.ok()) tally_.counted += n;
  queue(entry);
  return status;
}

StepContext DriftJudge::context(Verdicts& out) {
  return {out, [this](const std::string& model) { return tests_of(model); },
          [this](const Entity& segment) { return share_of(segment); },
          [this](const std::string& model) { return restless(model); }, explain_};
}

double DriftJudge::tests_of(const std::string& model) const {
  double columns = 0;
  // Versions of one model are neighbours: keys begin with the model.
  for (auto at = scopes_.lower_bound(scope_key(model, {})); at != scopes_.end(); ++at) {
    if (at->second.scope->entity().model != model) break;
    if (at->second.scope->stands_in()) continue;
    columns += static_cast<double>(at->second.scope->columns());
  }
  return columns * static_cast<double>(views_of(source_));
}

/// Part of the events of its model version that a segment has, among those with the same field.
double DriftJudge::share_of(const Entity& segment) const {
  const auto field = [](const Entity& entity) { return entity.segment.substr(0, entity.segment.find('=')); };
  double all = 0;
  double own = 0;
  for (auto at = scopes_.lower_bound(scope_key(segment.model, segment.version, {})); at != scopes_.end();
       ++at) {
    const Entity& other = at->second.scope->entity();
    if (other.model != segment.model || other.version != segment.version) break;
    if (field(other) != field(segment) || at->second.scope->stands_in()) continue;
    const auto events = static_cast<double>(at->second.scope->traffic());
    all += events;
    if (other.segment == segment.segment) own = events;
  }
  return all > 0 ? own / all : 0;
}

std::set<std::string> DriftJudge::restless(const std::string& model) const {
  std::set<std::string> columns;
  for (auto at = scopes_.lower_bound(scope_key(model, {})); at != scopes_.end(); ++at) {
    if (at->second.scope->entity().model != model) break;
    at->second.scope->add_restless(columns);
  }
  return columns;
}

void DriftJudge::step_until(Time watermark, Verdicts& out) {
  StepContext step = context(out);
  const auto source = phase_ == Phase::live ? ScopeJudge::Source::live : ScopeJudge::Source::recorded;
  while (!due_.empty() && due_.begin()->first + common_.lateness <= watermark) {
    const auto [at, key] = *due_.begin();
    step_one(scopes_.find(key)->second, at, source, step);
  }
}

void DriftJudge::step_one(Entry& entry, Time at, ScopeJudge::Source source, StepContext& context) {
  ScopeJudge& scope = *entry.scope;
  const bool judged = scope.judges();
  scope.step(at, source, context);
  touched_.emplace(scope.key());
  ++tally_.panes;
  queue(entry);
  if (source == ScopeJudge::Source::recorded || scope.stands_in()) return;
  if (!scope.judges()) find_stand_in(scope, at, context);
  if (scope.judges() && !judged) end_stand_in(stand_in_key(scope.key()), at, context);
}

void DriftJudge::save(Verdicts& out) {
  for (const std::string& key : touched_) scopes_.find(key)->second.scope->save(out);
  touched_.clear();
}

void DriftJudge::advance(Time watermark, Verdicts& out) {
  for (const auto& scope : forgotten_) scope->forget(out);
  forgotten_.clear();
  step_until(watermark, out);
}

void DriftJudge::sampled(Time /*end*/, Verdicts& out) {
  if (phase_ != Phase::sampling) return;
  step_until(kForever, out);
  StepContext step = context(out);
  for (auto& [key, entry] : scopes_) {
    entry.scope->fix_cells(step);
    queue(entry);
    touched_.emplace(key);
  }
  phase_ = Phase::counting;
  save(out);
}

void DriftJudge::learned(Time end, Verdicts& out) {
  if (phase_ != Phase::counting) return;
  step_until(kForever, out);
  StepContext step = context(out);
  // The largest first: what they tell about columns holds for the small ones too.
  std::vector<std::pair<std::uint64_t, std::string_view>> order;
  for (const auto& [key, entry] : scopes_) order.emplace_back(entry.scope->events(), key);
  std::stable_sort(order.begin(), order.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  for (const auto& [events, key] : order) {
    Entry& entry = scopes_.find(key)->second;
    entry.scope->finish_baseline(end, step);
    queue(entry);
    touched_.emplace(key);
  }
  phase_ = Phase::live;
  save(out);
}

}  // namespace vedette::drift
