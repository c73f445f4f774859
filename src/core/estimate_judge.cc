#include "core/estimate_judge.h"

#include <algorithm>

#include "core/drift_partial.h"
#include "core/estimate_explain.h"
#include "core/label_baselines.h"

namespace vedette::estimate {
namespace {

constexpr std::size_t kTimeKey = 8;

std::string details_of(const Baseline& baseline) {
  return "estimated accuracy " + std::to_string(baseline.accuracy) + ", calibrated by " +
         std::to_string(static_cast<std::uint64_t>(baseline.map.labels)) + " labels, blocks of " +
         to_text(baseline.block);
}

}  // namespace

/// What a pane brought, as confidences.
class EstimateJudge::Reader final : public labels::Joins::Reader {
 public:
  Reader(EstimateJudge& judge, Verdicts& out) : judge_(judge), out_(out) {}

  void predicted(Time end, const std::string& scope, std::vector<labels::Prediction>& predictions) override {
    std::vector<Confidence> answers;
    for (labels::Prediction& prediction : predictions) {
      const auto confidence = confidence_of(prediction);
      if (confidence) answers.push_back(*confidence);
      // No more is needed once a label comes.
      std::erase_if(prediction.losses,
                    [&](const labels::Loss& loss) { return loss.name != prediction.said; });
    }
    if (answers.empty()) return;
    Watch& watch = judge_.watch_of(scope, out_);
    const Rules& rules = judge_.rules_;
    const auto news = watch.predicted(end - rules.pane, answers, rules);
    if (!news) return;
    const Time ripe = end + judge_.common_.lateness;
    out_.find(ripe, explain(*news, *watch.baseline(), drift::entity_of(scope), end, rules));
  }

  void joined(Time /*end*/, const std::string& model, const labels::Joined& joined,
              const labels::NameTexts& /*names*/) override {
    const auto confidence = confidence_of(joined.prediction);
    if (!confidence || joined.truth.label == 0) return;
    const std::string scope = drift::scope_key(model, joined.version);
    const auto watch = judge_.watches_.find(scope);
    if (watch == judge_.watches_.end() || watch->second.baseline()) return;
    watch->second.labelled(*confidence, joined.truth.label == joined.prediction.said);
    judge_.touched_.insert(scope);
  }

 private:
  EstimateJudge& judge_;
  Verdicts& out_;
};

EstimateJudge::EstimateJudge(const PerformanceEstimateSettings& settings, const Common& common)
    : common_(common),
      rules_{settings.min_drop, settings.learn_for, common.window,
             common.budget,     common.recorded,    common.approval},
      joins_(common, {settings.join_for, static_cast<std::size_t>(settings.max_predictions)}, tally_) {}

Watch& EstimateJudge::watch_of(const std::string& scope, Verdicts& out) {
  while (watches_.size() >= static_cast<std::size_t>(common_.max_keys) && !watches_.contains(scope))
    for (const std::string& key : labels::least(
             watches_, [](const Watch& one) { return std::pair(one.baseline().has_value(), one.seen()); })) {
      watches_[key].forget(key, out);
      watches_.erase(key);
      touched_.erase(key);
      ++tally_.evicted;
    }
  touched_.insert(scope);
  return watches_[scope];
}

Status EstimateJudge::load(std::string_view key, std::string_view bytes) {
  const char part = key.empty() ? '\0' : key[0];
  if (part != 'b' && part != 's') return joins_.load(key, bytes);
  std::string_view scope = key.substr(1);
  Time start{};
  if (part == 'b') {
    if (scope.size() < kTimeKey) return Status::reject("damaged key of confidences");
    start = drift::time_of_key(scope.substr(scope.size() - kTimeKey));
    scope.remove_suffix(kTimeKey);
  }
  if (!labels::is_scope(scope)) return Status::reject("confidences of a damaged scope");
  Watch& watch = watches_[std::string(scope)];
  const bool whole = part == 'b' ? watch.load_block(start, bytes) : watch.load_head(bytes);
  return whole ? Status{} : Status::reject("damaged confidences");
}

void EstimateJudge::advance(Time watermark, Verdicts& out) {
  Reader reader(*this, out);
  while (joins_.ripe(watermark)) joins_.close(reader, out);
}

void EstimateJudge::save(Verdicts& out) {
  joins_.save(out);
  for (const std::string& scope : touched_) watches_[scope].save(scope, out);
  touched_.clear();
  tally_.waiting = static_cast<std::uint64_t>(std::count_if(
      watches_.begin(), watches_.end(), [](const auto& entry) { return entry.second.waits(); }));
}

void EstimateJudge::learned(Time /*end*/, Verdicts& out) {
  rules_.recording = false;
  for (auto& [scope, watch] : watches_) {
    watch.end_recording();
    touched_.insert(scope);
  }
  save(out);
}

std::string EstimateJudge::baseline_of(std::string_view key) const {
  return labels::model_of_baseline(watches_, key);
}

Status EstimateJudge::adopt(const StoredKeys& keys, Time from, Verdicts& out) {
  auto adopted = labels::read_baselines<Watch>(keys, "damaged confidences");
  if (!adopted.ok()) return adopted.status();
  for (auto& [scope, watch] : *adopted) {
    if (const auto old = watches_.find(scope); old != watches_.end()) old->second.forget(scope, out);
    watch.resume(from);
    watch_of(scope, out) = std::move(watch);
  }
  tally_.keys = watches_.size();
  return {};
}

void EstimateJudge::forget(std::string_view model, Verdicts& out) {
  labels::forget_model(model, watches_, touched_, out);
  tally_.keys = watches_.size();
}

std::vector<BaselineView> EstimateJudge::baselines() {
  std::vector<BaselineView> views;
  for (const auto& [scope, watch] : watches_) {
    BaselineView& view = views.emplace_back();
    view.entity = drift::entity_of(scope);
    view.state = watch.waits() ? "waiting" : watch.baseline() ? "watching" : "learning";
    view.from = watch.baseline() ? watch.baseline()->from : watch.first();
    view.to = watch.baseline() ? watch.baseline()->to : watch.seen();
    view.events = watch.answers();
    if (watch.baseline()) view.details.push_back(details_of(*watch.baseline()));
  }
  return views;
}

}  // namespace vedette::estimate
