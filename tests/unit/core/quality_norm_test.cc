#include "core/quality_norm.h"

#include <gtest/gtest.h>

#include <random>

namespace vedette::quality {
namespace {

constexpr NameHash kField = 10;

/// A block whose rows hold these cells; a cell of form absent is none.
struct Block {
  std::vector<Row> rows;
  explicit Block(const std::vector<Cell>& cells) {
    for (const Cell& cell : cells) {
      Row& row = rows.emplace_back();
      if (cell.form != Form::absent) row.cells.push_back(cell);
    }
  }
  Column column() const {
    std::vector<const Row*> all;
    for (const Row& row : rows) all.push_back(&row);
    return column_of(all, kField);
  }
};

std::vector<Cell> numbers(std::mt19937_64& random, double mean) {
  std::vector<Cell> cells;
  for (std::uint32_t i = 0; i < kBlock; ++i)
    cells.push_back(number_cell(kField, std::normal_distribution<>(mean, 1)(random)));
  return cells;
}

TEST(QualityShare, tail_is_the_beta_binomial_one) {
  // A uniform rate makes all counts equally probable.
  EXPECT_NEAR(beta_binomial_tail(1, 1, 3, 9), 7.0 / 10, 1e-9);
  // A rate that is known is binomial: P(X >= 2), n = 3, p = 1/2.
  EXPECT_NEAR(beta_binomial_tail(1e7, 1e7, 2, 3), 0.5, 1e-6);
  EXPECT_EQ(beta_binomial_tail(1, 5, 0, 9), 1);
}

TEST(QualityShare, blocks_that_differ_make_more_rows_less_odd) {
  Share steady;
  Share restless;
  for (int i = 0; i < 100; ++i) {
    steady.add(6, kBlock);
    restless.add(i % 4 == 0 ? 24 : 0, kBlock);
  }
  EXPECT_LT(steady.tail(30, kBlock), 1e-9);
  EXPECT_GT(restless.tail(30, kBlock), 1e-3);
}

TEST(QualityNorm, learns_forms_range_and_medians) {
  std::mt19937_64 random(1);
  Norm norm;
  for (int i = 0; i < 20; ++i) {
    std::vector<Cell> cells = numbers(random, 100);
    cells[0] = {kField, 0, Form::null};
    cells[1].form = Form::absent;
    norm.learn(Block(cells).column());
  }
  EXPECT_TRUE(norm.ready());
  EXPECT_NEAR(norm.share(Form::null), 1.0 / kBlock, 0.001);
  EXPECT_NEAR(norm.share(Form::absent), 1.0 / kBlock, 0.001);
  EXPECT_GT(norm.range.low, 90);
  EXPECT_LT(norm.range.high, 110);
  EXPECT_NEAR(norm.medians.middle(), 100, 0.5);
  EXPECT_EQ(norm.usual_form(), Form::number);
  EXPECT_FALSE(norm.trends());
}

TEST(QualityNorm, knows_how_many_rows_that_run_are_worth_one) {
  std::mt19937_64 random(1);
  Norm still;
  Norm running;
  for (int i = 0; i < 60; ++i) {
    still.learn(Block(numbers(random, 0)).column());
    running.learn(Block(numbers(random, std::normal_distribution<>(0, 2)(random))).column());
  }
  EXPECT_LT(still.alike(), 2);
  EXPECT_GT(running.alike(), 20);
}

TEST(QualityNorm, sees_that_a_counter_grows) {
  std::mt19937_64 random(1);
  Norm norm;
  for (int i = 0; i < 20; ++i) norm.learn(Block(numbers(random, 5.0 * i)).column());
  EXPECT_TRUE(norm.trends());
}

TEST(QualityNorm, knows_as_many_texts_as_fit_and_says_of_which) {
  Known known;
  for (std::uint64_t hash = 1; hash <= 1000; ++hash) known.learn(hash * 7);
  EXPECT_EQ(known.size(), Known::kMost);
  EXPECT_TRUE(known.knows(7 * Known::kMost));
  EXPECT_TRUE(known.is_new(8));
  EXPECT_FALSE(known.is_new(7 * 999));
  EXPECT_FALSE(known.is_new(7 * 999 + 1));
}

TEST(QualityNorm, comes_back_whole_and_refuses_damage) {
  std::mt19937_64 random(1);
  Norm norm;
  for (int i = 0; i < 20; ++i) norm.learn(Block(numbers(random, 100)).column());
  std::string bytes;
  ByteWriter out(bytes);
  norm.encode(out);
  ByteReader in(bytes);
  Norm back;
  ASSERT_TRUE(back.decode(in));
  std::string again;
  ByteWriter more(again);
  back.encode(more);
  EXPECT_EQ(again, bytes);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ByteReader cut(std::string_view(bytes).substr(0, size));
    EXPECT_FALSE(Norm().decode(cut)) << size;
  }
}

}  // namespace
}  // namespace vedette::quality
