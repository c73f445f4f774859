// Cost per event of decoding: the skeleton against what simdjson needs for parsing alone.
// Records come from a run of memory larger than the caches, as they do from a broker.
#include <benchmark/benchmark.h>
#include <simdjson.h>

#include <array>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "decode/native_decoder.h"

namespace {

using namespace vedette;

constexpr std::size_t kRecords = 40000;
constexpr std::size_t kPerBatch = 1024;
constexpr std::size_t kModels = 100;

enum class Layout : int { compact, spaced, nulls_left_out, four_orders, shuffled };

std::string feature(std::size_t column, std::mt19937_64& random) {
  if (column >= 20)
    return "\"c" + std::to_string(column) + "\":\"" + std::string(1, static_cast<char>('a' + random() % 16)) +
           "x\"";
  const std::string name = "\"feat_" + std::to_string(column) + "\":";
  if (random() % 20 == 0) return name + "null";
  if (column % 3 == 0) return name + std::to_string(random() % 100000);
  return name + std::to_string(random() % 1000) + "." + std::to_string(random() % 9000 + 1000);
}

std::string with_spaces(const std::string& record) {
  std::string out;
  for (const char c : record) {
    out += c;
    if (c == ',' || (c == ':' && out.size() > 1 && out[out.size() - 2] == '"')) out += ' ';
  }
  return out;
}

std::string make_record(std::size_t n, Layout layout, std::mt19937_64& random) {
  std::array<std::size_t, 22> order{};
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  if (layout == Layout::four_orders) std::rotate(order.begin(), order.begin() + 5 * (n % 4), order.end());
  if (layout == Layout::shuffled) std::shuffle(order.begin(), order.end(), random);
  std::string features;
  for (const std::size_t column : order) {
    const std::string text = feature(column, random);
    if (layout == Layout::nulls_left_out && text.ends_with("null")) continue;
    features += (features.empty() ? "" : ",") + text;
  }
  const std::size_t seconds = n / 100 % 3600;
  char time[32];
  std::snprintf(time, sizeof time, "2026-03-02T10:%02zu:%02zu.%03zuZ", seconds / 60, seconds % 60, n % 1000);
  const std::string model =
      layout == Layout::four_orders ? std::to_string(n % 4) : std::to_string(random() % kModels);
  const std::string record = "{\"schema\":\"vedette/1\",\"kind\":\"inference\",\"id\":\"req-" +
                             std::to_string(n) + "\",\"time\":\"" + time + "\",\"model\":\"scorer-" + model +
                             "\",\"version\":\"7\",\"principal\":\"client-" +
                             std::to_string(random() % 1000) + "\",\"tenant\":\"retail\",\"features\":{" +
                             features + "},\"outputs\":{\"label\":\"ok\",\"score\":0." +
                             std::to_string(random() % 9000 + 1000) +
                             "},\"status\":200,\"latency_ms\":" + std::to_string(random() % 90 + 10) + ".5}";
  return layout == Layout::spaced ? with_spaces(record) : record;
}

struct Input {
  explicit Input(Layout layout) {
    std::mt19937_64 random(7);
    for (std::size_t i = 0; i < kRecords; ++i) {
      starts.push_back(bytes.size());
      bytes += make_record(i, layout, random);
    }
    starts.push_back(bytes.size());
    bytes.append(simdjson::SIMDJSON_PADDING, '\0');
  }
  std::string_view record(std::size_t i) const {
    return {bytes.data() + starts[i], starts[i + 1] - starts[i]};
  }

