#include "core/unusual_oddness.h"

#include <gtest/gtest.h>

#include "unit/core/unusual_rows.h"

namespace vedette::unusual {
namespace {

using unusual_test::sample_of;

/// Scores rows and single events with what a sample was fitted to.
class Bench {
 public:
  Bench() : oddness_(*Oddness::fit(sample_of(4000))) {}

  const Oddness& oddness() const { return oddness_; }
  std::vector<Cell> cells_of(const quality::Row& row) const {
    std::vector<Cell> cells;
    for (const ColumnNorm& column : oddness_.columns()) {
      cells.push_back({0, 0, Form::absent});
      for (const Cell& cell : row.cells)
        if (cell.field == column.field()) cells.back() = cell;
    }
    return cells;
  }
  /// A usual event with one field in place of its own.
  Odd with(const char* name, Cell cell) {
    std::vector<Cell> cells = event(40, 1000);
    for (std::size_t i = 0; i < cells.size(); ++i)
      if (oddness_.name_of(i) == name) cells[i] = cell;
    return oddness_.score(cells, scratch_);
  }
  Odd numbers(double age, double income) { return oddness_.score(event(age, income), scratch_); }
  double tail(const Odd& odd) const { return oddness_.calibration().tail(odd.surprise); }
  Odd score(const quality::Row& row) { return oddness_.score(cells_of(row), scratch_); }

 private:
  std::vector<Cell> event(double age, double income) const {
    std::vector<Cell> cells;
    for (std::size_t i = 0; i < oddness_.columns().size(); ++i) {
      const std::string name = oddness_.name_of(i);
      if (name == "age") cells.push_back(quality::number_cell(0, age));
      if (name == "income") cells.push_back(quality::number_cell(0, income));
      if (name == "region") cells.push_back({0, hash_of("eu"), Form::text});
    }
    return cells;
  }
  Oddness oddness_;
  Oddness::Scratch scratch_;
};

TEST(UnusualOddness, tail_probabilities_of_usual_events_are_what_they_say) {
  Bench bench;
  const quality::Sample fresh = sample_of(20000, 9);
  for (const double level : {1e-2, 1e-3}) {
    double below = 0;
    for (const auto& [rank, row] : fresh.rows()) below += bench.tail(bench.score(row)) < level ? 1 : 0;
    EXPECT_GT(below / 20000, level / 3) << level;
    EXPECT_LT(below / 20000, level * 3) << level;
  }
}

TEST(UnusualOddness, numbers_out_of_range_unknown_texts_and_nulls_are_odd) {
  Bench bench;
  EXPECT_EQ(bench.tail(bench.numbers(40, 1000)), 1);
  const std::vector<std::pair<const char*, Cell>> odd = {
      {"age", quality::number_cell(0, 150)},
      {"age", {0, 0, Form::null}},
      {"age", {0, 0, Form::absent}},
      {"age", {0, hash_of("forty"), Form::text}},
      {"region", {0, hash_of("mars"), Form::text}},
  };
  for (const auto& [name, cell] : odd) {
    const Odd found = bench.with(name, cell);
    EXPECT_LT(bench.tail(found), 2e-3) << name;
  }
}

TEST(UnusualOddness, values_that_never_went_together_are_odd_though_each_is_usual) {
  Bench bench;
  EXPECT_GT(bench.tail(bench.numbers(52, 2000)), 0.01);
  EXPECT_GT(bench.tail(bench.numbers(28, 500)), 0.01);
  const Odd odd = bench.numbers(52, 500);
  EXPECT_LT(bench.tail(odd), 1e-5);
  EXPECT_TRUE(bench.oddness().name_of(odd.part).find(" given ") != std::string::npos ||
              bench.oddness().name_of(odd.part) == "joint");
}

TEST(UnusualOddness, does_not_mind_numbers_that_go_one_way) {
  quality::Sample sample = sample_of(2000);
  quality::Sample counted(2000);
  const NameHash field = quality::field_hash(Section::feature, "counter");
  for (const auto& [hash, text] : sample.texts()) counted.name(hash, text);
  counted.name(field, quality::field_text(Section::feature, "counter"));
  for (auto [rank, row] : sample.rows()) {
    row.cells.push_back(quality::number_cell(field, static_cast<double>(row.time)));
    std::sort(row.cells.begin(), row.cells.end());
    counted.add(std::move(row));
  }
  const auto oddness = Oddness::fit(counted);
  ASSERT_TRUE(oddness.has_value());
  for (const ColumnNorm& column : oddness->columns()) {
    EXPECT_EQ(column.trends(), column.field() == field);
    if (column.trends()) {
      EXPECT_LT(column.surprise(quality::number_cell(0, 1e12)), 0.1);
    }
  }
}

TEST(UnusualOddness, needs_some_rows) { EXPECT_FALSE(Oddness::fit(sample_of(200)).has_value()); }

TEST(UnusualOddness, survives_saving_and_refuses_damage) {
  Bench bench;
  const std::string bytes = bench.oddness().encode();
  const auto loaded = Oddness::decode(bytes);
  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ(loaded->encode(), bytes);
  EXPECT_EQ(loaded->id(), bench.oddness().id());
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(Oddness::decode(bytes.substr(0, size)).has_value()) << size;
}

TEST(UnusualCalibration, half_is_above_the_middle_and_the_tail_goes_on) {
  std::vector<double> surprises;
  for (int i = 0; i < 1000; ++i) surprises.push_back(-std::log((i + 0.5) / 1000));
  const Calibration law = calibrate(surprises);
  EXPECT_NEAR(law.middle, std::log(2), 0.01);
  for (const double tail : {1e-2, 1e-4, 1e-8}) {
    const double found = law.tail(-std::log(tail));
    EXPECT_NEAR(std::log(found), std::log(tail), 0.1 * -std::log(tail)) << tail;
  }
  for (std::size_t level = 0; level < kLevels; ++level)
    EXPECT_NEAR(law.tail(law.thresholds()[level]), kTailLevels[level], 1e-9);
}

}  // namespace
}  // namespace vedette::unusual
