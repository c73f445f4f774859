#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "core/drift_binning.h"
#include "core/drift_partial.h"
#include "core/drift_profile.h"
#include "vedette/dictionary.h"

namespace vedette::drift {
namespace {

Sample sample_of(const std::vector<Value>& values, std::string_view name = "x") {
  Sample sample(values.size() + 1);
  const std::size_t column = sample.column(name);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i].is_number()) sample.widen(column, values[i].number());
    sample.add(mix64(i + 1), {values[i]});
  }
  return sample;
}

std::vector<Value> normals(std::size_t count, double mean, double sd, unsigned seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal(mean, sd);
  std::vector<Value> values;
  for (std::size_t i = 0; i < count; ++i) values.emplace_back(normal(random));
  return values;
}

struct CellsTest : testing::Test {
  std::vector<std::uint64_t> words;
  Value word(std::uint64_t hash) {
    words.push_back(hash);
    return Value::word(static_cast<WordIndex>(words.size() - 1));
  }
  std::uint32_t cell(const Profile& profile, Value value) const {
    return profile.cell(profile.line(0), value, words);
  }
};

TEST_F(CellsTest, quantile_bins_hold_equal_shares) {
  const Binning binning = bin_sample(sample_of(normals(16'000, 5, 2, 1)), Grain::final);
  ASSERT_TRUE(binning.profile.specs[0].numeric);
  std::vector<int> counts(kStored);
  for (const Value value : normals(16'000, 5, 2, 1)) ++counts[cell(binning.profile, value)];
  for (int bin = 1; bin <= kBins; ++bin) EXPECT_NEAR(counts[static_cast<std::size_t>(bin)], 1000, 20) << bin;
  EXPECT_EQ(counts[kFarBelow] + counts[kFarAbove], 0);
}

TEST_F(CellsTest, branch_free_search_agrees_with_counting_edges) {
  const Binning binning = bin_sample(sample_of(normals(2'000, 1e9, 3, 2)), Grain::final);
  const ColumnSpec& spec = binning.profile.specs[0];
  for (const Value value : normals(2'000, 1e9, 9, 3)) {
    const auto x = static_cast<float>(value.number() - spec.origin);
    std::uint32_t expected = 1;
    for (const float edge : spec.edges) expected += x >= edge;
    if (x < spec.low) expected = kFarBelow;
    if (x > spec.high) expected = kFarAbove;
    ASSERT_EQ(cell(binning.profile, value), expected);
  }
}

TEST_F(CellsTest, values_of_another_kind_have_cells_of_their_own) {
  const Binning binning = bin_sample(sample_of(normals(500, 0, 1, 4)), Grain::final);
  EXPECT_EQ(cell(binning.profile, Value::null()), kStoredNull);
  EXPECT_EQ(cell(binning.profile, word(7)), kStoredType);
  EXPECT_EQ(cell(binning.profile, Value::boolean(true)), kStoredType);
  EXPECT_EQ(cell(binning.profile, Value::vector(0)), kStoredType);
  EXPECT_EQ(cell(binning.profile, Value(1e6)), kFarAbove);
  EXPECT_EQ(cell(binning.profile, Value(-1e6)), kFarBelow);
}

TEST_F(CellsTest, far_limits_hold_when_there_are_few_bins) {
  std::vector<Value> values(900, Value(0.0));
  for (int i = 1; i <= 40; ++i) values.emplace_back(i / 10.0);
  const Binning binning = bin_sample(sample_of(values), Grain::final);
  ASSERT_TRUE(binning.profile.specs[0].numeric);
  ASSERT_LT(binning.profile.specs[0].edges.size(), 15U);
  EXPECT_EQ(cell(binning.profile, Value(100.0)), kFarAbove);
  EXPECT_EQ(cell(binning.profile, Value(-100.0)), kFarBelow);
  EXPECT_NE(cell(binning.profile, Value(0.0)), cell(binning.profile, Value(0.1)));
}

TEST_F(CellsTest, few_numbers_are_categories) {
  std::vector<Value> values;
  for (int i = 0; i < 300; ++i) values.emplace_back(static_cast<double>(i % 3));
  const Binning binning = bin_sample(sample_of(values), Grain::final);
  ASSERT_FALSE(binning.profile.specs[0].numeric);
  EXPECT_LT(cell(binning.profile, Value(2.0)), 3U);
  EXPECT_EQ(cell(binning.profile, Value(0.0)), cell(binning.profile, Value(-0.0)));
  EXPECT_EQ(cell(binning.profile, Value(3.0)), kStoredNew);
  EXPECT_EQ(cell(binning.profile, word(1)), kStoredType);
}

Sample words_sample(std::size_t rows, std::size_t distinct) {
  Sample sample(rows);
  sample.column("x");
  for (std::size_t i = 0; i < rows; ++i)
    sample.add(mix64(i + 1), {sample.word(mix64(i % distinct), "w" + std::to_string(i % distinct))});
  return sample;
}

TEST_F(CellsTest, rare_words_share_a_cell_and_unknown_ones_are_new) {
  const Binning binning = bin_sample(words_sample(4'000, 40), Grain::final);
  EXPECT_EQ(binning.texts[0].cells.size(), static_cast<std::size_t>(kBins));
  int other = 0;
  for (std::uint64_t i = 0; i < 40; ++i) other += cell(binning.profile, word(mix64(i))) == kOther;
  EXPECT_EQ(other, 24);
  EXPECT_EQ(cell(binning.profile, word(mix64(999))), kStoredNew);
}

TEST_F(CellsTest, open_dictionaries_take_new_values_as_usual) {
  const Binning binning = bin_sample(words_sample(1'000, 900), Grain::final);
  EXPECT_TRUE(binning.profile.specs[0].new_is_other);
  EXPECT_EQ(cell(binning.profile, word(mix64(5'000))), kOther);
}

TEST_F(CellsTest, fine_counts_convert_exactly) {
  const std::vector<Value> values = normals(20'000, 3, 1, 5);
  Binning fine = bin_sample(sample_of({values.begin(), values.begin() + 2'000}), Grain::fine);
  std::vector<std::uint64_t> counts(fine.profile.cells());
  Extent extent;
  for (const Value value : values) {
    ++counts[cell(fine.profile, value)];
    extent.least = std::min(extent.least, value.number());
    extent.most = std::max(extent.most, value.number());
  }
  const Coarsening coarse = coarsen(fine, counts, std::vector<Extent>{extent});
  std::vector<std::uint64_t> converted(kStored);
  for (std::size_t i = 0; i < counts.size(); ++i) converted[coarse.cell_of[i]] += counts[i];
  std::vector<std::uint64_t> direct(kStored);
  for (const Value value : values) ++direct[cell(coarse.binning.profile, value)];
  EXPECT_EQ(converted, direct);
  // Bins are unions of fine cells of about 312 rows: no bin is off by more than two of them.
  for (int bin = 1; bin <= kBins; ++bin)
    EXPECT_NEAR(static_cast<double>(direct[static_cast<std::size_t>(bin)]), 1250, 2 * 312.5);
}

TEST_F(CellsTest, fine_words_convert_exactly) {
  Binning fine = bin_sample(words_sample(2'000, 40), Grain::fine);
  std::vector<std::uint64_t> counts(fine.profile.cells());
  for (std::uint64_t i = 0; i < 40; ++i) counts[cell(fine.profile, word(mix64(i)))] += i < 20 ? 500 : 10;
  const Coarsening coarse = coarsen(fine, counts, std::vector<Extent>(1));
  std::vector<std::uint64_t> converted(kStored);
  for (std::size_t i = 0; i < counts.size(); ++i) converted[coarse.cell_of[i]] += counts[i];
  std::vector<std::uint64_t> direct(kStored);
  for (std::uint64_t i = 0; i < 40; ++i)
    direct[cell(coarse.binning.profile, word(mix64(i)))] += i < 20 ? 500 : 10;
  EXPECT_EQ(converted, direct);
}

TEST(DriftSample, keeps_the_same_rows_whatever_the_split_and_order) {
  std::mt19937_64 random(6);
  Sample whole(100);
  std::vector<Sample> parts(3, Sample(100));
  for (int i = 0; i < 1'000; ++i) {
    const std::uint64_t rank = random();
    Sample& part = parts[random() % 3];
    for (Sample* sample : {&whole, &part}) {
      const std::size_t column = sample->column(i % 2 == 0 ? "a" : "b");
      sample->column(i % 2 == 0 ? "b" : "a");
      Sample::Row row(2);
      row[column] = i % 5 == 0 ? sample->word(rank % 7, "w") : Value(static_cast<double>(i));
      sample->widen(column, i);
      sample->add(rank, row);
    }
  }
  Sample merged(100);
  for (const std::size_t part : {2U, 0U, 1U}) {
    std::string bytes;
    ByteWriter out(bytes);
    parts[part].encode(out);
    ByteReader in(bytes);
    merged.merge(Sample::decode(in, 100));
    EXPECT_TRUE(in.done());
  }
  ASSERT_EQ(merged.rows().size(), 100U);
  const Binning left = bin_sample(whole, Grain::final);
  const Binning right = bin_sample(merged, Grain::final);
  std::string bytes[2];
  ByteWriter first(bytes[0]);
  ByteWriter second(bytes[1]);
  left.profile.encode(first);
  right.profile.encode(second);
  EXPECT_EQ(bytes[0], bytes[1]);
}

TEST(DriftPartial, survives_saving_and_refuses_damage) {
  PanePartial partial;
  partial.profile = 2;
  partial.n = 12;
  partial.cells = {0, 3, 0, 0, 9, 0};
  const std::string bytes = encode(view_of(partial));
  const Result<PanePartial> read = decode_partial(bytes, 10);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->cells, partial.cells);
  EXPECT_EQ(read->n, 12U);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(decode_partial(std::string_view(bytes).substr(0, size), 10).ok()) << size;
  EXPECT_FALSE(decode_partial(std::string(40, '\xff'), 10).ok());
}

TEST(DriftPartial, of_different_profiles_do_not_merge) {
  PanePartial one;
  one.profile = 1;
  PanePartial two;
  two.profile = 2;
  EXPECT_FALSE(one.merge(two).ok());
}

}  // namespace
}  // namespace vedette::drift
