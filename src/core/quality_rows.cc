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

Row& RowReader::read(const Batch& batch, const Event& event, NameHash version) {
  Row& row = row_;
  row.rank = event.identity;
  row.time = to_ms(event.time);
  row.version = version;
  row.principal = event.principal;
  row.cells.clear();
  const std::span<const Value> values = batch.values_of(event);
  const std::vector<Column>& columns = layout_of(batch, event).columns;
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

void RowReader::name_fields(const Batch& batch, const Layout& layout, Sample& sample) {
  sample.named_layout = layout.number;
  for (const Column& column : layout.columns) {
    if (sample.has_name(column.hash)) continue;
    const Field& field = batch.dictionary->field(column.field);
    sample.name(column.hash, column.classes ? field_text(Section::output, kProbabilities)
                                            : field_text(field.section, field.name));
  }
}

void RowReader::name_all(const Batch& batch, const Event& event, const Row& row, Sample& sample) {
  if (!sample.has_name(row.version)) sample.name(row.version, batch.name(event.version));
  if (event.principal_name != 0 && event.principal != 0)
    sample.name(event.principal, batch.text(event.principal_name));
  const Layout& layout = layout_of(batch, event);
  if (layout.number == 0 || sample.named_layout != layout.number) name_fields(batch, layout, sample);
  const std::span<const Value> values = batch.values_of(event);
  for (const Column& column : layout.columns) {
    const Value value = values[column.place];
    if (value.type() != Value::Type::word) continue;
    const Word& word = batch.words[value.index()];
    if (!sample.has_name(word.hash)) sample.name(word.hash, word.text);
  }
}

std::vector<RowReader::Column> RowReader::look(const Batch& batch, const Event& event) {
  std::vector<Column> columns;
  const std::span<const FieldId> keys = batch.fields_of(event);
  bool classes = false;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const Field& field = batch.dictionary->field(keys[i]);
    if (field.section != Section::probability) {
      columns.push_back({field_hash(field.section, field.name), i, keys[i], false});
    } else if (!std::exchange(classes, true)) {
      columns.push_back({field_hash(Section::output, kProbabilities), i, keys[i], true});
    }
  }
  std::sort(columns.begin(), columns.end(), [](const Column& a, const Column& b) { return a.hash < b.hash; });
  const auto same = std::unique(columns.begin(), columns.end(),
                                [](const Column& a, const Column& b) { return a.hash == b.hash; });
  columns.erase(same, columns.end());
  if (columns.size() > kMostFields) columns.resize(kMostFields);
  return columns;
}

const RowReader::Layout& RowReader::layout_of(const Batch& batch, const Event& event) {
  if (event.shape == 0) {
    loose_.columns = look(batch, event);
    return loose_;
  }
  const auto [at, added] = shapes_.try_emplace(event.shape);
  if (added) at->second = {++layouts_, look(batch, event)};
  return at->second;
}

}  // namespace vedette::quality
