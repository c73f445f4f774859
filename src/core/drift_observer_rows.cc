#include <algorithm>

#include "core/drift_observer.h"

namespace vedette::drift {
namespace {

constexpr std::size_t kMaxSamplePlans = 1024;
constexpr std::size_t kMaxPlans = 64;  ///< Per profile; odd key orders are planned each time.

}  // namespace

const ColumnSource::Use& DriftObserver::use_of(const Batch& batch, FieldId field) {
  const auto [at, added] = uses_.try_emplace(field);
  if (added) at->second = source_.use_of(batch.dictionary->field(field));
  return at->second;
}

CountPlan DriftObserver::make_plan(const BoundProfile& bound, const Batch& batch,
                                   std::span<const FieldId> fields) {
  CountPlan plan;
  std::vector<bool> taken(bound.profile.specs.size());
  const auto take = [&](const std::string& name, std::uint32_t position,
                        std::vector<CountPlan::Step>& steps) {
    const auto column = bound.column_of.find(name);
    if (column == bound.column_of.end() || taken[column->second]) return;
    taken[column->second] = true;
    steps.push_back({position, column->second});
  };
  for (std::uint32_t position = 0; position < fields.size(); ++position) {
    const ColumnSource::Use& use = use_of(batch, fields[position]);
    if (!use.column.empty()) take(use.column, position, plan.steps);
    if (use.derives) plan.inputs.push_back(position);
  }
  for (std::uint32_t derived = 0; derived < derived_names_.size(); ++derived)
    take(derived_names_[derived], derived, plan.derived);
  return plan;
}

const CountPlan& DriftObserver::plan_of(BoundProfile& bound, const Batch& batch, const Event& event) {
  if (event.shape != 0) {
    if (bound.last_plan != nullptr && bound.last_shape == event.shape) return *bound.last_plan;
    auto found = bound.plans.find(event.shape);
    if (found == bound.plans.end() && bound.plans.size() < kMaxPlans)
      found = bound.plans
                  .emplace(event.shape, make_plan(bound, batch, batch.dictionary->shape(event.shape).fields))
                  .first;
    if (found != bound.plans.end()) {
      bound.last_shape = event.shape;
      bound.last_plan = &found->second;
      return found->second;
    }
    scratch_plan_ = make_plan(bound, batch, batch.dictionary->shape(event.shape).fields);
    return scratch_plan_;
  }
  scratch_plan_ = make_plan(bound, batch, batch.keys_of(event));
  return scratch_plan_;
}

void DriftObserver::derive(std::span<const Value> values, std::span<const std::uint32_t> inputs) {
  inputs_.clear();
  for (const std::uint32_t position : inputs) inputs_.push_back(values[position]);
  std::fill(derived_.begin(), derived_.end(), Value::null());
  source_.derive(inputs_, derived_);
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
    if (use.derives) plan.inputs.push_back(position);
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
  pane.plan = &plan == &scratch_sample_plan_ ? nullptr : &plan;
}

void DriftObserver::sample(OpenPane& pane, const Batch& batch, const Event& event) {
  Sample& sample = *pane.sample;
  pane.first = std::min(pane.first, event.time);
  pane.last = std::max(pane.last, event.time);
  const SamplePlan& plan = sample_plan_of(batch, event);
  if (pane.plan != &plan) place_columns(pane, plan);
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
  if (!derived_names_.empty()) derive(values, plan.inputs);
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
