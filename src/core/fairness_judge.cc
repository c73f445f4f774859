#include "core/fairness_judge.h"

#include <algorithm>

#include "core/drift_partial.h"
#include "core/drift_text.h"
#include "core/fairness_explain.h"
#include "core/fairness_observer.h"
#include "core/label_baselines.h"

namespace vedette::fairness {
namespace {

constexpr std::size_t kTimeKey = 8;

}  // namespace

/// What the joins of a pane brought.
class FairnessJudge::Reader final : public labels::Joins::Reader {
 public:
  Reader(FairnessJudge& judge, Verdicts& out) : judge_(judge), out_(out) {}

  void predicted(Time /*end*/, const std::string& /*scope*/,
                 std::vector<labels::Prediction>& /*predictions*/) override {}
  void joined(Time end, const std::string& model, const labels::Joined& joined,
              const labels::NameTexts& /*names*/) override {
    const auto truth = favourable_truth(joined.truth, judge_.rules_);
    if (!truth || joined.prediction.groups.empty()) return;
    judge_.begin(drift::scope_key(model, joined.version), end, out_)
        .labelled(joined.prediction.groups, joined.prediction.score > 0, *truth);
  }

 private:
  FairnessJudge& judge_;
  Verdicts& out_;
};

FairnessJudge::FairnessJudge(const FairnessSettings& settings, const Common& common)
    : common_(common),
      rules_(settings, common),
      joins_(common, {settings.join_for, static_cast<std::size_t>(settings.max_predictions)}, joined_) {}

void FairnessJudge::make_room(const std::string& scope, Verdicts& out) {
  while (watches_.size() >= static_cast<std::size_t>(common_.max_keys) && !watches_.contains(scope))
    for (const std::string& key : labels::least(
             watches_, [](const Watch& one) { return std::pair(one.baseline().has_value(), one.seen()); })) {
      watches_[key].forget(key, out);
      watches_.erase(key);
      touched_.erase(key);
      ++tally_.evicted;
    }
}

Watch& FairnessJudge::begin(const std::string& scope, Time end, Verdicts& out) {
  make_room(scope, out);
  touched_.insert(scope);
  Watch& watch = watches_[scope];
  for (const News& news : watch.begin(end - common_.window, rules_))
    out.find(end + common_.lateness, explain(news, watch, drift::entity_of(scope), end, rules_));
  return watch;
}

Status FairnessJudge::load(std::string_view key, std::string_view bytes) {
  const char part = key.empty() ? '\0' : key[0];
  if (part != 'b' && part != 's') return joins_.load(key, bytes);
  std::string_view scope = key.substr(1);
  Time start{};
  if (part == 'b') {
    if (scope.size() < kTimeKey) return Status::reject("damaged key of outcomes of groups");
    start = drift::time_of_key(scope.substr(scope.size() - kTimeKey));
    scope.remove_suffix(kTimeKey);
  }
  if (!labels::is_scope(scope)) return Status::reject("outcomes of groups of a damaged scope");
  Watch& watch = watches_[std::string(scope)];
  const bool whole = part == 'b' ? watch.load_block(start, bytes) : watch.load_head(bytes);
  return whole ? Status{} : Status::reject("damaged outcomes of groups");
}

Status FairnessJudge::merge(Time pane_end, std::string_view scope, std::string_view partial) {
  if (scope.starts_with(kRecords)) return joins_.merge(pane_end, scope.substr(1), partial);
  if (!scope.starts_with(kCounts) || !labels::is_scope(scope.substr(1)))
    return Status::reject("outcomes of groups of a damaged scope");
  const Result<GroupCounts> counts = decode_counts(partial);
  if (!counts.ok()) return counts.status();
  // Each answer counts once, by the groups of any one field.
  for (const auto& [name, count] : counts->slots()) tally_.counted += count.field == 0 ? count.events : 0;
  pending_[pane_end][std::string(scope.substr(1))].merge(*counts);
  return {};
}

void FairnessJudge::advance(Time watermark, Verdicts& out) {
  while (true) {
    const std::optional<Time> labelled = joins_.ripe(watermark);
    const bool counted = !pending_.empty() && pending_.begin()->first + common_.lateness <= watermark;
    if (!labelled && !counted) return;
    close_pane(
        counted && (!labelled || pending_.begin()->first < *labelled) ? pending_.begin()->first : *labelled,
        out);
  }
}

void FairnessJudge::close_pane(Time end, Verdicts& out) {
  if (const auto first = pending_.find(end); first != pending_.end()) {
    for (const auto& [scope, counts] : first->second)
      tally_.unwatched += begin(scope, end, out).count(counts, rules_);
    pending_.erase(first);
  }
  Reader reader(*this, out);
  if (joins_.ripe(end + common_.lateness)) joins_.close(reader, out);
  ++tally_.panes;
  tally_.keys = watches_.size();
}

void FairnessJudge::save(Verdicts& out) {
  joins_.save(out);
  for (const std::string& scope : touched_) watches_[scope].save(scope, out);
  touched_.clear();
  tally_.waiting = static_cast<std::uint64_t>(std::count_if(
      watches_.begin(), watches_.end(), [](const auto& entry) { return entry.second.waits(); }));
}

void FairnessJudge::learned(Time /*end*/, Verdicts& out) {
  rules_.recording = false;
  for (auto& [scope, watch] : watches_) {
    watch.end_recording();
    touched_.insert(scope);
  }
  save(out);
}

BaselineView FairnessJudge::view_of(const std::string& scope, const Watch& watch) const {
  BaselineView view;
  view.entity = drift::entity_of(scope);
  view.from = watch.baseline() ? watch.baseline()->from : watch.first();
  view.to = watch.baseline() ? watch.baseline()->to : watch.seen();
  const Cells cells = sum(watch.blocks(), kDawn, kForever);
  bool judged = false;
  for (std::size_t field = 0; field < rules_.fields.size(); ++field) {
    std::size_t enough = 0;
    const std::vector<labels::Name> chosen = watch.chosen(field, rules_);
    for (const auto& [name, group] : watch.groups()) {
      if (group.field != field) continue;
      const Share share = share_of(cells, name, Metric::selection);
      if (field == 0) view.events += share.n;
      std::string line = group.text + ": " + drift::number(share.n) + " events, selection rate " +
                         drift::percent(share.rate());
      const bool among = std::binary_search(chosen.begin(), chosen.end(), name);
      if (!among || share.n < static_cast<double>(rules_.settings.min_events))
        line += among ? ", not judged: too few events" : ", not judged: beyond max_groups";
      else
        ++enough;
      view.details.push_back(line);
    }
    judged = judged || enough > 1;
  }
  view.state = watch.waits()      ? "waiting"
               : !judged          ? "insufficient"
               : watch.baseline() ? "watching"
                                  : "learning";
  return view;
}

std::string FairnessJudge::baseline_of(std::string_view key) const {
  return labels::model_of_baseline(watches_, key);
}

Status FairnessJudge::adopt(const StoredKeys& keys, Time from, Verdicts& out) {
  auto adopted = labels::read_baselines<Watch>(keys, "damaged outcomes of groups");
  if (!adopted.ok()) return adopted.status();
  for (auto& [scope, watch] : *adopted) {
    if (const auto old = watches_.find(scope); old != watches_.end()) old->second.forget(scope, out);
    watch.resume(from);
    make_room(scope, out);
    touched_.insert(scope);
    watches_[scope] = std::move(watch);
  }
  tally_.keys = watches_.size();
  return {};
}

void FairnessJudge::forget(std::string_view model, Verdicts& out) {
  labels::forget_model(model, watches_, touched_, out);
  tally_.keys = watches_.size();
}

std::vector<BaselineView> FairnessJudge::baselines() {
  std::vector<BaselineView> views;
  for (const auto& [scope, watch] : watches_) views.push_back(view_of(scope, watch));
  return views;
}

}  // namespace vedette::fairness
