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

/// Counts with bins: keys as before, each event in one of seven.
PaneCounts binned(const std::vector<std::uint64_t>& keys, std::size_t from, std::size_t to) {
  CountTable table(kEnd, nullptr, kSample, 7);
  for (std::size_t i = from; i < to; ++i) {
    CountTable::Slot* slot = table.touch(keys[i]);
    if (slot == nullptr) continue;
    ++slot->count;
    table.add_to_bin(*slot, i % 7);
  }
  return table.snapshot();
}

TEST(SeriesCounts, bins_follow_their_keys_however_events_are_split) {
  const auto keys = events(3);
  const PaneCounts whole = binned(keys, 0, keys.size());
  for (const PaneCounts::Entry& entry : whole.entries) {
    std::vector<std::uint32_t> wanted(7);
    for (std::size_t i = 0; i < keys.size(); ++i)
      if (keys[i] == entry.key) ++wanted[i % 7];
    EXPECT_EQ(entry.cell.bins, wanted);
  }
  PaneCounts merged = binned(keys, 0, 1000);
  merged.merge(binned(keys, 1000, keys.size()), kEnd, kSample);
  merged.evicted = whole.evicted;
  EXPECT_EQ(bytes_of(merged), bytes_of(whole));
}

TEST(SeriesCounts, bins_outlive_a_restart) {
  const auto keys = events(4);
  const PaneCounts counts = binned(keys, 0, 2000);
  const Result<PaneCounts> loaded = PaneCounts::load(bytes_of(counts));
  ASSERT_TRUE(loaded.ok());
  CountTable table(kEnd, nullptr, kSample, 7);
  table.restore(*loaded);
  for (std::size_t i = 2000; i < keys.size(); ++i) {
    CountTable::Slot* slot = table.touch(keys[i]);
    if (slot == nullptr) continue;
    ++slot->count;
    table.add_to_bin(*slot, i % 7);
  }
  EXPECT_EQ(bytes_of(table.snapshot()), bytes_of(binned(keys, 0, keys.size())));
}

TEST(SeriesCounts, damaged_bins_are_refused) {
  PaneCounts counts;
  counts.entries.push_back(
      {.key = 5, .cell = {.count = 3, .sum = {}, .bins = {0, 0, 3, 0}}, .watched = false, .name = {}});
  const std::string bytes = bytes_of(counts);
  ASSERT_TRUE(PaneCounts::load(bytes).ok());
  for (std::size_t i = 0; i < bytes.size(); ++i) EXPECT_FALSE(PaneCounts::load(bytes.substr(0, i)).ok()) << i;
}

/// Counts with sums, which lie so far apart that plain doubles would depend on their order.
PaneCounts summed(const std::vector<std::uint64_t>& keys, std::size_t from, std::size_t to) {
  CountTable table(kEnd, nullptr, kSample);
  for (std::size_t i = from; i < to; ++i) {
    CountTable::Slot* slot = table.touch(keys[i]);
    if (slot == nullptr) continue;
    ++slot->count;
    slot->sum.add(i % 3 == 0 ? 1e15 : .1);
  }
  return table.snapshot();
}

/// Partitions' parts of a pane may meet in any order, and in any pairs.
TEST(SeriesCounts, parts_of_a_pane_may_be_merged_as_any_tree) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto keys = events(seed);
    std::mt19937_64 random(seed);
    std::vector<PaneCounts> parts;
    for (std::size_t from = 0; from < keys.size();) {
      const std::size_t to = std::min(keys.size(), from + 1 + random() % 900);
      parts.push_back(summed(keys, from, to));
      from = to;
    }
    while (parts.size() > 1) {
      std::shuffle(parts.begin(), parts.end(), random);
      PaneCounts last = std::move(parts.back());
      parts.pop_back();
      parts.back().merge(std::move(last), kEnd, kSample);
    }
    parts.front().evicted = 0;
    EXPECT_EQ(bytes_of(parts.front()), bytes_of(summed(keys, 0, keys.size()))) << seed;
  }
}

}  // namespace
}  // namespace vedette::series
