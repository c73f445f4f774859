// Cost of counting an inference event of 22 features, and of closing a pane.
#include <benchmark/benchmark.h>

#include <random>
#include <string>
#include <vector>

#include "core/drift_binning.h"
#include "core/drift_learning.h"
#include "core/drift_observer.h"
#include "core/drift_watch.h"

namespace vedette::drift {
namespace {

constexpr std::size_t kNumbers = 18;
constexpr std::size_t kWords = 4;
constexpr std::size_t kRows = 1000;
constexpr Time kStart = from_ms(1'772'409'600'000);

class Everything final : public ColumnSource {
 public:
  Use use_of(const Field& field) const override { return {field.name, false}; }
};

/// Batches of events that go round the models.
struct Traffic {
  explicit Traffic(std::size_t models) {
    for (std::size_t f = 0; f < kNumbers + kWords; ++f)
      fields.push_back(names.field(Section::feature, "feature_" + std::to_string(f)));
    const ShapeId shape = names.shape(fields);
    std::mt19937_64 random(1);
    std::normal_distribution<double> normal(50, 10);
    const std::size_t count = std::max<std::size_t>(1, std::min<std::size_t>(20, models / kRows));
    for (std::size_t b = 0; b < count; ++b) {
      Batch& batch = batches.emplace_back(names);
      for (std::size_t row = 0; row < kRows; ++row) {
        Event event;
        event.time = event.watermark = kStart + Duration{1};
        event.identity = random();
        event.model = names.symbol("model-" + std::to_string(random() % models));
        event.shape = shape;
        event.first = static_cast<std::uint32_t>(batch.values.size());
        event.count = static_cast<std::uint32_t>(fields.size());
        for (std::size_t f = 0; f < kNumbers; ++f) batch.values.emplace_back(normal(random));
        for (std::size_t f = 0; f < kWords; ++f) {
          batch.values.push_back(Value::word(static_cast<WordIndex>(batch.words.size())));
          batch.words.push_back({mix64(random() % 12), "word"});
        }
        batch.keys.insert(batch.keys.end(), fields.begin(), fields.end());
        batch.events.push_back(event);
      }
    }
  }

  /// A profile of the same values.
  Directive directive(std::size_t model) {
    Sample sample(kRows);
    for (std::size_t row = 0; row < kRows; ++row) {
      Sample::Row values;
      for (std::size_t f = 0; f < fields.size(); ++f) {
        const std::size_t column = sample.column(names.field(fields[f]).name);
        Value value = batches[0].values[row * fields.size() + f];
        if (value.is_number()) sample.widen(column, value.number());
        if (!value.is_number()) value = sample.word(batches[0].words[value.index()].hash, "word");
        values.push_back(value);
      }
      sample.add(mix64(row + 1), std::move(values));
    }
    Binning binning = bin_sample(sample, Grain::final);
    binning.profile.id = 2;
    binning.profile.pane = 5 * kMinute;
    Directive result{scope_key("model-" + std::to_string(model), ""), kDawn, {}};
    ByteWriter out(result.bytes);
    binning.profile.encode(out);
    return result;
  }

  Dictionary names{HashKey{1, 2}};
  std::vector<FieldId> fields;
  std::vector<Batch> batches;
};

void observe(benchmark::State& state) {
  const auto models = static_cast<std::size_t>(state.range(0));
  Traffic traffic(models);
  const Everything source;
  DriftObserver observer(source, Common{});
  Directive directive = traffic.directive(0);
  for (std::size_t model = 0; model < models; ++model) {
    directive.scope = scope_key("model-" + std::to_string(model), "");
    observer.apply(directive);
  }
  std::size_t next = 0;
  for (auto _ : state) {
    observer.observe(traffic.batches[next], {0, kRows});
    next = (next + 1) % traffic.batches.size();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kRows));
}
BENCHMARK(observe)->Arg(1)->Arg(100)->Arg(10'000);

void close_pane(benchmark::State& state) {
  constexpr std::int64_t kPanes = 2016;
  const std::size_t columns = 20;
  BaselinePanes panes;
  panes.start = kStart;
  panes.pane = 5 * kMinute;
  panes.columns = columns;
  std::mt19937_64 random(2);
  std::vector<std::uint32_t> last(columns * kStored);
  for (std::int64_t pane = 0; pane < kPanes; ++pane) {
    panes.n.push_back(16 * 100);
    for (std::size_t column = 0; column < columns; ++column) {
      std::vector<std::uint32_t> cells(kJudged);
      for (int i = 0; i < 1600; ++i) ++cells[1 + random() % 16];
      panes.cells.insert(panes.cells.end(), cells.begin(), cells.end());
      std::copy_n(cells.begin(), kOrdinary, last.begin() + static_cast<std::ptrdiff_t>(column * kStored));
    }
  }
  const std::vector<bool> numeric(columns, true);
  const std::vector<ColumnFacts> facts(columns, ColumnFacts{true, false});
  Watch watch(learn(panes, facts, Budget{1, 2.0 * columns}), numeric, 0.02);
  std::int64_t at = 0;
  for (auto _ : state) {
    ++at;
    benchmark::DoNotOptimize(watch.close_pane(at, kStart + at * panes.pane, 1600, last));
  }
}
BENCHMARK(close_pane)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace vedette::drift

BENCHMARK_MAIN();
