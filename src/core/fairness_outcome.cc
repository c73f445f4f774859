#include "core/fairness_outcome.h"

#include <algorithm>
#include <cmath>

#include "core/fairness_partial.h"
#include "core/short_text.h"

namespace vedette::fairness {
namespace {

constexpr std::size_t kMostCached = 4096;

std::string group_text(const ProtectedField& field, std::string_view value) {
  return std::string(shortened(field.shown + "=" + std::string(value), kGroupBytes));
}

}  // namespace

void OutcomeReader::begin(const Batch& batch) {
  if (epoch_ == batch.dictionary->epoch()) return;
  epoch_ = batch.dictionary->epoch();
  shapes_.clear();
}

OutcomeReader::Layout OutcomeReader::look(const Batch& batch, const Event& event) const {
  Layout layout;
  layout.known = true;
  layout.groups.fill(kNowhere);
  const std::span<const FieldId> keys = batch.fields_of(event);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const Field& field = batch.dictionary->field(keys[i]);
    if (field.section == Section::probability) layout.probabilities.emplace_back(i, keys[i]);
    if (field.section == Section::output && field.name == "label") layout.label = i;
    if (field.section == Section::output && field.name == "score") layout.score = i;
    for (std::size_t f = 0; f < rules_.fields.size(); ++f)
      if (rules_.fields[f].section == field.section && rules_.fields[f].name == field.name)
        layout.groups[f] = i;
  }
  return layout;
}

const OutcomeReader::Layout& OutcomeReader::layout_of(const Batch& batch, const Event& event) {
  if (event.shape == 0) return loose_ = look(batch, event);
  if (event.shape >= shapes_.size()) shapes_.resize(event.shape + 1);
  Layout& layout = shapes_[event.shape];
  if (!layout.known) layout = look(batch, event);
  return layout;
}

labels::Name OutcomeReader::group_of(const Batch& batch, Value value, std::size_t field) {
  ClassRoom room{};
  if (value.type() != Value::Type::word) {
    const std::string_view text = class_text(batch, value, room);
    return text.empty() ? 0 : labels::name_of(group_text(rules_.fields[field], text));
  }
  const Word& word = batch.words[value.index()];
  std::unordered_map<std::uint64_t, labels::Name>& names = names_[field];
  if (names.size() >= kMostCached) names.clear();
  const auto [at, added] = names.try_emplace(word.hash);
  if (added && !word.text.empty()) at->second = labels::name_of(group_text(rules_.fields[field], word.text));
  return at->second;
}

std::string OutcomeReader::text_of(const Batch& batch, const Event& event, std::size_t field) {
  ClassRoom room{};
  const Value value = batch.values_of(event)[layout_of(batch, event).groups[field]];
  return group_text(rules_.fields[field], class_text(batch, value, room));
}

bool OutcomeReader::is_favourable(std::string_view label) const {
  const std::vector<std::string>& all = rules_.settings.favourable;
  return std::find(all.begin(), all.end(), label) != all.end();
}

std::optional<bool> OutcomeReader::favourable(const Batch& batch, const Event& event,
                                              const Layout& layout) const {
  const std::span<const Value> values = batch.values_of(event);
  const Value label = layout.label == kNowhere ? Value() : values[layout.label];
  if (rules_.settings.favourable.empty()) {
    const Value score = layout.score == kNowhere ? Value() : values[layout.score];
    if (score.is_number()) return score.number() >= rules_.settings.score_from;
    if (label.is_number()) return label.number() >= rules_.settings.score_from;
    if (label.type() == Value::Type::boolean) return label.boolean();
    return std::nullopt;
  }
  ClassRoom room{};
  const std::string_view said = class_text(batch, label, room);
  if (!said.empty()) return is_favourable(said);
  double most = -1;
  std::string_view likeliest;
  for (const auto& [place, field] : layout.probabilities) {
    const std::string_view name = batch.dictionary->field(field).name;
    if (!values[place].is_number() || values[place].number() < most) continue;
    // Of equal ones the first by name, since producers may write them in any order.
    if (values[place].number() == most && likeliest < name) continue;
    most = values[place].number();
    likeliest = name;
  }
  if (likeliest.empty()) return std::nullopt;
  return is_favourable(likeliest);
}

Outcome OutcomeReader::read(const Batch& batch, const Event& event) {
  Outcome outcome;
  const Layout& layout = layout_of(batch, event);
  const std::span<const Value> values = batch.values_of(event);
  for (std::size_t f = 0; f < rules_.fields.size(); ++f) {
    if (layout.groups[f] == kNowhere) continue;
    const labels::Name group = group_of(batch, values[layout.groups[f]], f);
    if (group == 0) continue;
    outcome.groups[outcome.size] = group;
    outcome.fields[outcome.size++] = f;
  }
  if (outcome.size == 0) return outcome;
  const std::optional<bool> answer = favourable(batch, event, layout);
  if (!answer) outcome.size = 0;
  outcome.favourable = answer.value_or(false);
  return outcome;
}

std::optional<bool> favourable_truth(const labels::Truth& truth, const Rules& rules) {
  const std::vector<std::string>& all = rules.settings.favourable;
  if (!all.empty()) {
    if (truth.label == 0) return std::nullopt;
    return std::any_of(all.begin(), all.end(),
                       [&](const std::string& label) { return labels::name_of(label) == truth.label; });
  }
  if (!std::isnan(truth.number)) return truth.number >= rules.settings.score_from;
  if (truth.label == labels::name_of("true")) return true;
  if (truth.label == labels::name_of("false")) return false;
  return std::nullopt;
}

}  // namespace vedette::fairness
