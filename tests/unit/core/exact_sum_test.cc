#include "vedette/exact_sum.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace vedette {
namespace {

ExactSum sum_of(const std::vector<double>& terms) {
  ExactSum sum;
  for (const double term : terms) sum.add(term);
  return sum;
}

TEST(ExactSum, is_what_it_was_told) {
  for (const double term : {0.0, 1.0, -1.0, 0.234191068, -1e-9, 1e12, -123456789.25, 1e18, -1e18}) {
    EXPECT_NEAR(sum_of({term}).value(), term, std::max(1e-14, 1e-15 * std::abs(term))) << term;
    EXPECT_EQ(sum_of({term, -term}), ExactSum()) << term;
  }
}

TEST(ExactSum, neither_order_nor_split_matters) {
  std::mt19937_64 random(3);
  std::vector<double> terms;
  for (int i = 0; i < 1000; ++i)
    terms.push_back(
        std::ldexp(static_cast<double>(random() % 1000) - 500, static_cast<int>(random() % 60) - 30));
  const ExactSum whole = sum_of(terms);
  std::shuffle(terms.begin(), terms.end(), random);
  ExactSum parts = sum_of({terms.begin(), terms.begin() + 300});
  parts.add(sum_of({terms.begin() + 300, terms.end()}));
  EXPECT_EQ(parts, whole);
}

TEST(ExactSum, cuts_what_is_too_large_and_does_not_overflow) {
  ExactSum sum;
  for (int i = 0; i < 1'000'000; ++i) sum.add(i % 2 == 0 ? 1e300 : 1e18);
  EXPECT_DOUBLE_EQ(sum.value(), 1e24);
  EXPECT_DOUBLE_EQ(sum_of({-1e300}).value(), -1e18);
}

TEST(ExactSum, comes_back_from_bytes) {
  const ExactSum sum = sum_of({-1.5, 3e15});
  std::string bytes;
  ByteWriter out(bytes);
  sum.save(out);
  ByteReader in(bytes);
  EXPECT_EQ(ExactSum::load(in), sum);
  EXPECT_TRUE(in.done());
}

}  // namespace
}  // namespace vedette
