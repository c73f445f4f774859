#include "unit/core/drift_rig.h"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

namespace vedette::drift_test {

/// What both halves leave, seen as Partials of one partition and as Verdicts.
class DriftRig::Store final : public Partials, public Verdicts {
 public:
  Store(DriftRig& rig, std::size_t partition) : rig_(rig), partition_(partition) {}
  void put(Time pane_end, std::string_view scope, std::string_view bytes) override {
    rig_.partials_[{pane_end, std::string(scope), partition_}] = {std::string(bytes)};
  }
  void add(Time pane_end, std::string_view scope, std::string_view bytes) override {
    rig_.partials_[{pane_end, std::string(scope), partition_}].emplace_back(bytes);
  }
  void find(Time ripe, const Finding& finding) override { rig_.findings_.emplace_back(ripe, finding); }

  void put(std::string_view key, std::string_view bytes) override {
    if (bytes.empty()) {
      rig_.state_.erase(std::string(key));
    } else {
      rig_.state_[std::string(key)] = bytes;
    }
  }
  std::string get(std::string_view key) const override {
    const auto found = rig_.state_.find(std::string(key));
    return found == rig_.state_.end() ? std::string{} : found->second;
  }
  StoredKeys range(std::string_view from, std::string_view to) const override {
    return {rig_.state_.lower_bound(std::string(from)), rig_.state_.lower_bound(std::string(to))};
  }
  void find(Time ripe, Finding finding) override { rig_.findings_.emplace_back(ripe, std::move(finding)); }
  void direct(Directive directive) override { rig_.directives_.push_back(std::move(directive)); }

