#pragma once

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "vedette/detector.h"
#include "vedette/dictionary.h"

namespace vedette::testing_support {

/// A request as tests write it.
struct Request {
  Time time{};
  std::string model;
  std::string tenant;
  std::uint64_t principal = 0;
  int status = 0;
  double latency_ms = kUnknown;
  double tokens = kUnknown;
  double bytes = kUnknown;
  double cost_usd = kUnknown;
};

/// A metric sample as tests write it; the node is its only label.
struct MetricSample {
  Time time{};
  std::string name;
  std::string node;
  double value = 0;  ///< NaN: null.
};

struct SeriesRigOptions {
  std::size_t partitions = 1;
  std::size_t batch_rows = 512;
  bool restart_each_step = false;  ///< Save and load both halves after every batch.
  Duration judge_lag{0};           ///< The judge's watermark stays so far behind.
};

/// A series detector run as the pipeline runs it, in one thread: partials per partition,
/// ripe panes merged in order, directives and findings handed on.
class SeriesRig {
 public:
  SeriesRig(const DetectorKind& kind, Common common, SeriesRigOptions options,
            const std::map<std::string, std::string>& settings = {})
      : options_(options), common_(std::move(common)), plan_(kind.plan()) {
    Settings table;
    plan_->describe(table);
    for (const auto& [name, value] : settings) table.find(name)->set({value}).ignore("a test's own settings");
    detector_ = std::move(plan_->build(common_).value());
    make_halves();
  }

  /// Requests in order of time; each goes to the partition of its hash.
  void run(const std::vector<Request>& requests) { feed_all(requests); }
  void run_samples(const std::vector<MetricSample>& samples) { feed_all(samples); }
  /// No further events: time goes on to `watermark`.
  void idle_until(Time watermark) { step(watermark); }

 private:
  template <class Item>
  void feed_all(const std::vector<Item>& items) {
    for (std::size_t at = 0; at < items.size(); at += options_.batch_rows) {
      const std::size_t end = std::min(items.size(), at + options_.batch_rows);
      feed(std::span<const Item>(items.data() + at, end - at));
      step(watermark() - options_.judge_lag);
    }
  }

 public:
  const std::vector<std::pair<Time, Finding>>& findings() const { return findings_; }
  std::vector<std::string> lines() const {
    std::vector<std::string> lines;
    for (const auto& [ripe, finding] : findings_) {
      std::string bytes = std::to_string(to_ms(ripe)) + " ";
      ByteWriter out(bytes);
      encode(finding, out);
      lines.push_back(std::move(bytes));
    }
    return lines;
  }
  Judge& judge() { return *judge_; }
  /// What a judge of its own says that has loaded the stored state.
  std::vector<BaselineView> stored_baselines() {
    const auto judge = detector_->judge();
    for (const auto& [key, bytes] : state_) failed_ += judge->load(key, bytes).ok() ? 0 : 1;
    return judge->baselines();
  }
  void tap(SeriesTap* tap) { judge_->tap(tap); }
  Tally observed() const {
    Tally sum;
    for (const auto& observer : observers_) {
      sum.counted += observer->tally().counted;
      sum.late += observer->tally().late;
      sum.unwatched += observer->tally().unwatched;
      sum.keys += observer->tally().keys;
    }
    return sum;
  }
  std::size_t state_bytes() const {
    std::size_t bytes = 0;
    for (const auto& [key, value] : state_) bytes += key.size() + value.size();
    return bytes;
  }

 private:
  using PartialKey = std::tuple<Time, std::string, std::size_t>;
  struct Inbox final : Partials {
    void put(Time pane_end, std::string_view scope, std::string_view bytes) override {
      (*partials)[{pane_end, std::string(scope), partition}] = bytes;
    }
    void add(Time, std::string_view, std::string_view) override {
      std::abort();  // Series leave their counts whole.
    }
    void find(Time, const Finding&) override {}
    std::map<PartialKey, std::string>* partials = nullptr;
    std::size_t partition = 0;
  };
  struct Outbox final : Verdicts {
    explicit Outbox(SeriesRig& owner) : rig(owner) {}
    void put(std::string_view key, std::string_view bytes) override {
      if (bytes.empty()) rig.state_.erase(std::string(key));
      if (!bytes.empty()) rig.state_[std::string(key)] = bytes;
    }
    std::string get(std::string_view key) const override {
      const auto found = rig.state_.find(std::string(key));
      return found == rig.state_.end() ? std::string{} : found->second;
    }
    StoredKeys range(std::string_view from, std::string_view to) const override {
      return {rig.state_.lower_bound(std::string(from)), rig.state_.lower_bound(std::string(to))};
    }
    void find(Time ripe, Finding finding) override { rig.findings_.emplace_back(ripe, std::move(finding)); }
    void direct(Directive directive) override {
      for (const auto& observer : rig.observers_) observer->apply(directive);
      auto& kept = rig.directives_[directive.scope];
      kept.push_back(std::move(directive));
      if (kept.size() > 2) kept.erase(kept.begin());
    }
    SeriesRig& rig;
  };

