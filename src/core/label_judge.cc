#include "core/label_judge.h"

#include <algorithm>
#include <tuple>

#include "core/drift_partial.h"

namespace vedette::labels {
namespace {

constexpr std::size_t kUnlabelled = 16;  ///< So much sooner is a model without labels thinned out.

/// The eighth of the entries that matters least, so that a flood of invented names costs little.
template <class Entries, class Rank>
std::vector<std::string> least(const Entries& entries, const Rank& rank) {
  std::vector<std::tuple<bool, Time, std::string>> all;
  for (const auto& [name, entry] : entries) {
    const auto [labelled, seen] = rank(entry);
    all.emplace_back(labelled, seen, name);
  }
  std::sort(all.begin(), all.end());
  all.resize(std::max<std::size_t>(1, all.size() / 8));
  std::vector<std::string> names;
  for (auto& [labelled, seen, name] : all) names.push_back(std::move(name));
  return names;
}

bool is_scope(std::string_view scope) {
  ByteReader names(scope);
  for (int part = 0; part < drift::kScopeParts; ++part) names.text();
  return names.done();
}

}  // namespace

LabelJudge::LabelJudge(const ConceptSettings& settings, const Common& common)
    : common_(common),
      bounds_{settings.join_for, static_cast<std::size_t>(settings.max_predictions)},
      watch_(settings.drift, common, [this](Finding& finding) { tell(finding); }) {}

LabelJudge::Model& LabelJudge::model_of(const std::string& name) {
  return models_.try_emplace(name, name, bounds_).first->second;
}

Course& LabelJudge::course_of(const std::string& scope, Verdicts& out) {
  while (courses_.size() >= static_cast<std::size_t>(common_.max_keys) && !courses_.contains(scope))
    for (const std::string& key :
         least(courses_, [](const Course& one) { return std::pair(one.labelled(), one.seen()); })) {
      courses_.erase(key);
      touched_courses_.erase(key);
      out.put("c" + key, {});
    }
  touched_courses_.insert(scope);
  return courses_[scope];
}

void LabelJudge::forget_model(const std::string& name, Verdicts& out) {
  const auto leaves = models_.find(name);
  leaves->second.join.forget(out);
  out.put("n" + ModelJoin::key_of(name), {});
  models_.erase(leaves);
  touched_models_.erase(name);
}

void LabelJudge::make_room(Verdicts& out) {
  while (models_.size() > static_cast<std::size_t>(common_.max_keys))
    for (const std::string& name :
         least(models_, [](const Model& one) { return std::pair(one.join.labelled(), one.join.seen()); })) {
      forget_model(name, out);
      ++tally_.evicted;
    }
  tally_.keys = models_.size();
}

Status LabelJudge::load(std::string_view key, std::string_view bytes) {
  if (key.empty()) return Status::reject("empty key of labels");
  const char part = key[0];
  const std::string_view rest = key.substr(1);
  if (part == 'd' || part == 'i' || part == 'o') return watch_.load(part, rest, bytes);
  ByteReader in(bytes);
  if (part == 'c') {
    if (is_scope(rest) && courses_[std::string(rest)].decode(in)) return {};
    return Status::reject("damaged course of labels");
  }
  ByteReader names(rest);
  const std::string name(names.text());
  if (!names.ok() || std::string_view("mnpw").find(part) == std::string_view::npos)
    return Status::reject("damaged key of labels");
  Model& model = model_of(name);
  if (part != 'n') return model.join.load(part, names.rest(), bytes);
  model.names.decode(in);
  return in.done() ? Status{} : Status::reject("damaged names of labels of " + name);
}

Status LabelJudge::merge(Time pane_end, std::string_view scope, std::string_view partial) {
  Result<Records> decoded = decode_records(partial);
  if (!decoded.ok()) return decoded.status();
  if (!is_scope(scope)) return Status::reject("predictions and labels of a damaged scope");
  Records& records = pending_[pane_end][std::string(scope)];
  tally_.counted += decoded->predictions.size() + decoded->truths.size();
  records.predictions.insert(records.predictions.end(), decoded->predictions.begin(),
                             decoded->predictions.end());
  records.truths.insert(records.truths.end(), decoded->truths.begin(), decoded->truths.end());
  records.names.add_all(decoded->names);
  return {};
}

/// Answers the labels of every model that is in the pane.
std::map<std::string, std::vector<Truth>> LabelJudge::take_predictions(Time end, Pane& pane, Verdicts& out) {
  std::map<std::string, std::vector<Truth>> truths;
  for (auto& [scope, records] : pane) {
    const Entity entity = drift::entity_of(scope);
    records.settle();
    Model& model = model_of(entity.model);
    touched_models_.insert(entity.model);
    // Of what was kept only: what else was seen depends on the split.
    const auto learn = [&model, &kept = records.names](Name name) {
      if (kept.has(name) && model.names.add(name, kept.text(name))) model.names_changed = true;
    };
    for (const Prediction& prediction : records.predictions) for_names(prediction, learn);
    for (const Truth& truth : records.truths) for_names(truth, learn);
    model.join.expire(end);
    if (!records.predictions.empty())
      course_of(scope, out)
          .predicted(end, model.join.put(end, entity.version, std::move(records.predictions)));
    std::vector<Truth>& all = truths[entity.model];
    all.insert(all.end(), records.truths.begin(), records.truths.end());
  }
  return truths;
}

std::vector<Row> LabelJudge::join(Time end, const std::map<std::string, std::vector<Truth>>& truths,
                                  Verdicts& out) {
  std::vector<Row> rows;
  for (const auto& [name, labels] : truths) {
    Model& model = model_of(name);
    for (const Joined& joined : model.join.join(end, labels)) {
      course_of(drift::scope_key(name, joined.version), out).joined(end, joined.at - joined.prediction.time);
      if (auto row = row_of(joined, name, model.names)) rows.push_back(std::move(*row));
    }
  }
  std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.at < b.at; });
  return rows;
}

