// What a series costs: per pane of one series, and per event of an observer.
#include <benchmark/benchmark.h>

#include <cmath>
#include <random>

#include "core/series_counts.h"
#include "core/series_model.h"
#include "vedette/series.h"

namespace vedette {
extern const DetectorKind request_rate_kind;

namespace {

constexpr Time kStart = from_ms(1772409600000);

void step(benchmark::State& state, series::Depth depth, double mean) {
  series::SeriesModel model({.pane = kMinute, .counts = true}, depth);
  std::mt19937_64 random(1);
  std::vector<double> values(4096);
  for (double& value : values) value = std::poisson_distribution<int>(mean)(random);
  std::int64_t at = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(model.step(kStart + at * kMinute, values[static_cast<std::size_t>(at) & 4095]));
    ++at;
  }
  state.counters["bytes"] = static_cast<double>(model.bytes());
}
BENCHMARK_CAPTURE(step, without_tables, series::Depth::none, 200);
BENCHMARK_CAPTURE(step, days_and_weeks, series::Depth::week, 200);
BENCHMARK_CAPTURE(step, low_counts, series::Depth::week, 3);

/// Batches of one minute from `clients` clients and 100 models.
void observe(benchmark::State& state) {
  const auto clients = static_cast<std::uint64_t>(state.range(0));
  Common common;
  common.max_keys = state.range(1);
  const auto plan = request_rate_kind.plan();
  const auto detector = std::move(plan->build(common).value());
  const auto observer = detector->observer();
  Dictionary names(HashKey{1, 2});
  std::vector<Symbol> models;
  for (int i = 0; i < 100; ++i) models.push_back(names.symbol("model" + std::to_string(i)));
  Batch batch(names);
  std::mt19937_64 random(1);
  for (int i = 0; i < 200000; ++i) {
    Event event;
    event.time = event.watermark = kStart + Duration{i / 4};
    event.model = models[random() % models.size()];
    event.tenant = names.symbol("tenant");
    event.principal = mix64(1 + random() % clients);
    batch.events.push_back(event);
  }
  std::size_t at = 0;
  for (auto _ : state) {
    observer->observe(batch, {at, at + 1000});
    at = at + 1000 < batch.events.size() ? at + 1000 : 0;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * 1000);
  state.counters["ns_per_event"] =
      benchmark::Counter(static_cast<double>(state.iterations()) * 1e3 / 1e9,
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(observe)->Args({1000, 10000})->Args({10000, 10000})->Args({1000000000, 10000});

}  // namespace
}  // namespace vedette

BENCHMARK_MAIN();
