#include "core/label_answer.h"

#include <algorithm>
#include <cmath>

#include "core/class_text.h"

namespace vedette::labels {
namespace {

constexpr double kLeastProbability = 1e-4;

std::uint16_t loss_of(double probability) {
  const double loss = -std::log(std::clamp(probability, kLeastProbability, 1.0));
  return std::min(kMostLoss, static_cast<std::uint16_t>(std::lround(1000 * loss)));
}

}  // namespace

Name class_of(const Batch& batch, Value value, NameTexts& names) {
  ClassRoom room{};
  const std::string_view text = class_text(batch, value, room);
  if (text.empty()) return 0;
  const Name name = name_of(text);
  names.add(name, text);
  return name;
}

AnswerReader::Layout AnswerReader::look(const Batch& batch, const Event& event) {
  Layout layout;
  const std::span<const FieldId> keys = batch.fields_of(event);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const Field& field = batch.dictionary->field(keys[i]);
    if (field.section == Section::probability) layout.classes.push_back({i, keys[i], name_of(field.name)});
    if (field.section != Section::output) continue;
    if (field.name == "label") layout.label = i;
    if (field.name == "score") layout.score = i;
  }
  std::sort(layout.classes.begin(), layout.classes.end(), [&](const Class& a, const Class& b) {
    return batch.dictionary->field(a.field).name < batch.dictionary->field(b.field).name;
  });
  return layout;
}

const AnswerReader::Layout& AnswerReader::layout_of(const Batch& batch, const Event& event) {
  if (epoch_ != batch.dictionary->epoch()) {
    epoch_ = batch.dictionary->epoch();
    shapes_.clear();
  }
  if (event.shape == 0) return loose_ = look(batch, event);
  const auto found = shapes_.find(event.shape);
  return found != shapes_.end() ? found->second : shapes_[event.shape] = look(batch, event);
}

void AnswerReader::read_classes(const Batch& batch, const Event& event, const Layout& layout,
                                Prediction& prediction, NameTexts& names) {
  const std::span<const Value> values = batch.values_of(event);
  likeliest_.clear();
  for (const Class& one : layout.classes)
    if (values[one.place].is_number()) likeliest_.emplace_back(values[one.place].number(), &one);
  // Classes of equal probability stay in order of their names, since producers may write them in any.
  std::stable_sort(likeliest_.begin(), likeliest_.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  if (likeliest_.size() > kMostClasses) likeliest_.resize(kMostClasses);
  prediction.losses.reserve(likeliest_.size());
  for (const auto& [probability, one] : likeliest_) {
    prediction.losses.push_back({one->name, loss_of(probability)});
    if (!names.has(one->name)) names.add(one->name, batch.dictionary->field(one->field).name);
  }
}

bool AnswerReader::read(const Batch& batch, const Event& event, Prediction& prediction, NameTexts& names) {
  const Layout& layout = layout_of(batch, event);
  const std::span<const Value> values = batch.values_of(event);
  const Value label = layout.label == kNowhere ? Value() : values[layout.label];
  const Value score = layout.score == kNowhere ? Value() : values[layout.score];
  prediction.said = class_of(batch, label, names);
  if (!layout.classes.empty()) read_classes(batch, event, layout, prediction, names);
  if (prediction.said == 0 && !prediction.losses.empty()) prediction.said = prediction.losses.front().name;
  // A label that is a number is an amount too; a score counts as one only where no class was said.
  if (label.is_number()) prediction.score = label.number();
  if (prediction.said == 0 && !label.is_number() && score.is_number()) prediction.score = score.number();
  return prediction.said != 0 || !std::isnan(prediction.score);
}

}  // namespace vedette::labels
