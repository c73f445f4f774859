#include "core/drift_judge.h"

#include <algorithm>
#include <tuple>

namespace vedette::drift {

DriftJudge::DriftJudge(const DriftSettings& settings, const Common& common)
    : settings_(settings), common_(common), phase_(common.recorded ? Phase::sampling : Phase::live) {}

void DriftJudge::evict(std::map<std::string, Entry, std::less<>>::iterator at) {
  due_.erase({at->second.due, at->first});
  touched_.erase(at->first);
  forgotten_.push_back(std::move(at->second.scope));
  scopes_.erase(at);
  ++tally_.evicted;
}

void DriftJudge::make_room() {
  if (scopes_.size() < static_cast<std::size_t>(common_.max_keys)) return;
  // Invented models never get past sampling and have few events, so they push out each
  // other first; an eighth at once, so that a flood of them costs little.
  using Ranked = std::tuple<Time, std::uint64_t, std::string_view>;
  std::vector<Ranked> sampled;
  std::vector<Ranked> others;
  for (const auto& [key, entry] : scopes_) {
    const ScopeJudge& scope = *entry.scope;
    const bool sampling = scope.stage() == ScopeJudge::Stage::sampling;
    (sampling ? sampled : others).emplace_back(floor_to(scope.seen(), kHour), scope.events(), key);
  }
  std::vector<Ranked>& ranked = sampled.empty() ? others : sampled;
  const std::size_t leave = sampled.empty() ? 1 : std::max<std::size_t>(1, sampled.size() / 8);
  std::partial_sort(ranked.begin(), ranked.begin() + static_cast<std::ptrdiff_t>(leave), ranked.end());
  for (std::size_t i = 0; i < leave; ++i) evict(scopes_.find(std::get<2>(ranked[i])));
}

DriftJudge::Entry& DriftJudge::entry_of(std::string_view scope) {
  const auto found = scopes_.find(scope);
  if (found != scopes_.end()) return found->second;
  make_room();
  std::string key(scope);
  auto judge = std::make_unique<ScopeJudge>(key, settings_, common_);
  Entry& entry = scopes_.emplace(std::move(key), std::move(judge)).first->second;
  tally_.keys = scopes_.size();
  return entry;
}

void DriftJudge::queue(Entry& entry) {
  const std::string_view key = scopes_.find(entry.scope->key())->first;
  const Time next = entry.scope->due().value_or(kForever);
  if (next == entry.due) return;
  due_.erase({entry.due, key});
  entry.due = next;
  if (next != kForever) due_.emplace(next, key);
}

Status DriftJudge::load(std::string_view key, std::string_view bytes) {
  if (key.empty()) return Status::reject("empty key of drift state");
  ByteReader names(key.substr(1));
  names.text();
  names.text();
  if (!names.ok()) return Status::reject("damaged key of drift state");
  const std::string_view scope = key.substr(1, key.size() - 1 - names.rest().size());
  Entry& entry = entry_of(scope);
  const Status status = entry.scope->load(key[0], names.rest(), bytes);
  queue(entry);
  return status;
}

Status DriftJudge::merge(Time pane_end, std::string_view scope, std::string_view partial) {
  const bool recorded = phase_ != Phase::live;
  Result<PanePartial> pane =
      decode_partial(partial, recorded ? ScopeJudge::kRecordedRows : ScopeJudge::kLiveRows);
  if (!pane.ok()) return pane.status();
  Entry& entry = entry_of(scope);
  const std::uint64_t n = pane->n;
  const Status status = entry.scope->merge(pane_end, std::move(*pane));
  if (status.ok()) tally_.counted += n;
  queue(entry);
  return status;
}

StepContext DriftJudge::context(Verdicts& out) {
  return {out, [this](const std::string& model) { return tests_of(model); }};
}

double DriftJudge::tests_of(const std::string& model) const {
  double columns = 0;
  for (const auto& [key, entry] : scopes_)
    if (entry.scope->entity().model == model) columns += static_cast<double>(entry.scope->columns());
  return columns * kViews;
}

void DriftJudge::step_until(Time watermark, Verdicts& out) {
  StepContext step = context(out);
  const auto source = phase_ == Phase::live ? ScopeJudge::Source::live : ScopeJudge::Source::recorded;
  while (!due_.empty() && due_.begin()->first + common_.lateness <= watermark) {
    const auto [at, key] = *due_.begin();
    Entry& entry = scopes_.find(key)->second;
    entry.scope->step(at, source, step);
    touched_.emplace(key);
    ++tally_.panes;
    queue(entry);
  }
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
  for (auto& [key, entry] : scopes_) {
    entry.scope->finish_baseline(end, step);
    queue(entry);
    touched_.emplace(key);
  }
  phase_ = Phase::live;
  save(out);
}

}  // namespace vedette::drift
