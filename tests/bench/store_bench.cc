// What the durable store costs: a commit as workers and judge make it, reads, and opening.
// Figures depend on the disk of the temporary folder; run on an idle machine.

#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>
#include <string>

#include "adapters/rocksdb/rocksdb_store.h"
#include "core/mem_store.h"
#include "support/temp_folder.h"
#include "vedette/hash.h"

namespace vedette {
namespace {

constexpr std::uint64_t kMillion = 1000000;

/// The order of numbers is not the order of keys, as with scopes of models and clients.
std::string key_of(std::uint64_t number) {
  std::string key = "o/feature_drift/0000000000/";
  for (std::uint64_t bits = mix64(number), i = 0; i < 16; ++i, bits >>= 4)
    key.push_back("0123456789abcdef"[bits & 15]);
  return key;
}

std::unique_ptr<Store> open(const std::string& path, Log& log) {
  auto opened = open_rocksdb_store({.path = path}, log);
  return opened.ok() ? std::move(*opened) : nullptr;
}

bool fill(Store& store, std::uint64_t keys, std::size_t value_bytes) {
  const std::string value(value_bytes, 'v');
  Changes changes;
  for (std::uint64_t i = 0; i < keys; ++i) {
    changes.put(key_of(i), value);
    if (changes.size() < 10000 && i + 1 < keys) continue;
    if (!store.commit(changes).ok()) return false;
    changes.clear();
  }
  return true;
}

/// Values of 1 KB that do not compress, written to ten times as many keys in turn.
void commit_to(Store& store, benchmark::State& state) {
  const auto keys = static_cast<std::uint64_t>(state.range(0));
  std::uint64_t next = 0;
  Changes changes;
  for (auto _ : state) {
    state.PauseTiming();
    changes.clear();
    std::string value(1024, '\0');
    for (std::uint64_t i = 0; i < keys; ++i, ++next) {
      for (std::size_t at = 0; at < value.size(); ++at)
        value[at] = static_cast<char>(mix64(next * 1024 + at));
      changes.put(key_of(next % (10 * keys)), value);
    }
    state.ResumeTiming();
    if (!store.commit(changes).ok()) return state.SkipWithError("commit failed");
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void commit_rocksdb(benchmark::State& state) {
  const TempFolder folder;
  SilentLog log;
  const auto store = open(folder.file("state"), log);
  if (!store) return state.SkipWithError("cannot open");
  commit_to(*store, state);
}
BENCHMARK(commit_rocksdb)->Arg(1)->Arg(100)->Arg(10000)->Unit(benchmark::kMillisecond)->UseRealTime();

void commit_memory(benchmark::State& state) {
  MemStore store;
  commit_to(store, state);
}
BENCHMARK(commit_memory)->Arg(100)->Arg(10000)->Unit(benchmark::kMillisecond)->UseRealTime();

/// A million keys of 100 bytes, made once and opened by each benchmark in turn.
class MillionKeys {
 public:
  MillionKeys() {
    const auto store = open(path(), log_);
    ready_ = store && fill(*store, kMillion, 100);
  }
  bool ready() const { return ready_; }
  std::string path() const { return folder_.file("state"); }
  Log& log() { return log_; }

 private:
  TempFolder folder_;
  SilentLog log_;
  bool ready_ = false;
};

std::uint64_t scan_all(const Store& store) {
  std::uint64_t bytes = 0;
  const Status read = store.scan("", "", [&bytes](std::string_view key, std::string_view value) {
    bytes += key.size() + value.size();
    return true;
  });
  return read.ok() ? bytes : 0;
}

void open_and_scan_million(benchmark::State& state) {
  MillionKeys keys;
  if (!keys.ready()) return state.SkipWithError("cannot fill");
  for (auto _ : state) {
    const auto store = open(keys.path(), keys.log());
    if (!store || scan_all(*store) == 0) return state.SkipWithError("cannot read");
  }
}
BENCHMARK(open_and_scan_million)->Unit(benchmark::kMillisecond)->UseRealTime();

void scan_million(benchmark::State& state) {
  MillionKeys keys;
  const auto store = open(keys.path(), keys.log());
  if (!keys.ready() || !store) return state.SkipWithError("cannot fill");
  for (auto _ : state) benchmark::DoNotOptimize(scan_all(*store));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kMillion));
}
BENCHMARK(scan_million)->Unit(benchmark::kMillisecond)->UseRealTime();

void get_of_million(benchmark::State& state) {
  MillionKeys keys;
  const auto store = open(keys.path(), keys.log());
  if (!keys.ready() || !store) return state.SkipWithError("cannot fill");
  std::uint64_t number = 1;
  for (auto _ : state) benchmark::DoNotOptimize(store->get(key_of((number = mix64(number)) % kMillion)));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(get_of_million);

void scan_million_memory(benchmark::State& state) {
  MemStore store;
  if (!fill(store, kMillion, 100)) return state.SkipWithError("cannot fill");
  for (auto _ : state) benchmark::DoNotOptimize(scan_all(store));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kMillion));
}
BENCHMARK(scan_million_memory)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace vedette

BENCHMARK_MAIN();
