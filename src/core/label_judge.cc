#include "core/label_judge.h"

#include <algorithm>

#include "core/drift_partial.h"

namespace vedette::labels {

/// What a pane brought, as rows.
class LabelJudge::Rows final : public Joins::Reader {
 public:
  Rows(LabelJudge& judge, Verdicts& out) : judge_(judge), out_(out) {}

  void predicted(Time /*end*/, const std::string& /*scope*/,
                 std::vector<Prediction>& /*predictions*/) override {}
  void waiting(Time end, const std::string& scope, std::size_t count) override {
    judge_.course_of(scope, out_).predicted(end, count);
  }
  void joined(Time end, const std::string& model, const Joined& joined, const NameTexts& names) override {
    judge_.course_of(drift::scope_key(model, joined.version), out_)
        .joined(end, joined.at - joined.prediction.time);
    if (auto row = row_of(joined, model, names)) rows_.push_back(std::move(*row));
  }
  const std::vector<Row>& in_order() {
    std::stable_sort(rows_.begin(), rows_.end(), [](const Row& a, const Row& b) { return a.at < b.at; });
    return rows_;
  }

 private:
  LabelJudge& judge_;
  Verdicts& out_;
  std::vector<Row> rows_;
};

LabelJudge::LabelJudge(const ConceptSettings& settings, const Common& common)
    : common_(common),
      joins_(common, {settings.join_for, static_cast<std::size_t>(settings.max_predictions)}, tally_),
      watch_(settings.drift, common, [this](Finding& finding) { tell(finding); }) {}

Course& LabelJudge::course_of(const std::string& scope, Verdicts& out) {
  while (courses_.size() >= static_cast<std::size_t>(common_.max_keys) && !courses_.contains(scope))
    for (const std::string& key :
         least(courses_, [](const Course& one) { return std::pair(one.labelled(), one.seen()); })) {
      courses_.erase(key);
      touched_.erase(key);
      out.put("c" + key, {});
    }
  touched_.insert(scope);
  return courses_[scope];
}

Status LabelJudge::load(std::string_view key, std::string_view bytes) {
  const char part = key.empty() ? '\0' : key[0];
  if (part == 'd' || part == 'i' || part == 'o') return watch_.load(part, key.substr(1), bytes);
  if (part != 'c') return joins_.load(key, bytes);
  const std::string_view scope = key.substr(1);
  ByteReader in(bytes);
  if (is_scope(scope) && courses_[std::string(scope)].decode(in)) return {};
  return Status::reject("damaged course of labels");
}

void LabelJudge::close_pane(Time end, Verdicts& out) {
  watch_.advance(end - common_.window, out);
  Rows rows(*this, out);
  joins_.close(rows, out);
  watch_.feed(rows.in_order());
  watch_.advance(end, out);
}

void LabelJudge::advance(Time watermark, Verdicts& out) {
  while (const auto end = joins_.ripe(watermark)) close_pane(*end, out);
  watch_.advance(floor_to(watermark - common_.lateness, common_.window), out);
}

void LabelJudge::save(Verdicts& out) {
  joins_.save(out);
  for (const std::string& scope : touched_) out.put("c" + scope, courses_[scope].encode());
  touched_.clear();
  watch_.save(out);
  tally_.waiting = watch_.tally().waiting;
  tally_.held = watch_.tally().held;
}

/// The second pass joins everything once more.
void LabelJudge::sampled(Time end, Verdicts& out) {
  joins_.clear(out);
  for (const auto& [scope, course] : courses_) out.put("c" + scope, {});
  courses_.clear();
  touched_.clear();
  watch_.sampled(end, out);
}

void LabelJudge::learned(Time end, Verdicts& out) {
  for (auto& [scope, course] : courses_) {
    course.end_baseline();
    touched_.insert(scope);
  }
  watch_.learned(end, out);
  save(out);
}

std::string LabelJudge::baseline_of(std::string_view key) const {
  return key.starts_with('i') ? watch_.baseline_of(key.substr(1)) : std::string{};
}

Status LabelJudge::adopt(const StoredKeys& keys, Time from, Verdicts& out) {
  StoredKeys inner;
  for (const auto& [key, bytes] : keys) {
    if (!key.starts_with('i')) return Status::reject("damaged key of a baseline");
    inner.emplace_back(key.substr(1), bytes);
  }
  return watch_.adopt(inner, from, out);
}

void LabelJudge::tell(Finding& finding) const {
  const auto course = courses_.find(drift::scope_key(finding.entity.model, finding.entity.version));
  if (course != courses_.end()) course->second.tell(finding.numbers);
}

}  // namespace vedette::labels
