#include "core/model_change_judge.h"

#include <tuple>

namespace vedette::model_change {
namespace {

std::string details_of(const KnownVersion& version) {
  std::string line = (version.text.empty() ? "without a version" : "version " + version.text) + ": " +
                     std::to_string(version.events) + " events";
  for (const KnownDigest& digest : version.digests) line += ", " + digest.text;
  return line;
}

}  // namespace

ChangeJudge::ChangeJudge(const ModelChangeSettings& settings, const Common& common)
    : common_(common), rules_{common.window, settings.settle, settings.overlap, common.recorded} {}

Status ChangeJudge::load(std::string_view key, std::string_view bytes) {
  if (!key.starts_with('m') || key.size() > kScopeBytes + 1) return Status::reject("unknown key of a model");
  ModelState state;
  if (!state.decode(bytes)) return Status::reject("damaged state of a model");
  models_[std::string(key.substr(1))] = std::move(state);
  tally_.keys = models_.size();
  return {};
}

Status ChangeJudge::merge(Time pane_end, std::string_view scope, std::string_view partial) {
  Result<Seen> seen = decode_seen(partial);
  if (!seen.ok()) return seen.status();
  if (scope.size() > kScopeBytes) return Status::reject("versions of a damaged name");
  tally_.counted += seen->events;
  Pending* const pending =
      place_of(pending_[pane_end], hash_of(scope), static_cast<std::size_t>(common_.max_keys));
  if (pending == nullptr) {
    tally_.unwatched += seen->events;
    return {};
  }
  pending->model = scope;
  pending->seen.merge(*seen);
  return {};
}

void ChangeJudge::advance(Time watermark, Verdicts& out) {
  while (!pending_.empty() && pending_.begin()->first + common_.lateness <= watermark) {
    const auto first = pending_.extract(pending_.begin());
    close_pane(first.key(), first.mapped(), out);
  }
}

void ChangeJudge::close_pane(Time end, const Pane& pane, Verdicts& out) {
  for (const auto& [hash, pending] : pane) {
    std::vector<Change> changes =
        gather(step(models_[pending.model], pending.seen, end, rules_, tally_.evicted));
    touched_.insert(pending.model);
    for (const Change& change : changes)
      out.find(end + common_.lateness, explain(change, pending.model, end, rules_));
  }
  make_room();
  ++tally_.panes;
}

bool ChangeJudge::learning(const ModelState& state) const {
  return !state.settled && state.pane_end < state.first + rules_.settle;
}

/// Models that are still learned give way first, then those not seen for longest; an eighth at
/// once, so that a flood of invented names costs little.
void ChangeJudge::make_room() {
  while (models_.size() > static_cast<std::size_t>(common_.max_keys)) {
    std::vector<std::tuple<bool, Time, std::string>> all;
    for (const auto& [name, state] : models_) all.emplace_back(!learning(state), state.pane_end, name);
    const auto most = static_cast<std::ptrdiff_t>(std::max<std::size_t>(1, all.size() / 8));
    std::partial_sort(all.begin(), all.begin() + most, all.end());
    for (auto gone = all.begin(); gone != all.begin() + most; ++gone) {
      const std::string& name = std::get<std::string>(*gone);
      models_.erase(name);
      touched_.insert(name);
      ++tally_.evicted;
    }
  }
  tally_.keys = models_.size();
}

void ChangeJudge::save(Verdicts& out) {
  for (const std::string& name : touched_) {
    const auto model = models_.find(name);
    out.put("m" + name, model == models_.end() ? std::string() : model->second.encode());
  }
  touched_.clear();
}

void ChangeJudge::learned(Time /*end*/, Verdicts& out) {
  rules_.recording = false;
  for (auto& [name, state] : models_) {
    state.end_baseline();
    touched_.insert(name);
  }
  save(out);
}

std::vector<BaselineView> ChangeJudge::baselines() {
  std::vector<BaselineView> views;
  for (const auto& [name, state] : models_) {
    BaselineView& view = views.emplace_back();
    view.entity.model = name;
    view.state = learning(state) ? "learning" : "watching";
    view.from = state.first;
    view.to = state.pane_end;
    view.events = static_cast<double>(state.events);
    for (const auto& [hash, version] : state.versions) view.details.push_back(details_of(version));
  }
  return views;
}

}  // namespace vedette::model_change
