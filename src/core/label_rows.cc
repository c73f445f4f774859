#include "core/label_rows.h"

#include <algorithm>
#include <cmath>

#include "vedette/hash.h"

namespace vedette::labels {
namespace {

/// Of a dictionary that only this engine sees, filled with names that were hashed before.
constexpr HashKey kRowKey{0x7665646574746531ULL, 0x726f7773ULL};

double loss_of(const Prediction& prediction, Name truth) {
  for (const Loss& loss : prediction.losses)
    if (loss.name == truth) return loss.thousandths / 1e3;
  return kMostLoss / 1e3;
}

/// The random part is that of the inference: the same whenever it is asked.
double surprise_of(const Prediction& prediction, Name truth) {
  const double part = static_cast<double>(mix64(prediction.id) >> 11) * 0x1p-53;
  double likelier = 0;
  for (const Loss& loss : prediction.losses) {
    const double probability = std::exp(-loss.thousandths / 1e3);
    if (loss.name == truth) return likelier + part * probability;
    likelier += probability;
  }
  return likelier + part * std::max(0.0, 1 - likelier);
}

}  // namespace

std::optional<Row> row_of(const Joined& joined, const std::string& model, const NameTexts& names) {
  const Prediction& said = joined.prediction;
  const Truth& truth = joined.truth;
  const bool classes = said.said != 0 && truth.label != 0;
  const bool amounts = !std::isnan(said.score) && !std::isnan(truth.number);
  if (!classes && !amounts) return std::nullopt;
  Row row;
  row.at = joined.at;
  row.model = model;
  row.version = joined.version;
  row.id = said.id;
  if (amounts) row.residual = truth.number - said.score;
  if (!classes) return row;
  row.wrong = said.said != truth.label;
  row.confusion = mix64(static_cast<std::uint64_t>(said.said) << 32 | truth.label);
  row.confusion_text = std::string(names.text(said.said)) + " > " + std::string(names.text(truth.label));
  if (said.losses.empty()) return row;
  row.loss = loss_of(said, truth.label);
  row.surprise = surprise_of(said, truth.label);
  return row;
}

RowBatch::RowBatch() : dictionary_(kRowKey), batch_(dictionary_) {}

void RowBatch::put(std::string_view column, Value value) {
  batch_.keys.push_back(dictionary_.field(Section::output, column));
  batch_.values.push_back(value);
}

void RowBatch::add(const Row& row) {
  Event event;
  event.time = event.watermark = row.at;
  event.identity = mix64(row.id);
  event.model = dictionary_.symbol(row.model);
  event.version = dictionary_.symbol(row.version);
  event.first = static_cast<std::uint32_t>(batch_.values.size());
  if (row.wrong) {
    put(kError, Value::boolean(*row.wrong));
    texts_.push_back(row.confusion_text);
    batch_.words.push_back({row.confusion, texts_.back()});
    put(kConfusion, Value::word(static_cast<WordIndex>(batch_.words.size() - 1)));
  }
  if (!std::isnan(row.loss)) put(kLoss, Value(row.loss));
  if (!std::isnan(row.surprise)) put(kSurprise, Value(row.surprise));
  if (std::isfinite(row.residual)) {
    put(kAbsoluteError, Value(std::abs(row.residual)));
    put(kResidual, Value(row.residual));
  }
  event.count = static_cast<std::uint32_t>(batch_.values.size()) - event.first;
  event.shape =
      dictionary_.shape({batch_.keys.begin() + static_cast<std::ptrdiff_t>(event.first), batch_.keys.end()});
  batch_.events.push_back(event);
}

const Batch& RowBatch::fill(std::span<const Row> rows) {
  batch_.clear();
  texts_.clear();
  dictionary_.reset_if_full();
  for (const Row& row : rows) add(row);
  return batch_;
}

}  // namespace vedette::labels
