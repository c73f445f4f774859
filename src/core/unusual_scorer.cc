#include "core/unusual_scorer.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include "core/drift_text.h"
#include "core/quality_rows.h"
#include "core/short_text.h"

namespace vedette::unusual {
namespace {

constexpr std::size_t kValueBytes = 32;
constexpr double kLeastTail = 1e-15;
constexpr std::string_view kProbabilities = "probabilities";

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

}  // namespace

Scorer::Scorer(Oddness oddness)
    : oddness_(std::move(oddness)), thresholds_(oddness_.calibration().thresholds()) {
  for (std::uint32_t column = 0; column < oddness_.columns().size(); ++column)
    column_of_.emplace(oddness_.columns()[column].field(), column);
  cells_.resize(oddness_.columns().size());
}

const std::vector<Scorer::Place>& Scorer::places_of(const Batch& batch, const Event& event) {
  if (event.shape != 0)
    if (const auto found = shapes_.find(event.shape); found != shapes_.end()) return found->second;
  loose_.clear();
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
      loose_.push_back({i, found->second, of_class});
  }
  if (event.shape == 0) return loose_;
  return shapes_[event.shape] = loose_;
}

void Scorer::fill(const Batch& batch, const Event& event) {
  const std::span<const Value> values = batch.values_of(event);
  std::fill(cells_.begin(), cells_.end(), Cell{0, 0, Form::absent});
  for (const Place& place : places_of(batch, event))
    cells_[place.column] = place.classes ? Cell{0, 0, Form::vector} : cell_at(batch, values[place.value]);
}

void Scorer::count(const Batch& batch, const Event& event, Counts& counts) {
  fill(batch, event);
  const Odd odd = oddness_.score(cells_, scratch_);
  ++counts.events;
  if (odd.surprise > oddness_.calibration().middle) ++counts.upper;
  if (odd.surprise <= thresholds_[0]) return;
  for (std::size_t level = 0; level < kLevels && odd.surprise > thresholds_[level]; ++level)
    ++counts.odd[level];
  ++counts.parts[odd.part];
  if (event.principal != 0 && odd.surprise > thresholds_[kClientLevel]) count_client(batch, event, counts);
  if (counts.wants(odd.surprise)) counts.add(example_of(batch, event, odd));
}

void Scorer::count_client(const Batch& batch, const Event& event, Counts& counts) const {
  Bucket one{0, 1, event.identity, event.principal, {}};
  if (event.principal_name != 0) one.name = shortened(batch.text(event.principal_name), Counts::kTextBytes);
  counts.buckets[bucket_of(event.principal)].merge(one);
}

/// What a part of the event holds, for people.
std::string Scorer::text_of(const Batch& batch, const Event& event, std::size_t part) {
  const std::string name(shortened(oddness_.name_of(part), Counts::kTextBytes));
  if (part >= oddness_.columns().size()) return name;
  const std::span<const Value> values = batch.values_of(event);
  for (const Place& place : places_of(batch, event)) {
    if (place.column != part) continue;
    const bool held = cells_[part].form != Form::vector;
    return name + " = " + (held ? value_text(batch, values[place.value]) : "a vector");
  }
  return name + " missing";
}

Example Scorer::example_of(const Batch& batch, const Event& event, const Odd& odd) {
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
    example.causes.push_back({text_of(batch, event, part), std::max(kLeastTail, std::exp(surprise))});
  return example;
}

}  // namespace vedette::unusual