  std::string bytes;
  std::vector<std::size_t> starts;
};

const Input& input_of(const benchmark::State& state) {
  static std::map<std::int64_t, Input> inputs;
  return inputs.try_emplace(state.range(0), static_cast<Layout>(state.range(0))).first->second;
}

void report(benchmark::State& state, const Input& input) {
  state.SetItemsProcessed(state.iterations());
  state.counters["bytes"] = static_cast<double>(input.starts.back()) / kRecords;
}

void to_columns(benchmark::State& state, NativeDecoder::Path path) {
  const Input& input = input_of(state);
  DecodeOptions options;
  options.key = {1, 2};
  Dictionary names(options.key);
  Batch batch(names);
  NativeDecoder decoder(options, path);
  std::size_t i = 0, refused = 0;
  const auto decode_next = [&] {
    if (batch.events.size() == kPerBatch) {
      batch.clear();
      names.reset_if_full();
    }
    refused += decoder.decode({0, kDawn, input.record(i)}, batch).ok() ? 0 : 1;
    i = i + 1 == kRecords ? 0 : i + 1;
  };
  for (std::size_t warm = 0; warm < 4 * kPerBatch; ++warm) decode_next();
  const std::uint64_t slow_before = decoder.slow_records();
  for (auto _ : state) decode_next();
  if (refused > 0) state.SkipWithError("a record was refused");
  report(state, input);
  state.counters["slow%"] = 100.0 * static_cast<double>(decoder.slow_records() - slow_before) /
                            static_cast<double>(state.iterations());
}

void skeleton(benchmark::State& state) { to_columns(state, NativeDecoder::Path::learned); }
void parser_to_columns(benchmark::State& state) { to_columns(state, NativeDecoder::Path::parser_only); }

double sum(simdjson::dom::element item) {
  double total = 0;
  if (item.is_object())
    for (const auto [key, value] : simdjson::dom::object(item)) total += sum(value);
  else if (item.is_number())
    total += item.get_double().value_unsafe();
  return total;
}

void dom_parse_only(benchmark::State& state) {
  const Input& input = input_of(state);
  simdjson::dom::parser parser;
  std::string padded(8192, '\0');
  std::size_t i = 0;
  for (auto _ : state) {
    const std::string_view record = input.record(i);
    std::memcpy(padded.data(), record.data(), record.size());
    simdjson::dom::element root;
    if (parser.parse(padded.data(), record.size(), false).get(root) != simdjson::SUCCESS)
      state.SkipWithError("refused");
    benchmark::DoNotOptimize(sum(root));
    i = i + 1 == kRecords ? 0 : i + 1;
  }
  report(state, input);
}

double sum(simdjson::ondemand::object object) {
  double total = 0;
  for (auto field : object) {
    simdjson::ondemand::value value = field.value().value_unsafe();
    const auto type = value.type().value_unsafe();
    if (type == simdjson::ondemand::json_type::number) total += value.get_double().value_unsafe();
    if (type == simdjson::ondemand::json_type::object) total += sum(value.get_object().value_unsafe());
  }
  return total;
}

void on_demand_parse_only(benchmark::State& state) {
  const Input& input = input_of(state);
  simdjson::ondemand::parser parser;
  std::string padded(8192, '\0');
  std::size_t i = 0;
  for (auto _ : state) {
    const std::string_view record = input.record(i);
    std::memcpy(padded.data(), record.data(), record.size());
    auto document = parser.iterate(padded.data(), record.size(), padded.size());
    benchmark::DoNotOptimize(sum(document.get_object().value_unsafe()));
    i = i + 1 == kRecords ? 0 : i + 1;
  }
  report(state, input);
}

void layouts(benchmark::internal::Benchmark* bench) {
  bench->ArgName("layout");
  for (const Layout layout :
       {Layout::compact, Layout::spaced, Layout::nulls_left_out, Layout::four_orders, Layout::shuffled})
    bench->Arg(static_cast<int>(layout));
}

BENCHMARK(skeleton)->Apply(layouts);
BENCHMARK(parser_to_columns)->ArgName("layout")->Arg(0)->Arg(4);
BENCHMARK(dom_parse_only)->ArgName("layout")->Arg(0);
BENCHMARK(on_demand_parse_only)->ArgName("layout")->Arg(0);

}  // namespace

BENCHMARK_MAIN();
