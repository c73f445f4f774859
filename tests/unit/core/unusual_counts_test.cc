#include "core/unusual_counts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "vedette/hash.h"

namespace vedette::unusual {
namespace {

Counts one(std::uint64_t number) {
  Counts counts;
  counts.events = 1;
  counts.upper = number % 2;
  if (number % 3 != 0) return counts;
  counts.odd[0] = 1;
  counts.parts[static_cast<std::uint32_t>(number % 5)] = 1;
  const std::uint64_t principal = number % 7 + 1;
  counts.buckets[bucket_of(Of::client, principal)] = {1, 1, mix64(number), principal,
                                                      "c" + std::to_string(principal)};
  counts.add({static_cast<double>(number % 11),
              mix64(number),
              from_ms(1000),
              1e-3,
              principal,
              "id" + std::to_string(number),
              {{"age = 4", 1e-3}}});
  return counts;
}

std::string bytes_of(const Counts& counts) {
  std::string bytes;
  ByteWriter out(bytes);
  counts.encode(out);
  return bytes;
}

TEST(UnusualCounts, merge_in_any_order_and_split) {
  std::vector<std::uint64_t> numbers(300);
  for (std::uint64_t i = 0; i < numbers.size(); ++i) numbers[i] = i;
  Counts whole;
  for (const std::uint64_t number : numbers) whole.merge(one(number));
  EXPECT_EQ(whole.events, 300U);
  EXPECT_EQ(whole.examples.size(), Counts::kMostExamples);
  EXPECT_EQ(whole.examples.front().surprise, 10);
  std::mt19937_64 random(3);
  for (int turn = 0; turn < 20; ++turn) {
    std::shuffle(numbers.begin(), numbers.end(), random);
    const std::size_t cut = random() % numbers.size();
    Counts parts[2];
    for (std::size_t i = 0; i < numbers.size(); ++i) parts[i < cut ? 0 : 1].merge(one(numbers[i]));
    parts[0].merge(parts[1]);
    EXPECT_EQ(bytes_of(parts[0]), bytes_of(whole));
  }
}

TEST(UnusualCounts, survive_saving_and_refuse_damage) {
  Counts whole;
  for (std::uint64_t number = 0; number < 300; ++number) whole.merge(one(number));
  const std::string bytes = bytes_of(whole);
  ByteReader in(bytes);
  Counts loaded;
  ASSERT_TRUE(loaded.decode(in));
  EXPECT_EQ(bytes_of(loaded), bytes);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ByteReader cut(std::string_view(bytes).substr(0, size));
    EXPECT_FALSE(loaded.decode(cut)) << size;
  }
}

}  // namespace
}  // namespace vedette::unusual
