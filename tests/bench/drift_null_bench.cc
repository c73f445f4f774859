// False alerts of the drift detectors on streams in which nothing happens but the
// restlessness of real traffic. Prints a table: alerts per model and week, each detector with
// the part of the default budget that it has when all that are shipped run. Arguments: models
// per kind of stream (default 3), weeks to watch each (6), events in five minutes (100),
// features (20), days of baseline (7), name of the only kind of stream.
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/catalog.h"
#include "support/drift_nulls.h"
#include "vedette/detector.h"

namespace vedette {
namespace {

using testing_support::kNullStreams;
using testing_support::NullStream;
using testing_support::NullTraffic;

constexpr Time kStart = from_ms(1'772'409'600'000);  // A Monday.

/// Both halves of one detector over a store in memory, one partition, one model.
class Run final : public Partials, public Verdicts {
 public:
  Run(const DetectorKind& kind, double budget) {
    Common common = kind.defaults;
    common.budget = budget;
    common.recorded = true;
    auto built = kind.plan()->build(common);
    if (!built.ok()) std::abort();
    detector_ = std::move(*built);
    lateness_ = common.lateness;
    observer_ = detector_->observer();
    judge_ = detector_->judge();
  }

  void take(const Batch& batch) {
    if (batch.events.empty()) return;
    observer_->observe(batch, {0, batch.events.size()});
    observer_->save(*this);
    judge(batch.events.back().time);
  }
  void sampled(Time end) {
    judge(end + kDay);
    judge_->sampled(end, *this);
    restart();
  }
  void learned(Time end) {
    judge(end + kDay);
    judge_->learned(end, *this);
    restart();
  }
  std::size_t alerts() const { return groups_.size(); }

  void put(Time pane_end, std::string_view scope, std::string_view bytes) override {
    partials_[{pane_end, std::string(scope)}] = {std::string(bytes)};
  }
  void add(Time pane_end, std::string_view scope, std::string_view bytes) override {
    partials_[{pane_end, std::string(scope)}].emplace_back(bytes);
  }
  void find(Time, const Finding&) override {}
  void put(std::string_view key, std::string_view bytes) override {
    if (bytes.empty()) {
      state_.erase(std::string(key));
    } else {
      state_[std::string(key)] = bytes;
    }
  }
  std::string get(std::string_view) const override { return {}; }
  std::vector<std::pair<std::string, std::string>> range(std::string_view from,
                                                         std::string_view to) const override {
    return {state_.lower_bound(std::string(from)), state_.lower_bound(std::string(to))};
  }
  void find(Time, Finding finding) override { groups_.insert(finding.group); }
  void direct(Directive directive) override { directives_.push_back(std::move(directive)); }

 private:
  void judge(Time watermark) {
    while (!partials_.empty() && partials_.begin()->first.first + lateness_ <= watermark) {
      const auto& [key, parts] = *partials_.begin();
      for (const std::string& bytes : parts)
        if (!judge_->merge(key.first, key.second, bytes).ok()) std::abort();
      judge_->advance(key.first + lateness_, *this);
      partials_.erase(partials_.begin());
    }
    judge_->advance(watermark, *this);
    observer_->judged(watermark);
  }
  /// The recording begins again, or the stream to watch does.
  void restart() {
    observer_ = detector_->observer();
    for (const Directive& directive : directives_) observer_->apply(directive);
  }

  std::unique_ptr<Detector> detector_;
  std::unique_ptr<Observer> observer_;
  std::unique_ptr<Judge> judge_;
  Duration lateness_{};
  std::map<std::pair<Time, std::string>, std::vector<std::string>> partials_;
  std::map<std::string, std::string> state_;
  std::vector<Directive> directives_;
  std::set<std::string> groups_;
};

struct Size {
  int models = 3;
  int weeks = 6;
  double events = 100;
  std::size_t features = 20;
  int baseline_days = 7;
};

const char* const kNames[] = {"feature_drift",   "output_drift", "multivariate_drift",
                              "embedding_drift", "client_drift", "segment_drift"};

std::vector<std::unique_ptr<Run>> runs() {
  double weights = 0;
  for (const DetectorKind* kind : catalog()) weights += kind->weight;
  std::vector<std::unique_ptr<Run>> runs;
  for (const char* name : kNames)
    for (const DetectorKind* kind : catalog())
      if (kind->name == name) runs.push_back(std::make_unique<Run>(*kind, kind->weight / weights));
  return runs;
}

/// Alerts of each detector.
std::vector<double> alerts_of(const NullStream& stream, const Size& size, std::uint64_t seed) {
  const Time learned = kStart + size.baseline_days * kDay;
  const Time end = learned + size.weeks * kWeek;
  const auto all = runs();
  for (const bool sampling : {true, false}) {
    NullTraffic traffic(stream, size.events, size.features, seed);
    for (Time at = kStart; at < (sampling ? learned : end); at += NullTraffic::kStep) {
      const Batch& batch = traffic.next(at);
      for (const auto& run : all) {
        if (at == learned) run->learned(at - Duration{1});
        run->take(batch);
      }
    }
    if (!sampling) break;
    for (const auto& run : all) run->sampled(learned - Duration{1});
  }
  std::vector<double> alerts;
  for (const auto& run : all) alerts.push_back(static_cast<double>(run->alerts()));
  return alerts;
}

void print_row(const NullStream& stream, const Size& size) {
  std::vector<double> sum(std::size(kNames));
  double most = 0;
  for (int model = 0; model < size.models; ++model) {
    const std::vector<double> own = alerts_of(stream, size, static_cast<std::uint64_t>(model) + 1);
    double all = 0;
    for (std::size_t i = 0; i < own.size(); ++i) {
      sum[i] += own[i];
      all += own[i];
    }
    most = std::max(most, all / size.weeks);
  }
  const double weeks = size.models * size.weeks;
  double all = 0;
  std::printf("| %-18s | %5.0f |", stream.name, weeks);
  for (const double alerts : sum) {
    std::printf(" %.2f |", alerts / weeks);
    all += alerts / weeks;
  }
  std::printf(" %.2f | %.2f |\n", all, most);
  std::fflush(stdout);
}

}  // namespace
}  // namespace vedette

int main(int argc, char** argv) {
  const auto argument = [&](int at, double otherwise) { return argc > at ? std::atof(argv[at]) : otherwise; };
  const vedette::Size size{static_cast<int>(argument(1, 3)), static_cast<int>(argument(2, 6)),
                           argument(3, 100), static_cast<std::size_t>(argument(4, 20)),
                           static_cast<int>(argument(5, 7))};
  std::printf(
      "False alerts per model and week; %g events in 5 minutes, %zu features, %d days of baseline\n\n",
      size.events, size.features, size.baseline_days);
  std::printf("| stream | weeks |");
  for (const char* name : vedette::kNames) std::printf(" %s |", name);
  std::printf(" all | most of one model |\n|---|---|");
  for (std::size_t i = 0; i < std::size(vedette::kNames) + 2; ++i) std::printf("---|");
  std::printf("\n");
  for (const auto& stream : vedette::kNullStreams)
    if (argc <= 6 || std::string_view(argv[6]) == stream.name) vedette::print_row(stream, size);
}
