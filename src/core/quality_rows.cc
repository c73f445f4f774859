#include "core/quality_rows.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "vedette/hash.h"

namespace vedette::quality {
namespace {

constexpr std::string_view kProbabilities = "probabilities";
constexpr std::size_t kLongestVector = 65535;
constexpr int kLengthShift = 48;

/// Its length, and a hash of its numbers: enough to see that it is stuck, or of another length.
std::uint64_t digest_of(std::span<const float> vector) {
  std::uint64_t hash = 0;
  for (const float number : vector) hash = mix64(hash ^ std::bit_cast<std::uint32_t>(number + 0.0F));
  return (std::min(vector.size(), kLongestVector) << kLengthShift) | (hash >> 16);
}

}  // namespace

Cell cell_of(const Batch& batch, NameHash field, Value value) {
  switch (value.type()) {
    case Value::Type::number:
      return number_cell(field, value.number());
    case Value::Type::word:
      return {field, batch.words[value.index()].hash, Form::text};
    case Value::Type::boolean:
      return {field, value.boolean() ? 1U : 0U, Form::boolean};
    case Value::Type::vector:
      return {field, digest_of(batch.vectors[value.index()]), Form::vector};
    case Value::Type::null:
      break;
  }
  return {field, 0, Form::null};
}

Row RowReader::read(const Batch& batch, const Event& event, NameHash version) {
  Row row{event.identity, to_ms(event.time), version, event.principal, {}};
  const std::span<const Value> values = batch.values_of(event);
  const std::vector<Column>& columns = columns_of(batch, event);
  row.cells.reserve(columns.size());
  for (const Column& column : columns) {
    // Classes come and go; what can break is that there are none.
    if (column.classes)
      row.cells.push_back({column.hash, event.identity >> 16, Form::vector});
    else
      row.cells.push_back(cell_of(batch, column.hash, values[column.place]));
  }
  return row;
}

void RowReader::name_all(const Batch& batch, const Event& event, const Row& row, Sample& sample) {
  if (!sample.has_name(row.version)) sample.name(row.version, batch.name(event.version));
  if (event.principal_name != 0 && event.principal != 0)
    sample.name(event.principal, batch.text(event.principal_name));
  const std::span<const Value> values = batch.values_of(event);
  for (const Column& column : columns_of(batch, event)) {
    const Field& field = batch.dictionary->field(column.field);
    if (!sample.has_name(column.hash))
      sample.name(column.hash, column.classes ? field_text(Section::output, kProbabilities)
                                              : field_text(field.section, field.name));
    const Value value = values[column.place];
    if (value.type() != Value::Type::word) continue;
    const Word& word = batch.words[value.index()];
    if (!sample.has_name(word.hash)) sample.name(word.hash, word.text);
  }
}

const std::vector<RowReader::Column>& RowReader::columns_of(const Batch& batch, const Event& event) {
  if (event.shape != 0)
    if (const auto found = shapes_.find(event.shape); found != shapes_.end()) return found->second;
  const Dictionary& names = *batch.dictionary;
  const std::span<const FieldId> keys = batch.fields_of(event);
  loose_.clear();
  bool classes = false;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const Field& field = names.field(keys[i]);
    if (field.section != Section::probability) {
      loose_.push_back({field_hash(field.section, field.name), i, keys[i], false});
    } else if (!std::exchange(classes, true)) {
      loose_.push_back({field_hash(Section::output, kProbabilities), i, keys[i], true});
    }
  }
  std::sort(loose_.begin(), loose_.end(), [](const Column& a, const Column& b) { return a.hash < b.hash; });
  const auto same = std::unique(loose_.begin(), loose_.end(),
                                [](const Column& a, const Column& b) { return a.hash == b.hash; });
  loose_.erase(same, loose_.end());
  if (loose_.size() > kMostFields) loose_.resize(kMostFields);
  if (event.shape == 0) return loose_;
  return shapes_[event.shape] = loose_;
}

}  // namespace vedette::quality
