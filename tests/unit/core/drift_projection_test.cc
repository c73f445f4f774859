#include "core/drift_projection.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "vedette/hash.h"

namespace vedette::drift {
namespace {

constexpr std::size_t kRows = 3000;

/// Rows of a, b (correlated with a), c (neither), a word; the columns in the order of `names`.
Sample rows(const std::vector<std::string>& names, double r, std::uint64_t seed = 7) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  Sample sample(kRows);
  for (const std::string& name : names) sample.column(name);
  for (std::size_t i = 0; i < kRows; ++i) {
    const double a = normal(random);
    const double b = r * a + std::sqrt(1 - r * r) * normal(random);
    Sample::Row row(names.size());
    row[sample.find("a")] = Value(40 + 10 * a);
    row[sample.find("b")] = Value(-3 + b / 100);
    row[sample.find("c")] = Value(1e6 * normal(random));
    row[sample.find("kind")] = sample.word(1 + i % 3, "word");
    sample.add(mix64(i), std::move(row));
  }
  return sample;
}

double variance(const Sample& sample, const std::string& column) {
  double sum = 0, squares = 0;
  for (const auto& [rank, row] : sample.rows()) {
    const double x = row[sample.find(column)].number();
    sum += x;
    squares += x * x;
  }
  const auto n = static_cast<double>(sample.rows().size());
  return squares / n - sum / n * (sum / n);
}

const std::vector<std::string> kNames = {"a", "b", "c", "kind"};

TEST(Projection, pairs_each_number_with_a_partner_that_tells_it) {
  const Sample sample = rows(kNames, 0.8);
  const Projection fitted = Projection::fit(sample, Projects::relations);
  EXPECT_EQ(fitted.inputs(), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(fitted.columns(), (std::vector<std::string>{"a given b", "b given a", "joint"}));
  EXPECT_NEAR(variance(fitted.project(sample), "b given a"), 1 - 0.64, 0.05);
}

TEST(Projection, a_number_that_two_others_tell_together_is_given_both) {
  std::mt19937_64 random(5);
  std::normal_distribution<double> normal;
  const auto sums = [&](double shift) {
    Sample sample(kRows);
    for (const char* name : {"a", "b", "other", "sum"}) sample.column(name);
    for (std::size_t i = 0; i < kRows; ++i) {
      const double a = normal(random), b = normal(random);
      sample.add(mix64(i),
                 {Value(a), Value(b), Value(normal(random)), Value(shift + a + b + 0.1 * normal(random))});
    }
    return sample;
  };
  const Projection fitted = Projection::fit(sums(0), Projects::relations);
  EXPECT_EQ(fitted.columns(),
            (std::vector<std::string>{"a given sum, b", "b given sum, a", "sum given a, b", "joint"}));
  EXPECT_LT(std::sqrt(variance(fitted.project(sums(0)), "sum given a, b")), 0.1);
  std::string bytes;
  ByteWriter out(bytes);
  fitted.encode(out);
  ByteReader in(bytes);
  const Projection read = Projection::decode(in);
  EXPECT_EQ(read.columns(), fitted.columns());
  std::vector<double> left = {1, 1, 0, 2.3}, right = left, to_left(4), to_right(4);
  fitted.project(left, to_left);
  read.project(right, to_right);
  EXPECT_EQ(to_left, to_right);
}

TEST(Projection, a_lost_correlation_widens_the_residuals_and_the_joint_distance) {
  const Projection fitted = Projection::fit(rows(kNames, 0.95), Projects::relations);
  const Sample usual = fitted.project(rows(kNames, 0.95, 8));
  const Sample broken = fitted.project(rows(kNames, 0, 8));
  EXPECT_GT(variance(broken, "b given a"), 10 * variance(usual, "b given a"));
  EXPECT_GT(variance(broken, "joint"), 10 * variance(usual, "joint"));
}

TEST(Projection, does_not_depend_on_the_order_of_columns) {
  std::string left, right;
  ByteWriter to_left(left), to_right(right);
  Projection::fit(rows(kNames, 0.8), Projects::relations).encode(to_left);
  Projection::fit(rows({"kind", "c", "b", "a"}, 0.8), Projects::relations).encode(to_right);
  EXPECT_EQ(left, right);
}

TEST(Projection, joint_of_independent_numbers_is_their_squared_length) {
  const Projection fitted = Projection::fit(rows(kNames, 0), Projects::relations);
  ASSERT_EQ(fitted.columns(), std::vector<std::string>{"joint"});
  std::vector<double> values = {60, -3, 0};  // Two deviations of the first.
  std::vector<double> out(1);
  fitted.project(values, out);
  EXPECT_NEAR(out[0], 4 / 1.05, 0.3);
}

TEST(Projection, unknown_numbers_make_their_pairs_unknown_and_count_as_the_mean_in_joint) {
  const Projection fitted = Projection::fit(rows(kNames, 0.8), Projects::relations);
  std::vector<double> values = {kUnknown, -3, 0};
  std::vector<double> out(3);
  fitted.project(values, out);
  EXPECT_TRUE(std::isnan(out[0]) && std::isnan(out[1]));
  EXPECT_NEAR(out[2], 0, 0.05);
  values = {kUnknown, kUnknown, 0};
  fitted.project(values, out);
  EXPECT_TRUE(std::isnan(out[2]));
}

TEST(Projection, an_outcome_is_what_the_others_do_not_explain) {
  const auto outcomes = [](double shift, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::normal_distribution<double> normal;
    Sample sample(kRows);
    for (const char* name : {"score given features", "a", "b"}) sample.column(name);
    for (std::size_t i = 0; i < kRows; ++i) {
      const double a = normal(random), b = normal(random);
      sample.add(mix64(i), {Value(shift + 2 * a - b + 0.1 * normal(random)), Value(a), Value(b)});
    }
    return sample;
  };
  const Projection fitted = Projection::fit(outcomes(0, 1), Projects::relations);
  EXPECT_EQ(fitted.columns(), (std::vector<std::string>{"score given features", "joint"}));
  const auto mean = [](const Sample& sample) {
    double sum = 0;
    for (const auto& [rank, row] : sample.rows()) sum += row[0].number();
    return sum / static_cast<double>(sample.rows().size());
  };
  const Sample usual = fitted.project(outcomes(0, 2));
  const Sample moved = fitted.project(outcomes(0.3, 2));
  EXPECT_LT(std::sqrt(variance(usual, "score given features")), 0.1);
  EXPECT_NEAR(mean(moved) - mean(usual), 0.3 / std::sqrt(5.0), 0.02);
}

TEST(Projection, a_score_between_0_and_1_is_explained_by_its_log_odds) {
  std::mt19937_64 random(4);
  std::normal_distribution<double> normal;
  Sample sample(kRows);
  for (const char* name : {"score given features", "a", "b"}) sample.column(name);
  for (std::size_t i = 0; i < kRows; ++i) {
    const double a = normal(random), b = normal(random);
    sample.add(mix64(i), {Value(1 / (1 + std::exp(-2 * a + b))), Value(a), Value(b)});
  }
  const Projection fitted = Projection::fit(sample, Projects::relations);
  EXPECT_LT(std::sqrt(variance(fitted.project(sample), "score given features")), 0.06);
}

TEST(Projection, an_outcome_that_bends_is_explained_by_squares_too) {
  std::mt19937_64 random(6);
  std::normal_distribution<double> normal;
  Sample sample(kRows);
  for (const char* name : {"score given features", "a", "b"}) sample.column(name);
  for (std::size_t i = 0; i < kRows; ++i) {
    const double a = normal(random), b = normal(random);
    sample.add(mix64(i), {Value(5 + a + 2 * b * b), Value(a), Value(b)});
  }
  const Projection fitted = Projection::fit(sample, Projects::relations);
  EXPECT_LT(std::sqrt(variance(fitted.project(sample), "score given features")), 0.2);
  std::string bytes;
  ByteWriter out(bytes);
  fitted.encode(out);
  ByteReader in(bytes);
  const Projection read = Projection::decode(in);
  ASSERT_EQ(read.columns(), fitted.columns());
  const double unknown = kUnknown;
  for (const double b : {-1.0, 2.0, unknown}) {
    std::vector<double> left = {0.5, b, 6.0}, right = left, to_left(2), to_right(2);
    fitted.project(left, to_left);
    read.project(right, to_right);
    EXPECT_EQ(to_left, to_right);
    EXPECT_FALSE(std::isnan(to_left[0])) << b;
  }
}

TEST(Projection, axes_keep_the_length_of_what_they_span_and_of_the_rest) {
  std::mt19937_64 random(3);
  std::normal_distribution<double> normal;
  Sample sample(kRows);
  for (int i = 0; i < 20; ++i) sample.column("v" + std::to_string(i));
  for (std::size_t i = 0; i < kRows; ++i) {
    const double common = normal(random);
    Sample::Row row;
    for (int k = 0; k < 20; ++k) row.emplace_back(3 * common + normal(random));
    sample.add(mix64(i), std::move(row));
  }
  const Projection fitted = Projection::fit(sample, Projects::axes);
  ASSERT_EQ(fitted.columns().size(), 9U);
  EXPECT_EQ(fitted.columns().back(), "embedding:rest");
  const Sample projected = fitted.project(sample);
  EXPECT_NEAR(variance(projected, "embedding:1"), 20 * 0.9, 1);
  EXPECT_LT(variance(projected, "embedding:2"), 0.3);
}

TEST(Projection, has_nothing_to_say_without_two_numbers) {
  Sample sample(kRows);
  sample.column("a");
  for (std::size_t i = 0; i < kRows; ++i) sample.add(mix64(i), {Value(static_cast<double>(i))});
  EXPECT_TRUE(Projection::fit(sample, Projects::relations).empty());
  EXPECT_TRUE(Projection::fit(rows(kNames, 0.8), Projects::nothing).empty());
}

TEST(Projection, comes_back_as_saved_and_refuses_damaged_bytes) {
  const Projection fitted = Projection::fit(rows(kNames, 0.8), Projects::relations);
  std::string bytes;
  ByteWriter out(bytes);
  fitted.encode(out);
  ByteReader in(bytes);
  const Projection again = Projection::decode(in);
  EXPECT_TRUE(in.done());
  EXPECT_EQ(again.columns(), fitted.columns());
  std::vector<double> left = {41, -3.2, 5e5}, right = left, from_left(3), from_right(3);
  fitted.project(left, from_left);
  again.project(right, from_right);
  EXPECT_EQ(from_left, from_right);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ByteReader cut(std::string_view(bytes).substr(0, size));
    EXPECT_TRUE(Projection::decode(cut).empty() || !cut.ok()) << size;
  }
}

}  // namespace
}  // namespace vedette::drift
