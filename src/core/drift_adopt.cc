// Baselines that move from one store to another.
#include "core/drift_judge.h"

namespace vedette::drift {

std::string DriftJudge::baseline_of(std::string_view key) const {
  const std::optional<StateKey> parts = parse_key(key);
  if (!parts || (parts->part != 'a' && parts->part != 'c')) return {};
  const auto found = scopes_.find(parts->scope);
  const bool watched = found != scopes_.end() && !found->second.scope->stands_in() &&
                       found->second.scope->stage() == ScopeJudge::Stage::watching;
  return watched ? found->second.scope->entity().model : std::string{};
}

Status DriftJudge::adopt(const StoredKeys& keys, Time from, Verdicts& out) {
  std::map<std::string, std::unique_ptr<ScopeJudge>, std::less<>> adopted;
  for (const auto& [key, bytes] : keys) {
    const std::optional<StateKey> parts = parse_key(key);
    if (!parts) return Status::reject("damaged key of a baseline");
    auto& judge = adopted[std::string(parts->scope)];
    if (judge == nullptr)
      judge = std::make_unique<ScopeJudge>(std::string(parts->scope), source_, settings_, common_);
    const Status loaded = judge->load(parts->part, parts->rest, bytes);
    if (!loaded.ok()) return loaded;
  }
  for (const auto& [key, judge] : adopted)
    if (judge->stage() != ScopeJudge::Stage::watching)
      return Status::reject("a baseline that was not learned");
  StepContext step = context(out);
  for (auto& [key, judge] : adopted) {
    const auto now = scopes_.find(key);
    if (now != scopes_.end() && now->second.scope->judges() && now->second.scope->same_baseline(*judge))
      continue;
    if (const auto old = take_out(key)) old->erase(out);
    Entry& entry = insert(std::move(judge));
    entry.scope->resume(from, step);
    queue(entry);
    touched_.insert(key);
    end_stand_ins(*entry.scope, from, step);
  }
  return {};
}

void DriftJudge::forget(std::string_view model, Verdicts& out) {
  std::vector<std::string> keys;
  for (const auto& [key, entry] : scopes_)
    if (entry.scope->entity().model == model) keys.push_back(key);
  for (const std::string& key : keys) take_out(key)->forget(out);
  tally_.keys = scopes_.size();
}

}  // namespace vedette::drift
