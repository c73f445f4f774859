// False alerts of the series detectors on streams in which nothing happens. Prints a table: alerts per
// model and week, each detector with a budget of 1 for itself. Arguments: weeks per stream
// (default 8), then the names of detectors (default all); --show lists the alerts.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <numbers>
#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "support/series_rig.h"

namespace vedette {
extern const DetectorKind burst_kind, byte_volume_kind, cost_kind, error_rate_kind, latency_kind,
    metric_anomaly_kind, request_rate_kind, silence_kind, token_use_kind;

namespace {

constexpr const DetectorKind* kDetectors[] = {&request_rate_kind, &error_rate_kind, &latency_kind,
                                              &token_use_kind,    &cost_kind,       &byte_volume_kind,
                                              &burst_kind,        &silence_kind,    &metric_anomaly_kind};
constexpr int kRuns = 3;

using testing_support::MetricSample;
using testing_support::Request;
using testing_support::SeriesRig;

constexpr Time kStart = from_ms(1772409600000);

/// Mean requests of a minute, for each kind of stream.
struct Stream {
  const char* name;
  double mean;
  double rhythm;  ///< Amplitude of the day.
  double wander;  ///< Sigma of a slow AR(1) of the logarithm.
  double burst;   ///< Chance per minute that the bursting client starts.
  bool gamma;     ///< Over-dispersed counts.
  double week;    ///< By how much less is asked at week-ends.
};

constexpr Stream kStreams[] = {
    {"poisson, 3 per minute", 3, 0, 0, 0, false, 0},
    {"poisson, 30 per minute", 30, 0, 0, 0, false, 0},
    {"over-dispersed, 30 per minute", 30, 0, 0, 0, true, 0},
    {"daily rhythm, 30 per minute", 30, .9, 0, 0, false, 0},
    {"weekdays and week-ends, 30 per minute", 30, .5, 0, 0, false, .6},
    {"AR(1), 30 per minute", 30, 0, .3, 0, false, 0},
    {"rhythm and AR(1), 30 per minute", 30, .8, .2, 0, true, 0},
    {"a bursting client, 20 per minute", 20, 0, 0, .005, false, 0},
};

struct Alarms {
  int by_model = 0;
  int by_tenant = 0;
  int by_principal = 0;
  int by_metric = 0;

  int all() const { return by_model + by_tenant + by_principal + by_metric; }
  void add(const Alarms& other) {
    by_model += other.by_model;
    by_tenant += other.by_tenant;
    by_principal += other.by_principal;
    by_metric += other.by_metric;
  }
};

/// What requests say of themselves: few fail, slow ones are far slower, large ones far larger, and when the
/// service has a bad hour, all of it is a little worse.
struct Service {
  std::mt19937_64& random;
  std::normal_distribution<double> normal;
  double trouble = 0;

