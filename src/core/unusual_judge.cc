#include "core/unusual_judge.h"

#include <algorithm>

#include "core/drift_partial.h"
#include "core/label_joins.h"
#include "core/unusual_explain.h"
#include "core/unusual_observer.h"

namespace vedette::unusual {
namespace {

constexpr std::size_t kTimeKey = 8;

/// What follows the scope in a key of this part.
std::size_t rest_of(char part) {
  if (part == 'r') return kTimeKey;
  return part == 'w' ? 1 : 0;
}

/// The scope that a key is of; empty: the key is damaged.
std::string_view scope_of_key(std::string_view key) {
  const char part = key.empty() ? '\0' : key.front();
  const std::size_t rest = rest_of(part);
  if (std::string_view("hnorw").find(part) == std::string_view::npos || key.size() < 1 + rest) return {};
  const std::string_view scope = key.substr(1, key.size() - 1 - rest);
  return is_scope(scope) ? scope : std::string_view{};
}

const char* name_of(const Watch& watch) {
  if (watch.waits()) return "waiting";
  if (watch.stage() == Watch::Stage::watching) return "watching";
  return watch.stage() == Watch::Stage::counting ? "learning" : "sampling";
}

std::vector<std::string> details_of(const Watch& watch) {
  if (!watch.oddness()) return {};
  std::string parts = std::to_string(watch.oddness()->columns().size()) + " fields and " +
                      std::to_string(watch.oddness()->parts() - watch.oddness()->columns().size()) +
                      " relations of " + std::to_string(static_cast<std::uint64_t>(watch.oddness()->rows())) +
                      " sampled rows";
  std::string rates = "odd events:";
  for (std::size_t level = 0; level < kLevels; ++level)
    rates += " " + std::to_string(watch.norm().rate(level)) + " below " + std::to_string(kTailLevels[level]);
  return {std::move(parts), std::move(rates)};
}

}  // namespace

UnusualJudge::UnusualJudge(const UnusualSettings& settings, const Common& common)
    : common_(common), rules_{common.window,        settings.learn_for,
                              settings.min_share,   settings.min_client_share,
                              settings.alone_below, common.budget,
                              common.recorded,      common.approval} {}

Status UnusualJudge::load(std::string_view key, std::string_view bytes) {
  const std::string_view scope = scope_of_key(key);
  if (scope.empty()) return Status::reject("damaged key of odd events");
  Watch& watch =
      watches_.try_emplace(std::string(scope), std::string(scope), Watch::kLiveSample).first->second;
  tally_.keys = watches_.size();
  return watch.load(key.front(), key.substr(1 + scope.size()), bytes)
             ? Status{}
             : Status::reject("damaged state of odd events");
}

Status UnusualJudge::merge(Time pane_end, std::string_view scope, std::string_view partial) {
  Result<Partial> decoded = Partial::decode(partial, kRecordedRows);
  if (!decoded.ok()) return decoded.status();
  if (!is_scope(scope)) return Status::reject("odd events of a damaged scope");
  const std::uint64_t events = decoded->rows ? decoded->rows->events : decoded->counts.events;
  tally_.counted += events;
  Pending* const pending =
      place_of(pending_[pane_end], hash_of(scope), static_cast<std::size_t>(common_.max_keys));
  if (pending == nullptr) {
    tally_.unwatched += events;
    return {};
  }
  Partial& sum = pending->partial;
  if (pending->scope.empty()) {
    // Observers keep more of what is recorded; that the live part then has more rows must change nothing.
    if (decoded->rows) sum.rows.emplace(rules_.recording ? kRecordedRows : kLiveRows);
    sum.profile = decoded->profile;
  }
  pending->scope = scope;
  // Partitions agree on what holds for a pane.
  if (decoded->rows.has_value() != sum.rows.has_value() || decoded->profile != sum.profile) return {};
  if (sum.rows)
    sum.rows->merge(*decoded->rows);
  else
    sum.counts.merge(decoded->counts);
  return {};
}

void UnusualJudge::advance(Time watermark, Verdicts& out) {
  while (!pending_.empty() && pending_.begin()->first + common_.lateness <= watermark) {
    auto first = pending_.extract(pending_.begin());
    close_pane(first.key(), std::move(first.mapped()), out);
  }
}

/// Of too many those give way first that are still learned, then those not seen for longest.
Watch& UnusualJudge::watch_of(const std::string& scope, Verdicts& out) {
  while (watches_.size() >= static_cast<std::size_t>(common_.max_keys) && !watches_.contains(scope))
    for (const std::string& key : labels::least(watches_, [](const Watch& one) {
           return std::pair(one.stage() == Watch::Stage::watching, one.seen());
         })) {
      watches_.at(key).forget(out);
      watches_.erase(key);
      touched_.erase(key);
      ++tally_.evicted;
    }
  touched_.insert(scope);
  const std::size_t capacity = rules_.recording ? Watch::kRecordedSample : Watch::kLiveSample;
  return watches_.try_emplace(scope, scope, capacity).first->second;
}

void UnusualJudge::close_pane(Time end, Pane pane, Verdicts& out) {
  for (auto& [hash, pending] : pane) {
    Watch& watch = watch_of(pending.scope, out);
    const std::vector<News> all = watch.step(std::move(pending.partial), end, rules_, common_.lateness, out);
    const Entity entity = drift::entity_of(pending.scope);
    for (const News& news : all)
      out.find(end + common_.lateness, explain(news, watch, entity, end, common_.principal_prefix));
  }
  tally_.keys = watches_.size();
  ++tally_.panes;
}

void UnusualJudge::save(Verdicts& out) {
  for (const std::string& scope : touched_) watches_.at(scope).save(out);
  touched_.clear();
  tally_.waiting = static_cast<std::uint64_t>(std::count_if(
      watches_.begin(), watches_.end(), [](const auto& entry) { return entry.second.waits(); }));
}

void UnusualJudge::sampled(Time /*end*/, Verdicts& out) {
  for (auto& [scope, watch] : watches_) {
    watch.end_sampling(out);
    touched_.insert(scope);
  }
  save(out);
}

void UnusualJudge::learned(Time /*end*/, Verdicts& out) {
  rules_.recording = false;
  for (auto& [scope, watch] : watches_) {
    watch.end_counting();
    touched_.insert(scope);
  }
  save(out);
}

std::string UnusualJudge::baseline_of(std::string_view key) const {
  const std::string_view scope = scope_of_key(key);
  if (scope.empty() || std::string_view("hno").find(key.front()) == std::string_view::npos) return {};
  const auto watch = watches_.find(std::string(scope));
  const bool watched = watch != watches_.end() && watch->second.stage() == Watch::Stage::watching;
  return watched ? drift::entity_of(scope).model : std::string{};
}

Status UnusualJudge::adopt(const StoredKeys& keys, Time from, Verdicts& out) {
  std::map<std::string, Watch> adopted;
  for (const auto& [key, bytes] : keys) {
    const std::string scope(scope_of_key(key));
    if (scope.empty()) return Status::reject("damaged key of odd events");
    Watch& watch = adopted.try_emplace(scope, scope, Watch::kLiveSample).first->second;
    if (!watch.load(key.front(), std::string_view(key).substr(1 + scope.size()), bytes))
      return Status::reject("damaged state of odd events");
  }
  for (const auto& [scope, watch] : adopted)
    if (watch.stage() != Watch::Stage::watching || !watch.oddness())
      return Status::reject("a baseline that was not learned");
  for (auto& [scope, watch] : adopted) {
    if (const auto old = watches_.find(scope); old != watches_.end()) old->second.erase(out);
    watch_of(scope, out) = std::move(watch);
    watches_.at(scope).resume(from, rules_, common_.lateness, out);
  }
  tally_.keys = watches_.size();
  return {};
}

void UnusualJudge::forget(std::string_view model, Verdicts& out) {
  for (auto watch = watches_.begin(); watch != watches_.end();) {
    if (drift::entity_of(watch->first).model != model) {
      ++watch;
      continue;
    }
    watch->second.forget(out);
    touched_.erase(watch->first);
    watch = watches_.erase(watch);
  }
  tally_.keys = watches_.size();
}

std::vector<BaselineView> UnusualJudge::baselines() {
  std::vector<BaselineView> views;
  for (const auto& [scope, watch] : watches_) {
    BaselineView& view = views.emplace_back();
    view.entity = drift::entity_of(scope);
    view.state = name_of(watch);
    view.from = watch.first();
    view.to = watch.seen();
    view.events = watch.norm().events();
    view.details = details_of(watch);
  }
  return views;
}

}  // namespace vedette::unusual
