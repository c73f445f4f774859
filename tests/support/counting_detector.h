#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "core/detector_set.h"
#include "support/sample_detector.h"

namespace vedette::testing_support {

/// Counts events per model in panes of 10 s and says each count as a finding of its own.
/// Every 50th pane it directs a new unit, counted from the directive's effective time
/// on, so that a wrong hand-over between judge and observers changes what it says.
class CountingObserver final : public Observer {
 public:
  explicit CountingObserver(Duration lateness) : gate_(lateness) {}
  void observe(const Batch& batch, Rows rows) override {
    for (std::size_t i = rows.begin; i < rows.end; ++i) {
      const Event& event = batch.events[i];
      const Time end = floor_to(event.time, 10 * kSecond) + 10 * kSecond;
      switch (gate_.check(end, event.watermark)) {
        case PaneGate::Answer::late:
          ++tally_.late;
          continue;
        case PaneGate::Answer::late_after_idle:
          ++tally_.late_after_idle;
          continue;
        case PaneGate::Answer::open:
          break;
      }
      ++tally_.counted;
      open_[{end, std::string(batch.name(event.model))}] += unit_at(end - 10 * kSecond);
      dirty_.insert({end, std::string(batch.name(event.model))});
    }
  }
  void save(Partials& out) override {
    for (const auto& key : dirty_) {
      std::string bytes;
      ByteWriter(bytes).u64(open_[key]);
      out.put(key.first, key.second, bytes);
    }
    dirty_.clear();
  }
  Status load(Time pane_end, std::string_view scope, std::string_view bytes) override {
    ByteReader in(bytes);
    open_[{pane_end, std::string(scope)}] = in.u64();
    return in.done() ? Status{} : Status::reject("not a count");
  }
  void apply(const Directive& directive) override {
    ByteReader in(directive.bytes);
    units_[directive.effective] = in.u64();
  }
  void judged(Time watermark) override {
    gate_.judged(watermark);
    std::erase_if(open_,
                  [&](const auto& entry) { return entry.first.first + gate_.lateness() <= watermark; });
    std::erase_if(dirty_, [&](const auto& key) { return key.first + gate_.lateness() <= watermark; });
  }

 private:
  std::uint64_t unit_at(Time start) const {
    const auto next = units_.upper_bound(start);
    return next == units_.begin() ? 1 : std::prev(next)->second;
  }
  PaneGate gate_;
  std::map<std::pair<Time, std::string>, std::uint64_t> open_;
  std::set<std::pair<Time, std::string>> dirty_;
  std::map<Time, std::uint64_t> units_;
};

class CountingJudge final : public Judge {
 public:
  explicit CountingJudge(Duration lateness) : lateness_(lateness) {}
  Status load(std::string_view, std::string_view bytes) override {
    ByteReader in(bytes);
    panes_ = in.u64();
    return in.done() ? Status{} : Status::reject("not a count");
  }
  Status merge(Time pane_end, std::string_view scope, std::string_view partial) override {
    ByteReader in(partial);
    sums_[{pane_end, std::string(scope)}] += in.u64();
    return in.done() ? Status{} : Status::reject("not a count");
  }
  void advance(Time watermark, Verdicts& out) override {
    while (!sums_.empty() && sums_.begin()->first.first + lateness_ <= watermark) {
      const auto& [key, sum] = *sums_.begin();
      say(key.first, key.second, sum, out);
      sums_.erase(sums_.begin());
    }
  }

 private:
  void say(Time end, const std::string& model, std::uint64_t sum, Verdicts& out) {
    Finding finding;
    finding.entity.model = model;
    finding.subject = std::to_string(to_ms(end));
    finding.at = finding.end = end;
    finding.start = end - 10 * kSecond;
    finding.effect = static_cast<double>(sum);
    finding.quiet_closes = kMinute;
    out.find(end + lateness_, std::move(finding));
    ++tally_.panes;
    std::string bytes;
    ByteWriter(bytes).u64(++panes_);
    out.put("panes", bytes);
    if (panes_ % 50 != 0) return;
    std::string unit;
    ByteWriter(unit).u64(1 + panes_ / 50);
    out.direct({"unit", ceil_to(end + lateness_ + kHorizon, 10 * kSecond), unit});
  }
  Duration lateness_;
  std::map<std::pair<Time, std::string>, std::uint64_t> sums_;
  std::uint64_t panes_ = 0;
};

class CountingDetector final : public Detector {
 public:
  explicit CountingDetector(Duration lateness) : lateness_(lateness) {}
  std::unique_ptr<Observer> observer() const override {
    return std::make_unique<CountingObserver>(lateness_);
  }
  std::unique_ptr<Judge> judge() const override { return std::make_unique<CountingJudge>(lateness_); }

 private:
  Duration lateness_;
};

inline const DetectorKind kCountingKind = bare_kind("counting", "A count");

inline std::vector<BuiltDetector> counting_detectors() {
  std::vector<BuiltDetector> built(1);
  built[0].kind = &kCountingKind;
  built[0].instance = "counting";
  built[0].common.lateness = 5 * kSecond;
  built[0].common.cooldown = kHour;
  built[0].detector = std::make_unique<CountingDetector>(built[0].common.lateness);
  return built;
}

}  // namespace vedette::testing_support