  void minute() { trouble = .98 * trouble + .05 * normal(random); }
  void serve(Request& request) {
    const double u = std::uniform_real_distribution<double>()(random);
    const double failing = .01 * std::exp(2 * trouble);
    request.status = u < failing ? 503 : u < failing + .02 ? 404 : 200;
    request.latency_ms = std::exp(4 + .3 * trouble + .6 * normal(random));
    request.tokens = std::floor(std::exp(6 + normal(random)));
    request.cost_usd = 2e-5 * request.tokens;
    request.bytes = 1000 * std::pow(request.tokens, 1.2);
  }
};

/// What a scraper says of a minute: its requests, and the mean latency where there were any.
std::vector<MetricSample> samples_of(Time start, const std::vector<Request>& minute) {
  const auto requests = static_cast<double>(minute.size());
  std::vector<MetricSample> samples = {{start, "requests", "node", requests}};
  double latency = 0;
  for (const Request& request : minute) latency += request.latency_ms;
  if (!minute.empty()) samples.push_back({start, "latency", "node", latency / requests});
  return samples;
}

Alarms run(const DetectorKind& kind, const Stream& stream, int weeks, unsigned seed, bool show) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  Common common = kind.defaults;
  common.budget = 1;
  const bool of_metrics = &kind == &silence_kind || &kind == &metric_anomaly_kind;
  SeriesRig rig(kind, common,
                {.partitions = 1, .batch_rows = 1 << 20, .restart_each_step = false, .judge_lag = {}});
  Service service{random, {}};
  double log_wander = 0;
  double burst = 0;
  std::vector<Request> minute;
  for (int at = 0; at < weeks * 7 * 1440; ++at) {
    const double phase = 2 * std::numbers::pi * (at % 1440) / 1440;
    log_wander = .99 * log_wander + std::sqrt(1 - .99 * .99) * stream.wander * normal(random);
    double mean = stream.mean * (1 + stream.rhythm * std::sin(phase)) * std::exp(log_wander);
    if (at / 1440 % 7 >= 5) mean *= 1 - stream.week;  // The first day is a Monday.
    if (stream.gamma) mean = std::gamma_distribution<double>(8, mean / 8)(random);
    minute.clear();
    const int requests = std::poisson_distribution<int>(mean)(random);
    const Time start = kStart + at * kMinute;
    for (int i = 0; i < requests; ++i) {
      const auto client =
          static_cast<std::uint64_t>(20 * std::pow(std::uniform_real_distribution<double>()(random), 2));
      const std::int64_t at_ms = 60000LL * i / requests;
      minute.push_back({start + Duration{at_ms}, "m", "t", mix64(client + 1)});
    }
    if (burst > 0) burst = std::uniform_real_distribution<double>()(random) < .2 ? 0 : burst;
    if (std::uniform_real_distribution<double>()(random) < stream.burst)
      burst = 10 * std::pow(std::uniform_real_distribution<double>(1e-3, 1)(random), -1 / 1.5);
    for (int i = 0; i < std::min(burst, 2000.0); ++i)
      minute.push_back({start + Duration{25 * i}, "m", "t", mix64(999)});
    service.minute();
    for (Request& request : minute) service.serve(request);
    of_metrics ? rig.run_samples(samples_of(start, minute)) : rig.run(minute);
  }
  Alarms result;
  for (const auto& [ripe, finding] : rig.findings()) {
    if (finding.phase != Finding::Phase::raised) continue;
    result.by_model += finding.entity.model.empty() ? 0 : 1;
    result.by_tenant += finding.entity.tenant.empty() ? 0 : 1;
    result.by_principal += finding.entity.principal.empty() ? 0 : 1;
    result.by_metric += of_metrics ? 1 : 0;
    if (!show) continue;
    std::printf("  %s %.2f %s: %s\n", finding.reasons[0].c_str(), finding.ratio,
                to_key(finding.entity).c_str(), finding.what.c_str());
  }
  return result;
}

}  // namespace
}  // namespace vedette

int main(int argc, char** argv) {
  using namespace vedette;
  const int weeks = argc > 1 ? std::atoi(argv[1]) : 8;
  const std::set<std::string_view> wanted(argv + std::min(argc, 2), argv + argc);
  const bool all = wanted.size() == wanted.count("--show");
  std::printf(
      "| detector | stream | weeks | model | tenant | clients | metrics | alerts per model and week |\n"
      "|---|---|---|---|---|---|---|---|\n");
  for (const DetectorKind* kind : kDetectors) {
    if (!all && !wanted.contains(kind->name)) continue;
    unsigned seed = 1;
    for (const Stream& stream : kStreams) {
      Alarms sum;
      for (int i = 0; i < kRuns; ++i) {
        sum.add(run(*kind, stream, weeks, seed++, wanted.contains("--show")));
      }
      std::printf("| %s | %s | %d | %d | %d | %d | %d | %.3f |\n", std::string(kind->name).c_str(),
                  stream.name, kRuns * weeks, sum.by_model, sum.by_tenant, sum.by_principal, sum.by_metric,
                  sum.all() / static_cast<double>(kRuns * weeks));
      std::fflush(stdout);
    }
  }
  return 0;
}