/// All models together have a limit too; those without labels and the largest give way.
void LabelJudge::limit_waiting(Time end) {
  const auto waiting = [this] {
    std::size_t all = 0;
    for (const auto& [name, model] : models_) all += model.join.size();
    return all;
  };
  const std::size_t most = kModels * bounds_.predictions;
  if (waiting() <= most) return;
  for (auto& [name, model] : models_) {
    model.join.expire(end);
    touched_models_.insert(name);
  }
  while (waiting() > most) {
    const auto weight = [](const auto& entry) {
      return entry.second.join.size() * (entry.second.join.labelled() ? 1 : kUnlabelled);
    };
    const auto gives = std::max_element(models_.begin(), models_.end(),
                                        [&](const auto& a, const auto& b) { return weight(a) < weight(b); });
    gives->second.join.thin();
  }
}

void LabelJudge::close_pane(Time end, Pane pane, Verdicts& out) {
  watch_.advance(end - common_.window, out);
  const std::vector<Row> rows = join(end, take_predictions(end, pane, out), out);
  limit_waiting(end);
  make_room(out);
  ++tally_.panes;
  watch_.feed(rows);
  watch_.advance(end, out);
}

void LabelJudge::advance(Time watermark, Verdicts& out) {
  while (!pending_.empty() && pending_.begin()->first + common_.lateness <= watermark) {
    auto first = pending_.extract(pending_.begin());
    close_pane(first.key(), std::move(first.mapped()), out);
  }
  watch_.advance(floor_to(watermark - common_.lateness, common_.window), out);
}

void LabelJudge::save(Verdicts& out) {
  for (const std::string& name : touched_models_) {
    Model& model = model_of(name);
    model.join.save(out);
    if (!model.names_changed) continue;
    std::string bytes;
    ByteWriter writer(bytes);
    model.names.encode(writer);
    out.put("n" + ModelJoin::key_of(name), bytes);
    model.names_changed = false;
  }
  touched_models_.clear();
  for (const std::string& scope : touched_courses_) out.put("c" + scope, courses_[scope].encode());
  touched_courses_.clear();
  watch_.save(out);
}

/// The second pass joins everything once more.
void LabelJudge::sampled(Time end, Verdicts& out) {
  pending_.clear();
  while (!models_.empty()) forget_model(std::string(models_.begin()->first), out);
  for (const auto& [scope, course] : courses_) out.put("c" + scope, {});
  courses_.clear();
  touched_courses_.clear();
  watch_.sampled(end, out);
}

void LabelJudge::learned(Time end, Verdicts& out) {
  for (auto& [scope, course] : courses_) {
    course.end_baseline();
    touched_courses_.insert(scope);
  }
  watch_.learned(end, out);
  save(out);
}

void LabelJudge::tell(Finding& finding) const {
  const auto course = courses_.find(drift::scope_key(finding.entity.model, finding.entity.version));
  if (course != courses_.end()) course->second.tell(finding.numbers);
}

}  // namespace vedette::labels
