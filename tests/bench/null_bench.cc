// False alerts of the detectors that read inference events and labels, on streams in which nothing happens
// but the restlessness of real traffic. Prints a table: alerts per model and week, each detector with its
// shipped part of a budget of 1.
// Usage: null_bench [KEY=VALUE ...] [DETECTOR ...] [--show], without names all detectors.
//   models=1 of each stream, weeks=2 to watch each, days=7 of baseline, events=100 in five minutes,
//   features=20, stream=NAME only that one, rows=FILE.csv real rows to shuffle (may be given again)
// --show lists the alerts.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/catalog.h"
#include "detector_run.h"
#include "null_traffic.h"

namespace vedette::bench {
namespace {

constexpr Time kStart = from_ms(1'772'409'600'000);  // A Monday.

constexpr std::string_view kReaders[] = {"feature_drift",     "output_drift",  "multivariate_drift",
                                         "embedding_drift",   "client_drift",  "segment_drift",
                                         "segment_relations", "data_quality",  "model_change",
                                         "unusual_output",    "concept_drift", "performance_estimate",
                                         "fairness"};

struct Plan {
  int models = 1;
  int weeks = 2;
  int days = 7;
  double events = 100;
  std::size_t features = 20;
  bool show = false;
  std::string stream;
  std::vector<std::string> detectors;
  std::vector<RealTable> tables;
};

/// Why an argument is refused; empty: it is not.
std::string read(std::string_view argument, Plan& plan) {
  if (argument == "--show") return plan.show = true, "";
  const std::size_t equals = argument.find('=');
  const std::string_view key = argument.substr(0, equals);
  if (equals == std::string_view::npos) {
    plan.detectors.emplace_back(key);
    const bool known = std::find(std::begin(kReaders), std::end(kReaders), key) != std::end(kReaders);
    return known ? "" : "reads no inference events or is no detector";
  }
  const std::string value(argument.substr(equals + 1));
  const double number = std::atof(value.c_str());
  if (key == "stream") return plan.stream = value, "";
  if (key == "rows") {
    auto table = read_table(value);
    if (table.ok()) plan.tables.push_back(std::move(*table));
    return table.status().message();
  }
  if (number <= 0) return "needs a number above 0";
  if (key == "models") return plan.models = static_cast<int>(number), "";
  if (key == "weeks") return plan.weeks = static_cast<int>(number), "";
  if (key == "days") return plan.days = static_cast<int>(number), "";
  if (key == "events") return plan.events = number, "";
  if (key == "features") return plan.features = static_cast<std::size_t>(number), "";
  return "is not known";
}

/// As shipped, with fields for fairness to protect.
std::vector<BuiltDetector> build(const Plan& plan) {
  Config config;
  config.detectors.push_back({.name = "fairness",
                              .file = "fairness",
                              .settings = {{"protected", {"group"}}, {"favourable", {"yes"}}},
                              .overrides = {}});
  auto built = build_detectors(config, catalog(), plan.detectors, true);
  if (!built.ok()) {
    std::fprintf(stderr, "%s\n", built.status().message().c_str());
    std::exit(1);
  }
  std::vector<BuiltDetector> readers;
  for (const std::string_view name : kReaders)
    for (BuiltDetector& one : *built)
      if (one.kind->name == name) readers.push_back(std::move(one));
  return readers;
}

/// What one model makes of a stream: a run of each detector, after the baseline and `weeks` more.
std::vector<std::unique_ptr<DetectorRun>> watch(const std::vector<BuiltDetector>& detectors,
                                                const NullStream& stream, const Plan& plan, int model) {
  std::vector<std::unique_ptr<DetectorRun>> runs;
  for (const BuiltDetector& built : detectors) runs.push_back(std::make_unique<DetectorRun>(built));
  const Time learned = kStart + plan.days * kDay;
  const Time end = learned + plan.weeks * kWeek;
  for (const bool sampling : {true, false}) {
    NullTraffic traffic(stream, plan.events, plan.features, static_cast<std::uint64_t>(model) + 1);
    for (Time at = kStart; at < (sampling ? learned : end); at += NullTraffic::kStep) {
      const Batch& batch = traffic.next(at);
      for (const auto& run : runs) {
        if (at == learned) run->learned(at - Duration{1});
        run->observe(batch);
      }
    }
    if (!sampling) break;
    for (const auto& run : runs) run->sampled(learned - Duration{1});
  }
  return runs;
}

void show(const Alert& alert, int model) {
  std::printf("  model %d, %s, ratio %.2f: %s\n", model, alert.detector.c_str(), alert.finding.ratio,
              alert.finding.what.c_str());
}

void print_row(const std::vector<BuiltDetector>& detectors, const NullStream& stream, const Plan& plan) {
  std::vector<double> alerts(detectors.size());
  double most = 0;
  for (int model = 0; model < plan.models; ++model) {
    const auto runs = watch(detectors, stream, plan, model);
    double all = 0;
    for (std::size_t i = 0; i < runs.size(); ++i) {
      alerts[i] += static_cast<double>(runs[i]->alerts().size());
      all += static_cast<double>(runs[i]->alerts().size());
      for (const Alert& alert : runs[i]->alerts())
        if (plan.show) show(alert, model);
    }
    most = std::max(most, all / plan.weeks);
  }
  const double weeks = plan.models * plan.weeks;
  double all = 0;
  std::printf("| %-20s | %3.0f |", stream.name.c_str(), weeks);
  for (const double count : alerts) {
    std::printf(" %.2f |", count / weeks);
    all += count / weeks;
  }
  std::printf(" %.2f | %.2f |\n", all, most);
  std::fflush(stdout);
}

void print_table(const Plan& plan) {
  const std::vector<BuiltDetector> detectors = build(plan);
  std::printf("False alerts per model and week; %g events in 5 minutes, %zu features, %d days of baseline\n",
              plan.events, plan.features, plan.days);
  if (plan.tables.empty()) std::printf("Without real rows: no rows=FILE.csv was given\n");
  std::printf("\n| stream | weeks |");
  for (const BuiltDetector& built : detectors) std::printf(" %s |", built.instance.c_str());
  std::printf(" all | most of one model |\n|---|---|");
  for (std::size_t i = 0; i < detectors.size() + 2; ++i) std::printf("---|");
  std::printf("\n");
  for (const NullStream& stream : null_streams(plan.tables))
    if (plan.stream.empty() || plan.stream == stream.name) print_row(detectors, stream, plan);
}

}  // namespace
}  // namespace vedette::bench

int main(int argc, char** argv) {
  vedette::bench::Plan plan;
  for (int i = 1; i < argc; ++i) {
    const std::string refused = vedette::bench::read(argv[i], plan);
    if (refused.empty()) continue;
    std::fprintf(stderr, "null_bench: %s %s\n", argv[i], refused.c_str());
    return 2;
  }
  vedette::bench::print_table(plan);
}
