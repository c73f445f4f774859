// False alerts of request_rate on streams in which nothing happens. Prints a table: alerts per
// model and week for a budget of 1. Arguments: weeks per stream
// (default 8); anything more lists the alerts.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <numbers>
#include <random>
#include <string>
#include <vector>

#include "support/series_rig.h"

namespace vedette {
extern const DetectorKind request_rate_kind;

namespace {

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
};

constexpr Stream kStreams[] = {
    {"poisson, 3 per minute", 3, 0, 0, 0, false},
    {"poisson, 30 per minute", 30, 0, 0, 0, false},
    {"over-dispersed, 30 per minute", 30, 0, 0, 0, true},
    {"daily rhythm, 30 per minute", 30, .9, 0, 0, false},
    {"AR(1), 30 per minute", 30, 0, .3, 0, false},
    {"rhythm and AR(1), 30 per minute", 30, .8, .2, 0, true},
    {"a bursting client, 20 per minute", 20, 0, 0, .005, false},
};

struct Alarms {
  int by_model = 0;
  int by_tenant = 0;
  int by_principal = 0;
};

Alarms run(const Stream& stream, int weeks, unsigned seed, bool show) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  SeriesRig rig(request_rate_kind, Common{},
                {.partitions = 1, .batch_rows = 1 << 20, .restart_each_step = false, .judge_lag = {}});
  double log_wander = 0;
  double burst = 0;
  std::vector<Request> minute;
  for (int at = 0; at < weeks * 7 * 1440; ++at) {
    const double phase = 2 * std::numbers::pi * (at % 1440) / 1440;
    log_wander = .99 * log_wander + std::sqrt(1 - .99 * .99) * stream.wander * normal(random);
    double mean = stream.mean * (1 + stream.rhythm * std::sin(phase)) * std::exp(log_wander);
    if (stream.gamma) mean = std::gamma_distribution<double>(8, mean / 8)(random);
    minute.clear();
    const int requests = std::poisson_distribution<int>(mean)(random);
    const Time start = kStart + at * kMinute;
    for (int i = 0; i < requests; ++i) {
      const auto client =
          static_cast<std::uint64_t>(20 * std::pow(std::uniform_real_distribution<double>()(random), 2));
      minute.push_back({start + Duration{i % 60000}, "m", "t", mix64(client + 1)});
    }
    if (burst > 0) burst = std::uniform_real_distribution<double>()(random) < .2 ? 0 : burst;
    if (std::uniform_real_distribution<double>()(random) < stream.burst)
      burst = 10 * std::pow(std::uniform_real_distribution<double>(1e-3, 1)(random), -1 / 1.5);
    for (int i = 0; i < std::min(burst, 2000.0); ++i)
      minute.push_back({start + Duration{i}, "m", "t", mix64(999)});
    rig.run(minute);
  }
  Alarms result;
  for (const auto& [ripe, finding] : rig.findings()) {
    if (finding.phase != Finding::Phase::raised) continue;
    result.by_model += finding.entity.model.empty() ? 0 : 1;
    result.by_tenant += finding.entity.tenant.empty() ? 0 : 1;
    result.by_principal += finding.entity.principal.empty() ? 0 : 1;
    if (!show) continue;
    std::printf("  %s %.2f %s: %s\n", finding.reasons[0].c_str(), finding.ratio,
                to_key(finding.entity).c_str(), finding.what.c_str());
  }
  return result;
}

}  // namespace
}  // namespace vedette

int main(int argc, char** argv) {
  const int weeks = argc > 1 ? std::atoi(argv[1]) : 8;
  std::printf(
      "| stream | weeks | model | tenant | clients | alerts per model and week "
      "|\n|---|---|---|---|---|---|\n");
  unsigned seed = 1;
  for (const vedette::Stream& stream : vedette::kStreams) {
    vedette::Alarms sum;
    for (int i = 0; i < 3; ++i) {
      const vedette::Alarms one = vedette::run(stream, weeks, seed++, argc > 2);
      sum.by_model += one.by_model;
      sum.by_tenant += one.by_tenant;
      sum.by_principal += one.by_principal;
    }
    const int all = sum.by_model + sum.by_tenant + sum.by_principal;
    std::printf("| %s | %d | %d | %d | %d | %.3f |\n", stream.name, 3 * weeks, sum.by_model, sum.by_tenant,
                sum.by_principal, all / (3.0 * weeks));
  }
  return 0;
}
