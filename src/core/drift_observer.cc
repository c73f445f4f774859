#include "core/drift_observer.h"

#include <algorithm>

namespace vedette::drift {
namespace {

constexpr std::uint32_t kFoldAt = 65'535;  ///< 16-bit cells hold no more.
constexpr std::size_t kMaxPlans = 64;      ///< Per profile; odd key orders are planned each time.
constexpr std::size_t kRecent = 4096;
constexpr std::size_t kLiveRows = 64;  ///< Sampled rows per pane and partition.
constexpr std::size_t kRecordedRows = 65'536;

}  // namespace

DriftObserver::DriftObserver(const ColumnSource& source, const Common& common)
    : source_(source),
      common_(common),
      derived_names_(source.derived()),
      gate_(common.lateness),
      recent_(kRecent) {
  derived_.resize(derived_names_.size());
}

DriftObserver::~DriftObserver() = default;

std::size_t DriftObserver::NameHash::operator()(const NameKey& key) const {
  return mix64((static_cast<std::uint64_t>(key.model) << 32 | key.version) +
               0x9e3779b97f4a7c15ULL * key.tenant);
}

void DriftObserver::forget_ids(std::uint32_t epoch) {
  epoch_ = epoch;
  by_name_.clear();
  uses_.clear();
  std::fill(recent_.begin(), recent_.end(), Recent{});
  for (auto& [key, tracked] : tracked_)
    for (Followed& followed : tracked->followed) {
      if (!followed.bound) continue;
      followed.bound->plans.clear();
      followed.bound->last_plan = nullptr;
    }
}

bool DriftObserver::make_room() {
  if (tracked_.size() < static_cast<std::size_t>(common_.max_keys)) return true;
  auto oldest = tracked_.end();
  for (auto at = tracked_.begin(); at != tracked_.end(); ++at) {
    const Tracked& one = *at->second;
    if (!one.panes.empty() || one.followed[1].bound) continue;
    if (oldest == tracked_.end() || one.seen < oldest->second->seen) oldest = at;
  }
  if (oldest == tracked_.end()) return false;
  std::erase_if(by_name_, [&](const auto& entry) { return entry.second == oldest->second.get(); });
  std::fill(recent_.begin(), recent_.end(), Recent{});
  tracked_.erase(oldest);
  ++tally_.evicted;
  return true;
}

DriftObserver::Tracked* DriftObserver::track(std::string_view key) {
  auto found = tracked_.find(std::string(key));
  if (found == tracked_.end()) {
    if (!make_room()) return nullptr;
    found = tracked_.emplace(key, std::make_unique<Tracked>()).first;
    found->second->key = key;
    tally_.keys = tracked_.size();
  }
  return found->second.get();
}

DriftObserver::Tracked* DriftObserver::tracked_of(const Batch& batch, const Event& event) {
  const NameKey key{event.model, event.version, event.tenant};
  Recent& recent = recent_[NameHash{}(key) % kRecent];
  if (recent.tracked != nullptr && recent.key == key) return recent.tracked;
  Tracked* tracked = nullptr;
  if (const auto found = by_name_.find(key); found != by_name_.end()) {
    tracked = found->second;
  } else {
    Entity entity;
    entity.model = batch.name(event.model);
    entity.version = batch.name(event.version);
    entity.tenant = batch.name(event.tenant);
    if (common_.admits(entity)) {
      tracked = track(scope_key(entity.model, entity.version));
      if (tracked == nullptr) {
        ++tally_.unwatched;
        return nullptr;
      }
    }
    by_name_.emplace(key, tracked);
  }
  if (tracked != nullptr) recent = {key, tracked};
  return tracked;
}

DriftObserver::Bound* DriftObserver::bound_at(Tracked& tracked, Time time) {
  for (const std::size_t which : {1U, 0U}) {
    Followed& followed = tracked.followed[which];
    if (followed.bound && time >= followed.effective) return followed.bound.get();
  }
  return nullptr;
}

DriftObserver::OpenPane& DriftObserver::open(Tracked& tracked, Bound* bound, Time start, Duration length) {
  OpenPane& pane = *tracked.panes.emplace_back(std::make_unique<OpenPane>());
  pane.start = start;
  pane.end = start + length;
  pane.bound = bound;
  if (bound == nullptr) {
    pane.sample = std::make_unique<Sample>(common_.recorded ? kRecordedRows : kLiveRows);
  } else {
    pane.profile = bound->profile.id;
    pane.cells.resize(bound->profile.cells());
    if (bound->profile.fine) pane.extents.resize(bound->profile.specs.size());
  }
  ++tally_.panes;
  return pane;
}

DriftObserver::OpenPane* DriftObserver::pane_of(Tracked& tracked, const Event& event) {
  OpenPane* pane = tracked.current;
  if (pane == nullptr || event.time < pane->start || event.time >= pane->end) {
    Bound* bound = bound_at(tracked, event.time);
    const Duration length = bound == nullptr ? kSamplingPane : bound->profile.pane;
    const Time start = floor_to(event.time, length);
    const PaneGate::Answer answer = gate_.check(start + length, event.watermark);
    if (answer != PaneGate::Answer::open) {
      ++(answer == PaneGate::Answer::late ? tally_.late : tally_.late_after_idle);
      return nullptr;
    }
    const auto found = std::find_if(tracked.panes.rbegin(), tracked.panes.rend(),
                                    [&](const auto& one) { return one->end == start + length; });
    pane = found == tracked.panes.rend() ? &open(tracked, bound, start, length) : found->get();
    tracked.current = pane;
    return pane;
  }
  const PaneGate::Answer answer = gate_.check(pane->end, event.watermark);
  if (answer == PaneGate::Answer::open) return pane;
  ++(answer == PaneGate::Answer::late ? tally_.late : tally_.late_after_idle);
  return nullptr;
}

const ColumnSource::Use& DriftObserver::use_of(const Batch& batch, FieldId field) {
  const auto [at, added] = uses_.try_emplace(field);
  if (added) at->second = source_.use_of(batch.dictionary->field(field));
  return at->second;
}

DriftObserver::Plan DriftObserver::make_plan(const Bound& bound, const Batch& batch,
                                             std::span<const FieldId> fields) {
  Plan plan;
  std::vector<bool> taken(bound.profile.specs.size());
  const auto take = [&](const std::string& name, std::uint32_t position, std::vector<Step>& steps) {
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

const DriftObserver::Plan& DriftObserver::plan_of(Bound& bound, const Batch& batch, const Event& event) {
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

void DriftObserver::count_one(OpenPane& pane, const Batch& batch, std::uint32_t column, Value value) {
  const Profile& profile = pane.bound->profile;
  const Profile::Line& line = profile.line(column);
  ++pane.changes[profile.cell(line, value, batch)];
  if (!profile.fine || !line.numeric || !value.is_number()) return;
  Extent& extent = pane.extents[column];
  extent.least = std::min(extent.least, value.number());
  extent.most = std::max(extent.most, value.number());
}

void DriftObserver::count(OpenPane& pane, const Batch& batch, const Event& event) {
  if (pane.changes.empty()) pane.changes.resize(pane.cells.size());
  const Plan& plan = plan_of(*pane.bound, batch, event);
  const std::span<const Value> values = batch.values_of(event);
  if (pane.bound->profile.fine) {
    for (const Step& step : plan.steps) count_one(pane, batch, step.column, values[step.position]);
  } else {
    const Profile& profile = pane.bound->profile;
    const Profile::Line* lines = profile.lines();
    std::uint16_t* changes = pane.changes.data();
    for (const Step& step : plan.steps)
      ++changes[profile.cell(lines[step.column], values[step.position], batch)];
  }
  if (!plan.derived.empty()) {
    derive(values, plan.inputs);
    for (const Step& step : plan.derived) count_one(pane, batch, step.column, derived_[step.position]);
  }
  if (++pane.unfolded == kFoldAt) fold(pane);
}

void DriftObserver::fold(OpenPane& pane) {
  pane.unfolded = 0;
  for (std::size_t i = 0; i < pane.changes.size(); ++i) pane.cells[i] += pane.changes[i];
  std::fill(pane.changes.begin(), pane.changes.end(), 0);
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

void DriftObserver::sample(OpenPane& pane, const Batch& batch, const Event& event) {
  Sample& sample = *pane.sample;
  pane.first = std::min(pane.first, event.time);
  pane.last = std::max(pane.last, event.time);
  const std::span<const Value> values = batch.values_of(event);
  if (event.shape != 0) {
    fields_ = batch.dictionary->shape(event.shape).fields;
  } else {
    const auto keys = batch.keys_of(event);
    fields_.assign(keys.begin(), keys.end());
  }
  const std::uint64_t rank = rank_of(batch, event);
  const bool wanted = sample.wants(rank);
  Sample::Row row;
  const auto take = [&](const std::string& name, Value value) {
    const std::size_t column = sample.column(name);
    if (column == kMaxColumns) return;
    if (value.is_number()) sample.widen(column, value.number());
    if (!wanted) return;
    if (row.size() <= column) row.resize(column + 1);
    const bool is_word = value.type() == Value::Type::word;
    row[column] =
        is_word ? sample.word(batch.words[value.index()].hash, batch.words[value.index()].text) : value;
  };
  std::vector<std::uint32_t> inputs;
  for (std::uint32_t position = 0; position < fields_.size(); ++position) {
    const ColumnSource::Use& use = use_of(batch, fields_[position]);
    if (use.derives) inputs.push_back(position);
  }
  if (!derived_names_.empty()) {
    derive(values, inputs);
    for (std::size_t i = 0; i < derived_names_.size(); ++i)
      if (derived_[i].type() != Value::Type::null) take(derived_names_[i], derived_[i]);
  }
  for (std::uint32_t position = 0; position < fields_.size(); ++position) {
    const ColumnSource::Use& use = use_of(batch, fields_[position]);
    if (!use.column.empty()) take(use.column, values[position]);
  }
  if (wanted) sample.add(rank, std::move(row));
}

void DriftObserver::observe(const Batch& batch, Rows rows) {
  if (batch.dictionary->epoch() != epoch_) forget_ids(batch.dictionary->epoch());
  rows_.assign(rows.end - rows.begin, nullptr);
  for (std::size_t i = rows.begin; i < rows.end; ++i)
    if (batch.events[i].kind == EventKind::inference)
      rows_[i - rows.begin] = tracked_of(batch, batch.events[i]);
  constexpr std::size_t kAhead = 2;  // Two events ahead the next scope's cells come from memory.
  for (std::size_t i = rows.begin; i < rows.end; ++i) {
    if (i + kAhead < rows.end) {
      const Tracked* next = rows_[i + kAhead - rows.begin];
      if (next != nullptr && next->current != nullptr && next->current->bound != nullptr) {
        __builtin_prefetch(next->current->changes.data());
        __builtin_prefetch(next->current->bound->profile.lines());
      }
    }
    Tracked* tracked = rows_[i - rows.begin];
    if (tracked == nullptr) continue;
    const Event& event = batch.events[i];
    tracked->seen = ++clock_;
    OpenPane* pane = pane_of(*tracked, event);
    if (pane == nullptr) continue;
    if (pane->bound == nullptr && pane->sample == nullptr) {
      ++tally_.unwatched;  // Counted before a restart with a profile that is gone.
      continue;
    }
    ++pane->n;
    ++tally_.counted;
    pane->dirty = true;
    if (pane->sample != nullptr) {
      sample(*pane, batch, event);
    } else {
      count(*pane, batch, event);
    }
  }
}

void DriftObserver::save(Partials& out) {
  for (auto& [key, tracked] : tracked_) {
    for (const auto& pane : tracked->panes) {
      if (!pane->dirty) continue;
      if (pane->sample == nullptr) fold(*pane);
      out.put(pane->end, key,
              encode(PaneView{pane->profile, pane->n, pane->first, pane->last, pane->sample.get(),
                              pane->cells, pane->extents}));
      pane->dirty = false;
    }
  }
}

Status DriftObserver::load(Time pane_end, std::string_view scope, std::string_view bytes) {
  Result<PanePartial> partial = decode_partial(bytes, common_.recorded ? kRecordedRows : kLiveRows);
  if (!partial.ok()) return partial.status();
  Tracked* tracked = track(scope);
  if (tracked == nullptr) return Status::degrade("no room for the scope of a saved partial");
  auto pane = std::make_unique<OpenPane>();
  pane->end = pane_end;
  pane->start = pane_end - kSamplingPane;
  pane->n = partial->n;
  pane->first = partial->first;
  pane->last = partial->last;
  pane->profile = partial->profile;
  pane->cells = std::move(partial->cells);
  pane->extents = std::move(partial->extents);
  if (partial->sample) pane->sample = std::make_unique<Sample>(std::move(*partial->sample));
  tracked->panes.push_back(std::move(pane));
  ++tally_.panes;
  for (Followed& followed : tracked->followed) {
    if (followed.bound == nullptr || followed.bound->profile.id != partial->profile) continue;
    OpenPane& loaded = *tracked->panes.back();
    if (followed.bound->profile.cells() != loaded.cells.size())
      return Status::reject("partial of another profile");
    loaded.bound = followed.bound.get();
    loaded.start = pane_end - followed.bound->profile.pane;
  }
  return {};
}

void DriftObserver::apply(const Directive& directive) {
  Tracked* tracked = track(directive.scope);
  if (tracked == nullptr) return;
  tracked->current = nullptr;
  if (directive.bytes.empty()) {
    for (auto& pane : tracked->panes) pane->bound = nullptr;
    tracked->followed = {};
    return;
  }
  ByteReader in(directive.bytes);
  Profile profile = Profile::decode(in);
  if (!in.done() || profile.specs.empty()) return;
  auto bound = std::make_unique<Bound>(std::move(profile));
  for (std::uint32_t column = 0; column < bound->profile.specs.size(); ++column)
    bound->column_of.emplace(bound->profile.specs[column].name, column);
  for (auto& pane : tracked->panes) {
    if (pane->bound == tracked->followed[0].bound.get()) pane->bound = nullptr;
    if (pane->sample || pane->profile != bound->profile.id || pane->cells.size() != bound->profile.cells())
      continue;
    pane->bound = bound.get();
    pane->start = pane->end - bound->profile.pane;
  }
  const auto& newest = tracked->followed[1].bound;
  if (newest == nullptr || newest->profile.id != bound->profile.id)
    tracked->followed[0] = std::move(tracked->followed[1]);
  tracked->followed[1] = {directive.effective, std::move(bound)};
}

void DriftObserver::judged(Time watermark) {
  gate_.judged(watermark);
  for (auto& [key, tracked] : tracked_) {
    const std::size_t before = tracked->panes.size();
    std::erase_if(tracked->panes,
                  [&](const auto& pane) { return pane->end + gate_.lateness() <= watermark; });
    if (tracked->panes.size() == before) continue;
    tracked->current = nullptr;
    tally_.panes -= before - tracked->panes.size();
  }
}

}  // namespace vedette::drift
