#include "core/unusual_scorer.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include "core/drift_text.h"
#include "core/event_names.h"
#include "core/quality_rows.h"
#include "core/short_text.h"

namespace vedette::unusual {
namespace {

constexpr std::size_t kValueBytes = 32;
constexpr double kLeastTail = 1e-15;
constexpr std::string_view kProbabilities = "probabilities";
constexpr std::size_t kSegmentBytes = 31;  ///< Of a name, and of a value: together within Counts::kTextBytes.

/// As rows have it; of a vector only that it is one.
Cell cell_at(const Batch& batch, Value value) {
  if (value.is_number()) return {0, std::bit_cast<std::uint64_t>(value.number()), Form::number};
  if (value.type() == Value::Type::vector) return {0, 0, Form::vector};
  return quality::cell_of(batch, 0, value);
}

std::string value_text(const Batch& batch, Value value) {
  switch (value.type()) {
    case Value::Type::number:
      return drift::number(value.number());
    case Value::Type::word:
      return '"' + std::string(shortened(batch.words[value.index()].text, kValueBytes)) + '"';
    case Value::Type::boolean:
      return value.boolean() ? "true" : "false";
    case Value::Type::vector:
      return "a vector";
    case Value::Type::null:
      break;
  }
  return "null";
}

std::optional<std::uint32_t> bucket_at(const Batch& batch, const Event& event, std::uint32_t at,
                                       NameHash name) {
  const Value value = batch.values_of(event)[at];
  if (segment_text(batch, value).empty()) return std::nullopt;
  const std::uint64_t held =
      value.type() == Value::Type::word ? batch.words[value.index()].hash : std::uint64_t{value.boolean()};
  return bucket_of(Of::segment, mix64(name + held));
}

/// `region=eu`
std::string segment_name(const Batch& batch, const Event& event, std::uint32_t at, FieldId field) {
  const std::string_view text = segment_text(batch, batch.values_of(event)[at]);
  return std::string(shortened(batch.dictionary->field(field).name, kSegmentBytes)) + '=' +
         std::string(shortened(text, kSegmentBytes));
}

}  // namespace

Scorer::Scorer(Oddness oddness)
    : oddness_(std::move(oddness)), thresholds_(oddness_.calibration().thresholds()) {
  for (std::uint32_t column = 0; column < oddness_.columns().size(); ++column)
    column_of_.emplace(oddness_.columns()[column].field(), column);
  cells_.resize(oddness_.columns().size());
}

const Scorer::Shape& Scorer::shape_of(const Batch& batch, const Event& event) {
  if (event.shape != 0)
    if (const auto found = shapes_.find(event.shape); found != shapes_.end()) return found->second;
  loose_.places.clear();
  loose_.segments.clear();
  const std::span<const FieldId> keys = batch.fields_of(event);
  bool classes = false;
  for (std::uint32_t i = 0; i < keys.size(); ++i) {
    const Field& field = batch.dictionary->field(keys[i]);
    // Probabilities by class are one field that is there or not, as in rows.
    const bool of_class = field.section == Section::probability;
    if (of_class && std::exchange(classes, true)) continue;
    const NameHash hash = of_class ? quality::field_hash(Section::output, kProbabilities)
                                   : quality::field_hash(field.section, field.name);
    if (const auto found = column_of_.find(hash); found != column_of_.end())
      loose_.places.push_back({i, found->second, of_class});
    if (field.section == Section::segment) loose_.segments.push_back({i, keys[i], hash});
  }
  if (event.shape == 0) return loose_;
  return shapes_[event.shape] = loose_;
}

void Scorer::fill(const Batch& batch, const Event& event, const Shape& shape) {
  const std::span<const Value> values = batch.values_of(event);
  std::fill(cells_.begin(), cells_.end(), Cell{0, 0, Form::absent});
  for (const Place& place : shape.places)
    cells_[place.column] = place.classes ? Cell{0, 0, Form::vector} : cell_at(batch, values[place.value]);
}

void Scorer::count(const Batch& batch, const Event& event, Counts& counts, Traffic& traffic) {
  const Shape& shape = shape_of(batch, event);
  if (event.principal != 0) ++traffic[bucket_of(Of::client, event.principal)];
  for (const Segment& segment : shape.segments)
    if (const auto bucket = bucket_at(batch, event, segment.value, segment.name)) ++traffic[*bucket];
  fill(batch, event, shape);
  const Odd odd = oddness_.score(cells_, scratch_);
  ++counts.events;
  if (odd.surprise > oddness_.calibration().middle) ++counts.upper;
  if (odd.surprise <= thresholds_[0]) return;
  for (std::size_t level = 0; level < kLevels && odd.surprise > thresholds_[level]; ++level)
    ++counts.odd[level];
  ++counts.parts[odd.part];
  if (odd.surprise > thresholds_[kBucketLevel]) count_odd(batch, event, shape, counts);
  if (counts.wants(odd.surprise)) counts.add(example_of(batch, event, shape, odd));
}

void Scorer::count_odd(const Batch& batch, const Event& event, const Shape& shape, Counts& counts) {
  if (event.principal != 0) {
    Bucket one{0, 1, event.identity, event.principal, {}};
    if (event.principal_name != 0) one.name = shortened(batch.text(event.principal_name), Counts::kTextBytes);
    counts.buckets[bucket_of(Of::client, event.principal)].merge(one);
  }
  for (const Segment& segment : shape.segments) {
    const auto bucket = bucket_at(batch, event, segment.value, segment.name);
    if (!bucket) continue;
    Bucket one{0, 1, event.identity, 0, segment_name(batch, event, segment.value, segment.field)};
    counts.buckets[*bucket].merge(one);
  }
}

/// What a part of the event holds, for people.
std::string Scorer::text_of(const Batch& batch, const Event& event, const Shape& shape,
                            std::size_t part) const {
  const std::string name(shortened(oddness_.name_of(part), Counts::kTextBytes));
  if (part >= oddness_.columns().size()) return name;
  const std::span<const Value> values = batch.values_of(event);
  for (const Place& place : shape.places) {
    if (place.column != part) continue;
    const bool held = cells_[part].form != Form::vector;
    return name + " = " + (held ? value_text(batch, values[place.value]) : "a vector");
  }
  return name + " missing";
}

Example Scorer::example_of(const Batch& batch, const Event& event, const Shape& shape, const Odd& odd) {
  Example example{odd.surprise,
                  event.identity,
                  event.time,
                  oddness_.calibration().tail(odd.surprise),
                  event.principal,
                  std::string(shortened(batch.text(event.id), Counts::kTextBytes)),
                  {}};
  oddness_.surprises(cells_, scratch_, surprises_);
  std::vector<std::pair<double, std::size_t>> ranked;
  for (std::size_t part = 0; part < surprises_.size(); ++part)
    if (surprises_[part] > oddness_.calibration().start) ranked.emplace_back(-surprises_[part], part);
  std::sort(ranked.begin(), ranked.end());
  ranked.resize(std::min(ranked.size(), Counts::kMostCauses));
  for (const auto& [surprise, part] : ranked)
    example.causes.push_back({text_of(batch, event, shape, part), std::max(kLeastTail, std::exp(surprise))});
  return example;
}

}  // namespace vedette::unusual