 private:
  DriftRig& rig_;
  std::size_t partition_;
};

namespace {

void must(const Status& status) {
  if (!status.ok()) throw std::runtime_error(status.message());
}

void append(const Row& row, Time watermark, Batch& batch) {
  Event event;
  event.time = row.time;
  event.watermark = watermark;
  event.identity = row.identity;
  event.model = batch.dictionary->symbol(row.model);
  event.version = batch.dictionary->symbol(row.version);
  event.first = static_cast<std::uint32_t>(batch.values.size());
  event.count = static_cast<std::uint32_t>(row.values.size());
  std::vector<FieldId> fields;
  for (const auto& [field, value] : row.values) {
    fields.push_back(batch.dictionary->field(field.section, field.name));
    batch.keys.push_back(fields.back());
    Value cell = Value::null();
    if (const auto* number = std::get_if<double>(&value)) cell = Value(*number);
    if (const auto* truth = std::get_if<bool>(&value)) cell = Value::boolean(*truth);
    if (const auto* text = std::get_if<std::string>(&value)) {
      cell = Value::word(static_cast<WordIndex>(batch.words.size()));
      batch.words.push_back({siphash({3, 4}, *text), *text});
    }
    batch.values.push_back(cell);
  }
  event.shape = batch.dictionary->shape(fields);
  batch.events.push_back(event);
}

}  // namespace

DriftRig::DriftRig(const DetectorKind& kind, RigOptions options) : options_(std::move(options)) {
  auto plan = kind.plan();
  Settings table;
  plan->describe(table);
  for (const auto& [name, value] : options_.settings) must(table.find(name)->set({value}));
  auto built = plan->build(options_.common);
  must(built.status());
  detector_ = std::move(*built);
  judge_ = detector_->judge();
  make_halves();
  reset_clocks();
}

DriftRig::~DriftRig() = default;

void DriftRig::make_halves() {
  observers_.clear();
  for (std::size_t p = 0; p < options_.partitions; ++p) {
    observers_.push_back(detector_->observer());
    for (const Directive& directive : directives_) observers_.back()->apply(directive);
  }
  applied_ = directives_.size();
}

void DriftRig::restart() {
  make_halves();
  for (const auto& [key, parts] : partials_) {
    if (std::get<0>(key) + options_.common.lateness <= judged_) continue;
    for (const std::string& bytes : parts)
      must(observers_[std::get<2>(key)]->load(std::get<0>(key), std::get<1>(key), bytes));
  }
  for (auto& observer : observers_) observer->judged(judged_);
  judge_ = detector_->judge();
  for (const auto& [key, bytes] : state_) must(judge_->load(key, bytes));
}

void DriftRig::reset_clocks() {
  watermarks_.assign(options_.partitions, kDawn);
  judged_ = kDawn;
  partials_.clear();
}

void DriftRig::learn(const std::vector<Row>& rows) {
  Store store(*this, 0);
  const Time end = rows.back().time;
  reset_clocks();
  run(rows);
  judge_rest(end);
  judge_->sampled(end, store);
  make_halves();
  reset_clocks();
  run(rows);
  if (options_.learn_to_the_end) judge_rest(end);
  judge_->learned(end, store);
  make_halves();
  reset_clocks();
}

void DriftRig::adopt(const DriftRig& learned) {
  state_ = learned.state_;
  directives_ = learned.directives_;
  restart();
}

void DriftRig::promote(const DriftRig& learned, const std::string& model) {
  StoredKeys keys;
  for (const auto& [key, bytes] : learned.state_)
    if (learned.judge_->baseline_of(key) == model) keys.emplace_back(key, bytes);
  Store store(*this, 0);
  must(judge_->adopt(keys, judged_, store));
  judge_->save(store);
  hand_on_directives();
}

void DriftRig::forget(const std::string& model) {
  Store store(*this, 0);
  judge_->forget(model, store);
  judge_->save(store);
  hand_on_directives();
}

void DriftRig::watch(const std::vector<Row>& rows) { run(rows); }

void DriftRig::run(const std::vector<Row>& rows) {
  const std::size_t partitions = options_.partitions;
  for (std::size_t begin = 0; begin < rows.size(); begin += options_.batch_rows) {
    const std::size_t end = std::min(rows.size(), begin + options_.batch_rows);
    for (std::size_t p = 0; p < partitions; ++p) {
      Batch batch(names_);
      for (std::size_t i = begin; i < end; ++i) {
        if (mix64(rows[i].identity) % partitions != p) continue;
        watermarks_[p] = std::max(watermarks_[p], rows[i].time);
        append(rows[i], watermarks_[p], batch);
      }
      observers_[p]->observe(batch, {0, batch.events.size()});
      Store store(*this, p);
      observers_[p]->save(store);
    }
    step();
    if (options_.restart_each_step) restart();
  }
}

void DriftRig::judge_rest(Time end) {
  watermarks_.assign(options_.partitions, end + kDay);
  step();
}

void DriftRig::step() {
  const Time watermark = *std::min_element(watermarks_.begin(), watermarks_.end());
  Store store(*this, 0);
  auto at = partials_.begin();
  while (at != partials_.end() && std::get<0>(at->first) + options_.common.lateness <= watermark) {
    const Time pane_end = std::get<0>(at->first);
    for (; at != partials_.end() && std::get<0>(at->first) == pane_end; at = partials_.erase(at))
      for (const std::string& bytes : at->second)
        must(judge_->merge(pane_end, std::get<1>(at->first), bytes));
    judge_->advance(pane_end + options_.common.lateness, store);
  }
  judge_->advance(watermark, store);
  judge_->save(store);
  judged_ = std::max(judged_, watermark);
  hand_on_directives();
  for (auto& observer : observers_) observer->judged(judged_);
}

void DriftRig::hand_on_directives() {
  for (; applied_ < directives_.size(); ++applied_)
    for (auto& observer : observers_) observer->apply(directives_[applied_]);
}

Tally DriftRig::observed() const {
  Tally sum;
  for (const auto& observer : observers_) {
    sum.counted += observer->tally().counted;
    sum.late += observer->tally().late;
    sum.unwatched += observer->tally().unwatched;
    sum.capped += observer->tally().capped;
  }
  return sum;
}

}  // namespace vedette::drift_test
