#include "core/series_counts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace vedette::series {
namespace {

constexpr Time kEnd = from_ms(1772409660000);
constexpr std::size_t kSample = 50;

std::string bytes_of(const PaneCounts& counts) {
  std::string bytes;
  ByteWriter out(bytes);
  counts.save(out);
  return bytes;
}

/// Events of some hundred keys, some of them often.
std::vector<std::uint64_t> events(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::uint64_t> keys;
  for (int i = 0; i < 3000; ++i)
    keys.push_back(mix64(1 + (random() % 20 == 0 ? random() % 5 : random() % 400)));
  return keys;
}

PaneCounts counted(const std::vector<std::uint64_t>& keys, const KeySet* watched) {
  CountTable table(kEnd, watched, kSample);
  for (const std::uint64_t key : keys)
    if (CountTable::Slot* slot = table.touch(key)) ++slot->count;
  return table.snapshot();
}

TEST(SeriesCounts, kept_candidates_have_all_their_events) {
  const auto keys = events(1);
  const PaneCounts counts = counted(keys, nullptr);
  ASSERT_EQ(counts.entries.size(), kSample);
  for (const auto& entry : counts.entries) {
    EXPECT_LT(rank_of(entry.key, kEnd), counts.bound);
    EXPECT_EQ(entry.cell.count, static_cast<std::uint64_t>(std::count(keys.begin(), keys.end(), entry.key)));
  }
}

TEST(SeriesCounts, split_order_and_saving_do_not_matter) {
  const KeySet watched({mix64(1), mix64(2), mix64(390)});
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    auto keys = events(seed);
    const std::string whole = bytes_of(counted(keys, &watched));
    std::mt19937_64 random(seed);
    std::shuffle(keys.begin(), keys.end(), random);
    std::vector<std::vector<std::uint64_t>> parts(1 + random() % 5);
    for (const std::uint64_t key : keys) parts[random() % parts.size()].push_back(key);
    PaneCounts merged;
    for (const auto& part : parts)
      merged.merge(std::move(*PaneCounts::load(bytes_of(counted(part, &watched)))), kEnd, kSample);
    merged.evicted = 0;
    EXPECT_EQ(bytes_of(merged), whole) << seed;
  }
}

TEST(SeriesCounts, a_table_goes_on_after_restoring) {
  const auto keys = events(4);
  CountTable table(kEnd, nullptr, kSample);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (CountTable::Slot* slot = table.touch(keys[i])) ++slot->count;
    if (i % 700 != 0) continue;
    CountTable fresh(kEnd, nullptr, kSample);
    fresh.restore(table.snapshot());
    table = std::move(fresh);
  }
  EXPECT_EQ(bytes_of(table.snapshot()), bytes_of(counted(keys, nullptr)));
}

TEST(SeriesCounts, memory_is_bounded_and_what_is_left_out_is_counted) {
  CountTable table(kEnd, nullptr, kSample);
  std::uint64_t kept = 0;
  for (std::uint64_t i = 1; i <= 100000; ++i)
    if (CountTable::Slot* slot = table.touch(mix64(i))) ++slot->count;
  EXPECT_LE(table.size(), 2 * kSample);
  EXPECT_LE(table.slots().size(), 8 * kSample);
  for (const auto& entry : table.snapshot().entries) kept += entry.cell.count;
  EXPECT_EQ(kept + table.take_dropped(), 100000u);
}

TEST(SeriesCounts, watched_keys_are_counted_whatever_else_comes) {
  const KeySet watched({mix64(77)});
  CountTable table(kEnd, &watched, kSample);
  for (std::uint64_t i = 1; i <= 50000; ++i) {
    if (CountTable::Slot* slot = table.touch(mix64(1000 + i))) ++slot->count;
    if (i % 10 == 0) ++table.touch(mix64(77))->count;
  }
  const PaneCounts counts = table.snapshot();
  const auto own =
      std::find_if(counts.entries.begin(), counts.entries.end(), [](const auto& e) { return e.watched; });
  ASSERT_NE(own, counts.entries.end());
  EXPECT_EQ(own->cell.count, 5000u);
}

TEST(SeriesCounts, refuses_damaged_bytes) {
  const std::string bytes = bytes_of(counted(events(2), nullptr));
  for (std::size_t size = 0; size < bytes.size(); size += 11)
    EXPECT_FALSE(PaneCounts::load(std::string_view(bytes).substr(0, size)).ok());
  EXPECT_FALSE(PaneCounts::load(bytes + "x").ok());
}

}  // namespace
}  // namespace vedette::series