  void make_halves() {
    observers_.clear();
    for (std::size_t i = 0; i < options_.partitions; ++i) observers_.push_back(detector_->observer());
    clocks_.resize(options_.partitions, kDawn);
    judge_ = detector_->judge();
  }

  void restart() {
    make_halves();
    for (const auto& [scope, kept] : directives_)
      for (const Directive& directive : kept)
        for (const auto& observer : observers_) observer->apply(directive);
    for (std::size_t i = 0; i < observers_.size(); ++i) observers_[i]->judged(judged_);
    for (const auto& [key, bytes] : partials_)
      failed_ += observers_[std::get<2>(key)]->load(std::get<0>(key), std::get<1>(key), bytes).ok() ? 0 : 1;
    for (const auto& [key, bytes] : state_) failed_ += judge_->load(key, bytes).ok() ? 0 : 1;
  }

 public:
  std::size_t failed() const { return failed_; }

 private:
  void fill(Event& event, const Request& request) {
    event.model = dictionary_.symbol(request.model);
    event.tenant = dictionary_.symbol(request.tenant);
    event.principal = request.principal;
    event.status = request.status;
    event.latency_ms = request.latency_ms;
    event.tokens_in = request.tokens;
    event.bytes_out = request.bytes;
    event.cost_usd = request.cost_usd;
  }
  void fill(Event& event, const MetricSample& sample) {
    event.kind = EventKind::metric;
    event.name = dictionary_.symbol(sample.name);
    if (!std::isnan(sample.value)) event.value = Value(sample.value);
    event.first = static_cast<std::uint32_t>(batch_.values.size());
    event.count = 1;
    batch_.keys.push_back(dictionary_.field(Section::segment, "node"));
    batch_.values.push_back(Value::word(static_cast<WordIndex>(batch_.words.size())));
    batch_.words.push_back({siphash({3, 4}, sample.node), sample.node});
  }
  template <class Item>
  void feed(std::span<const Item> items) {
    for (std::size_t p = 0; p < options_.partitions; ++p) {
      batch_.clear();
      for (const Item& item : items) {
        if (partition_of(item) != p) continue;
        Event event;
        event.time = item.time;
        clocks_[p] = std::max(clocks_[p], item.time);
        event.watermark = clocks_[p];
        fill(event, item);
        batch_.events.push_back(event);
      }
      observers_[p]->observe(batch_, {0, batch_.events.size()});
      Inbox inbox;
      inbox.partials = &partials_;
      inbox.partition = p;
      observers_[p]->save(inbox);
    }
  }
  std::size_t partition_of(const Request& request) const {
    return mix64(request.principal ^ static_cast<std::uint64_t>(to_ms(request.time))) % options_.partitions;
  }
  std::size_t partition_of(const MetricSample& sample) const {
    return mix64(static_cast<std::uint64_t>(to_ms(sample.time))) % options_.partitions;
  }
  Time watermark() const {
    Time least = kForever;
    for (const Time clock : clocks_) least = std::min(least, clock);
    return least;
  }
  void step(Time watermark) {
    if (watermark < judged_ || watermark <= kDawn) return;
    for (auto at = partials_.begin(); at != partials_.end();) {
      const auto& [end, scope, partition] = at->first;
      if (end + common_.lateness > watermark) break;
      failed_ += judge_->merge(end, scope, at->second).ok() ? 0 : 1;
      at = partials_.erase(at);
    }
    Outbox outbox(*this);
    judge_->advance(watermark, outbox);
    judge_->save(outbox);
    judged_ = watermark;
    for (const auto& observer : observers_) observer->judged(watermark);
    if (options_.restart_each_step) restart();
  }

  SeriesRigOptions options_;
  Common common_;
  std::unique_ptr<DetectorPlan> plan_;
  std::unique_ptr<Detector> detector_;
  std::vector<std::unique_ptr<Observer>> observers_;
  std::unique_ptr<Judge> judge_;
  std::vector<Time> clocks_;
  Time judged_ = kDawn;
  Dictionary dictionary_{HashKey{1, 2}};
  Batch batch_{dictionary_};
  std::map<PartialKey, std::string> partials_;
  std::map<std::string, std::string> state_;
  std::map<std::string, std::vector<Directive>> directives_;
  std::vector<std::pair<Time, Finding>> findings_;
  std::size_t failed_ = 0;
};

}  // namespace vedette::testing_support
