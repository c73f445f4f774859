#include "core/quality_judge.h"

#include <algorithm>
#include <charconv>
#include <tuple>

#include "core/quality_explain.h"
#include "core/quality_observer.h"
#include "core/short_text.h"

namespace vedette::quality {
namespace {

constexpr std::size_t kEndDigits = 16;

std::string pane_key(const std::string& name, Time end) {
  return "r" + name + hexadecimal(static_cast<std::uint64_t>(to_ms(end)));
}

std::string details_of(const FieldState& field) {
  const Norm& norm = field.norm;
  std::string line = field.text.substr(std::min<std::size_t>(1, field.text.size())) + ": " +
                     std::to_string(norm.blocks * kBlock) + " rows";
  if (!norm.range.empty())
    line += ", numbers from " + std::to_string(norm.range.low) + " to " + std::to_string(norm.range.high);
  if (norm.words.size() > 0) line += ", " + std::to_string(norm.words.size()) + " texts";
  return line;
}

}  // namespace

QualityJudge::QualityJudge(const QualitySettings& settings, const Common& common)
    : common_(common),
      live_rows_(static_cast<std::size_t>(settings.sample)),
      rules_{common.window,      settings.learn_for, settings.accept_after,
             settings.min_share, common.budget,      common.recorded},
      idle_(common.recorded) {}

/// Observers keep more of what is recorded; that the live part then has more rows must change nothing.
std::size_t QualityJudge::rows_of_pane() const { return rules_.recording ? kRecordedRows : live_rows_; }

Status QualityJudge::load_pane(std::string_view key, std::string_view bytes) {
  if (key.size() < kEndDigits) return Status::reject("rows of an unknown pane");
  const std::string_view digits = key.substr(key.size() - kEndDigits);
  std::uint64_t end = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), end, 16);
  const auto model = models_.find(std::string(key.substr(0, key.size() - kEndDigits)));
  if (read.ptr != digits.data() + digits.size() || model == models_.end())
    return Status::reject("rows of an unknown pane");
  Result<Sample> sample = Sample::decode(bytes, kRecordedRows);
  if (!sample.ok()) return sample.status();
  model->second.restore(std::clamp(from_ms(static_cast<std::int64_t>(end)), kDawn, kForever),
                        std::move(*sample));
  return {};
}

Status QualityJudge::load(std::string_view key, std::string_view bytes) {
  if (key.starts_with('r')) return load_pane(key.substr(1), bytes);
  if (!key.starts_with('m') || key.size() > kScopeBytes + 1) return Status::reject("unknown key of a model");
  ModelState state;
  if (!state.decode(bytes)) return Status::reject("damaged state of a model");
  models_[std::string(key.substr(1))] = std::move(state);
  tally_.keys = models_.size();
  return {};
}

Status QualityJudge::merge(Time pane_end, std::string_view scope, std::string_view partial) {
  Result<Sample> sample = Sample::decode(partial, kRecordedRows);
  if (!sample.ok()) return sample.status();
  if (scope.size() > kScopeBytes) return Status::reject("rows of a damaged name");
  if (idle_) return {};
  tally_.counted += sample->events;
  Pane& pane = pending_[pane_end];
  Pending* const pending = place_of(pane, hash_of(scope), static_cast<std::size_t>(common_.max_keys));
  if (pending == nullptr) {
    tally_.unwatched += sample->events;
    return {};
  }
  if (pending->model.empty()) pending->sample = Sample(rows_of_pane());
  pending->model = scope;
  pending->sample.merge(*sample);
  return {};
}

void QualityJudge::advance(Time watermark, Verdicts& out) {
  while (!pending_.empty() && pending_.begin()->first + common_.lateness <= watermark) {
    auto first = pending_.extract(pending_.begin());
    close_pane(first.key(), std::move(first.mapped()), out);
  }
}

void QualityJudge::close_pane(Time end, Pane pane, Verdicts& out) {
  for (auto& [hash, pending] : pane) {
    std::vector<Time> gone;
    const std::vector<Told> all =
        models_[pending.model].step(std::move(pending.sample), end, rules_, gone, tally_.evicted);
    touched_.insert(pending.model);
    moved_.emplace(pending.model, end);
    for (const Time pane_end : gone) moved_.emplace(pending.model, pane_end);
    for (const Told& told : all)
      out.find(end + common_.lateness, explain(told, pending.model, end, common_.principal_prefix));
  }
  make_room();
  ++tally_.panes;
}

void QualityJudge::drop(const std::string& name) {
  const auto model = models_.find(name);
  for (const KeptPane& pane : model->second.panes()) moved_.emplace(name, pane.end);
  touched_.insert(name);
  models_.erase(model);
}

/// Models that are still learned give way first, then those not seen for longest; an eighth at
/// once, so that a flood of invented names costs little.
void QualityJudge::make_room() {
  while (models_.size() > static_cast<std::size_t>(common_.max_keys)) {
    std::vector<std::tuple<bool, Time, std::string>> all;
    for (const auto& [name, state] : models_)
      all.emplace_back(!state.learning(rules_), state.pane_end(), name);
    const auto most = static_cast<std::ptrdiff_t>(std::max<std::size_t>(1, all.size() / 8));
    std::partial_sort(all.begin(), all.begin() + most, all.end());
    for (auto gone = all.begin(); gone != all.begin() + most; ++gone) {
      drop(std::get<std::string>(*gone));
      ++tally_.evicted;
    }
  }
  tally_.keys = models_.size();
}

void QualityJudge::save(Verdicts& out) {
  for (const std::string& name : touched_) {
    const auto model = models_.find(name);
    out.put("m" + name, model == models_.end() ? std::string() : model->second.encode());
  }
  for (const auto& [name, end] : moved_) {
    std::string bytes;
    if (const auto model = models_.find(name); model != models_.end())
      for (const KeptPane& pane : model->second.panes())
        if (pane.end == end) bytes = pane.sample.encode();
    out.put(pane_key(name, end), bytes);
  }
  touched_.clear();
  moved_.clear();
}

void QualityJudge::sampled(Time /*end*/, Verdicts& /*out*/) { idle_ = false; }

void QualityJudge::learned(Time /*end*/, Verdicts& out) {
  idle_ = false;
  rules_.recording = false;
  for (auto& [name, state] : models_) {
    state.end_baseline();
    touched_.insert(name);
  }
  save(out);
}

std::vector<BaselineView> QualityJudge::baselines() {
  std::vector<BaselineView> views;
  for (const auto& [name, state] : models_) {
    BaselineView& view = views.emplace_back();
    view.entity.model = name;
    view.state = state.learning(rules_) ? "learning" : "watching";
    view.from = state.first();
    view.to = state.pane_end();
    view.events = static_cast<double>(state.events());
    for (const auto& [hash, field] : state.fields()) view.details.push_back(details_of(field));
  }
  return views;
}

}  // namespace vedette::quality
