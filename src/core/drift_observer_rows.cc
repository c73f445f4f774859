#include <algorithm>
#include <cmath>

#include "core/drift_observer.h"
#include "core/event_names.h"
#include "core/short_text.h"

namespace vedette::drift {
namespace {

constexpr std::size_t kMaxSamplePlans = 1024;
constexpr std::size_t kLongestSegment = 64;
constexpr std::size_t kMostSegments = 8;  ///< Of a witness.
constexpr std::size_t kMaxPlans = 1024;   ///< Of the same columns; odd key orders are planned each time.

}  // namespace

const ColumnSource::Use& DriftObserver::use_of(const Batch& batch, FieldId field) {
  const auto [at, added] = uses_.try_emplace(field);
  if (added) at->second = source_.use_of(batch.dictionary->field(field));
  return at->second;
}

/// Where the segments of an event are; of an event without a shape, until the next call.
std::span<const Derives> DriftObserver::segments_of(const Batch& batch, const Event& event) {
  const auto known = event.shape == 0 ? segments_.end() : segments_.find(event.shape);
  if (known != segments_.end()) return known->second;
  const std::span<const FieldId> fields = batch.fields_of(event);
  std::vector<Derives>& segments = segments_[event.shape];
  segments.clear();
  for (std::uint32_t position = 0; position < fields.size(); ++position) {
    const Field& field = batch.dictionary->field(fields[position]);
    const bool named = !field.name.empty() && field.name.front() != '=';  // Else like a stand-in's key.
    if (field.section == Section::segment && named) segments.push_back({position, fields[position]});
  }
  return segments;
}

/// Its cells are not known yet.
Witness DriftObserver::make_witness(const Batch& batch, const Event& event, std::uint64_t rank) {
  Witness witness{rank, event.principal, {}, {}, {}};
  witness.name = shortened(batch.text(event.principal_name), kLongestSegment);
  const std::span<const Value> values = batch.values_of(event);
  for (const Derives& segment : segments_of(batch, event)) {
    if (witness.segments.size() == kMostSegments) break;
    const std::string_view text = segment_text(batch, values[segment.position]);
    if (!text.empty() && text.size() <= kLongestSegment)
      witness.segments.push_back(batch.dictionary->field(segment.field).name + '=' + std::string(text));
  }
  return witness;
}

/// Segments are texts and booleans; numbers have too many values to be watched one by one.
void DriftObserver::resolve_segments(const Batch& batch, std::size_t row) {
  const Event& event = batch.events[row];
  const std::span<const Value> values = batch.values_of(event);
  for (const Derives& segment : segments_of(batch, event)) {
    const Value value = values[segment.position];
    const std::string_view text = segment_text(batch, value);
    if (text.empty() || text.size() > kLongestSegment) continue;
    const std::uint64_t hash =
        value.type() == Value::Type::word ? batch.words[value.index()].hash : hash_of(value.boolean());
    const NameKey key{event.model, event.version, event.tenant,
                      std::max<std::uint64_t>(1, mix64(hash + 0x9e3779b97f4a7c15ULL * segment.field))};
    if (Tracked* tracked = tracked_of(batch, event, key, {segment.field, text})) take_row(row, *tracked);
  }
}

CountPlan DriftObserver::make_plan(const Columns& columns, const Batch& batch,
                                   std::span<const FieldId> fields) {
  CountPlan plan;
  std::vector<bool> taken(columns.count);
  const auto take = [&](const std::string& name, std::uint32_t position,
                        std::vector<CountPlan::Step>& steps) {
    const auto column = columns.at.find(name);
    if (column == columns.at.end() || taken[column->second]) return;
    taken[column->second] = true;
    steps.push_back({position, column->second});
  };
  for (std::uint32_t position = 0; position < fields.size(); ++position) {
    const ColumnSource::Use& use = use_of(batch, fields[position]);
    if (!use.column.empty()) take(use.column, position, plan.steps);
    if (use.derives) plan.inputs.push_back({position, fields[position]});
  }
  for (std::uint32_t derived = 0; derived < derived_names_.size(); ++derived)
    take(derived_names_[derived], derived, plan.derived);
  plan_projection(columns, batch, fields, plan);
  plan.derives = plan.derives || !plan.derived.empty();
  return plan;
}

void DriftObserver::plan_projection(const Columns& columns, const Batch& batch,
                                    std::span<const FieldId> fields, CountPlan& plan) {
  if (columns.projected.empty()) return;
  using Number = CountPlan::Number;
  std::unordered_map<std::string_view, Number> known;
  for (std::uint32_t position = 0; position < fields.size(); ++position)
    known.try_emplace(use_of(batch, fields[position]).column, Number{Number::From::value, position});
  for (std::uint32_t derived = 0; derived < derived_names_.size(); ++derived)
    known.try_emplace(derived_names_[derived], Number{Number::From::derived, derived});
  for (const std::string& input : columns.inputs) {
    const auto found = known.find(input);
    plan.numbers.push_back(found == known.end() ? Number{} : found->second);
    plan.derives = plan.derives || plan.numbers.back().from == Number::From::derived;
  }
}

const CountPlan& DriftObserver::plan_of(Columns& columns, const Batch& batch, const Event& event) {
  if (event.shape != 0) {
    if (columns.last_plan != nullptr && columns.last_shape == event.shape) return *columns.last_plan;
    auto found = columns.plans.find(event.shape);
    if (found == columns.plans.end() && columns.plans.size() < kMaxPlans)
      found =
          columns.plans
              .emplace(event.shape, make_plan(columns, batch, batch.dictionary->shape(event.shape).fields))
              .first;
    if (found != columns.plans.end()) {
      columns.last_shape = event.shape;
      columns.last_plan = &found->second;
      return found->second;
    }
    scratch_plan_ = make_plan(columns, batch, batch.dictionary->shape(event.shape).fields);
    return scratch_plan_;
  }
  scratch_plan_ = make_plan(columns, batch, batch.keys_of(event));
  return scratch_plan_;
}

void DriftObserver::derive(const Batch& batch, const Event& event, std::span<const Derives> inputs) {
  const std::span<const Value> values = batch.values_of(event);
  inputs_.clear();
  for (const Derives& from : inputs) {
    ColumnSource::Input& input = inputs_.emplace_back();
    input.value = values[from.position];
    input.field = &batch.dictionary->field(from.field);
    if (input.value.type() == Value::Type::word) input.text = batch.text(input.value.index());
    if (input.value.type() == Value::Type::vector) input.vector = batch.vectors[input.value.index()];
  }
  std::fill(derived_.begin(), derived_.end(), Value::null());
  source_.derive(event, inputs_, derived_);
}

std::uint64_t DriftObserver::rank_of(const Batch& batch, const Event& event) {
  // The content takes part, so that rows without an id of their own are apart.
  std::uint64_t rank = mix64(event.identity);
  for (const Value value : batch.values_of(event)) {
    std::uint64_t part = static_cast<std::uint64_t>(value.type());
    if (value.is_number()) part = hash_of(value.number());
    if (value.type() == Value::Type::boolean) part = hash_of(value.boolean());
    if (value.type() == Value::Type::word) part = batch.words[value.index()].hash;
    rank = mix64(rank + part * 0x9e3779b97f4a7c15ULL);
  }
  return rank;
}

SamplePlan DriftObserver::make_sample_plan(const Batch& batch, std::span<const FieldId> fields) {
  SamplePlan plan;
  for (std::uint32_t position = 0; position < fields.size(); ++position) {
    const ColumnSource::Use& use = use_of(batch, fields[position]);
    if (use.derives) plan.inputs.push_back({position, fields[position]});
    if (use.column.empty()) continue;
    plan.positions.push_back(position);
    plan.names.push_back(&use.column);
  }
  return plan;
}

const SamplePlan& DriftObserver::sample_plan_of(const Batch& batch, const Event& event) {
  if (event.shape != 0) {
    const auto found = sample_plans_.find(event.shape);
    if (found != sample_plans_.end()) return found->second;
    if (sample_plans_.size() < kMaxSamplePlans)
      return sample_plans_
          .emplace(event.shape, make_sample_plan(batch, batch.dictionary->shape(event.shape).fields))
          .first->second;
    scratch_sample_plan_ = make_sample_plan(batch, batch.dictionary->shape(event.shape).fields);
  } else {
    scratch_sample_plan_ = make_sample_plan(batch, batch.keys_of(event));
  }
  return scratch_sample_plan_;
}

void DriftObserver::place_columns(OpenPane& pane, const SamplePlan& plan) {
  pane.columns.assign(derived_names_.size(), kMaxColumns);
  for (const std::string* name : plan.names) pane.columns.push_back(pane.sample->column(*name));
  pane.sample_plan = &plan == &scratch_sample_plan_ ? nullptr : &plan;
}

void DriftObserver::sample(OpenPane& pane, const Batch& batch, const Event& event) {
  Sample& sample = *pane.sample;
  pane.first = std::min(pane.first, event.time);
  pane.last = std::max(pane.last, event.time);
  const SamplePlan& plan = sample_plan_of(batch, event);
  if (pane.sample_plan != &plan) place_columns(pane, plan);
  const std::span<const Value> values = batch.values_of(event);
  const std::uint64_t rank = rank_of(batch, event);
  const bool wanted = sample.wants(rank);
  Sample::Row row;
  const auto take = [&](std::size_t column, Value value) {
    if (column == kMaxColumns) return;
    if (value.is_number()) sample.widen(column, value.number());
    if (!wanted) return;
    if (row.size() <= column) row.resize(column + 1);
    const bool is_word = value.type() == Value::Type::word;
    row[column] =
        is_word ? sample.word(batch.words[value.index()].hash, batch.words[value.index()].text) : value;
  };
  if (wanted) row.reserve(pane.columns.size());
  if (!derived_names_.empty()) derive(batch, event, plan.inputs);
  for (std::size_t i = 0; i < derived_names_.size(); ++i) {
    if (derived_[i].type() == Value::Type::null) continue;
    if (pane.columns[i] == kMaxColumns) pane.columns[i] = sample.column(derived_names_[i]);
    take(pane.columns[i], derived_[i]);
  }
  for (std::size_t i = 0; i < plan.positions.size(); ++i)
    take(pane.columns[derived_names_.size() + i], values[plan.positions[i]]);
  if (wanted) sample.add(rank, std::move(row));
}

}  // namespace vedette::drift
