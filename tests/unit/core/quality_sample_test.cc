#include "core/quality_sample.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "vedette/hash.h"

namespace vedette::quality {
namespace {

Row row_of(std::uint64_t number) {
  Row row{mix64(number), static_cast<std::int64_t>(number * 1000), 7, number % 5 + 1, {}};
  row.cells = {number_cell(10, static_cast<double>(number)), {20, mix64(number % 3), Form::text}};
  if (number % 4 != 0) row.cells.push_back({30, number % 2, Form::boolean});
  if (number % 7 == 0) row.cells.push_back({40, 0, Form::null});
  return row;
}

Sample sample_of(const std::vector<std::uint64_t>& numbers, std::size_t capacity = 32) {
  Sample sample(capacity);
  for (const std::uint64_t number : numbers) {
    ++sample.events;
    sample.name(10, "0amount");
    sample.name(mix64(number % 3), "text" + std::to_string(number % 3));
    sample.add(row_of(number));
  }
  return sample;
}

std::vector<std::uint64_t> first(std::uint64_t count) {
  std::vector<std::uint64_t> numbers(count);
  for (std::uint64_t i = 0; i < count; ++i) numbers[i] = i;
  return numbers;
}

TEST(QualitySample, keeps_the_rows_with_the_smallest_ranks_in_any_order_and_split) {
  std::vector<std::uint64_t> numbers = first(500);
  const std::string whole = sample_of(numbers).encode();
  std::mt19937_64 random(3);
  for (int turn = 0; turn < 20; ++turn) {
    std::shuffle(numbers.begin(), numbers.end(), random);
    const auto cut = numbers.begin() + static_cast<std::ptrdiff_t>(random() % numbers.size());
    Sample one = sample_of({numbers.begin(), cut});
    const Sample other = sample_of({cut, numbers.end()});
    one.merge(other);
    EXPECT_EQ(one.encode(), whole);
  }
}

TEST(QualitySample, more_rows_that_are_cut_later_are_the_same_rows) {
  Sample small(32);
  small.merge(sample_of(first(500), 4096));
  EXPECT_EQ(small.encode(), sample_of(first(500)).encode());
}

TEST(QualitySample, comes_back_whole) {
  const Sample sample = sample_of(first(100));
  const Result<Sample> back = Sample::decode(sample.encode(), 32);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->rows(), sample.rows());
  EXPECT_EQ(back->encode(), sample.encode());
}

TEST(QualitySample, refuses_what_is_cut_or_does_not_fit) {
  const std::string bytes = sample_of(first(100)).encode();
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(Sample::decode(bytes.substr(0, size), 32).ok()) << size;
  EXPECT_FALSE(Sample::decode(bytes + '\0', 32).ok());
  EXPECT_FALSE(Sample::decode(bytes, 8).ok());
}

TEST(QualitySample, survives_damaged_bytes) {
  const std::string bytes = sample_of(first(100)).encode();
  std::mt19937_64 random(5);
  for (int turn = 0; turn < 5000; ++turn) {
    std::string damaged = bytes;
    for (int hits = 0; hits < 3; ++hits) damaged[random() % damaged.size()] = static_cast<char>(random());
    const Result<Sample> back = Sample::decode(damaged, 32);
    if (!back.ok()) continue;
    EXPECT_LE(back->rows().size(), 32U);
    EXPECT_TRUE(Sample::decode(back->encode(), 32).ok());
  }
}

}  // namespace
}  // namespace vedette::quality
