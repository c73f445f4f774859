#include "core/unusual_tail.h"

#include <gtest/gtest.h>

#include <cmath>

namespace vedette::unusual {
namespace {

/// Numbers that a law has at evenly spread probabilities.
template <class Law>
std::vector<double> spread(const Law& quantile) {
  std::vector<double> numbers;
  for (int i = 0; i < 2000; ++i) numbers.push_back(quantile((i + 0.5) / 2000));
  return numbers;
}

double exponential(double p) { return -std::log1p(-p); }
double pareto(double p) { return std::pow(1 - p, -0.5); }

TEST(UnusualTail, goes_on_as_an_exponential_law_does) {
  const Tails tails = fit_tails(spread(exponential));
  for (const double x : {4.0, 8.0, 15.0}) EXPECT_NEAR(tails.surprise(x), x, 0.15 * x) << x;
}

TEST(UnusualTail, is_as_heavy_as_the_numbers_are) {
  const Tails tails = fit_tails(spread(pareto));
  // A tail of 1 / x^2.
  EXPECT_NEAR(tails.surprise(100), 2 * std::log(100), 2);
}

TEST(UnusualTail, finds_nothing_in_the_middle_and_more_the_farther_out) {
  const Tails tails = fit_tails(spread([](double p) { return p; }));
  EXPECT_EQ(tails.surprise(0.5), 0);
  EXPECT_GT(tails.surprise(1.5), tails.surprise(1.1));
  EXPECT_GT(tails.surprise(-0.5), tails.surprise(-0.1));
  EXPECT_NEAR(tails.surprise(1.3), tails.surprise(-0.3), 0.2);
}

TEST(UnusualTail, whatever_differs_from_a_constant_is_equally_odd) {
  const Tails tails = fit_tails(std::vector<double>(1000, 4.0));
  EXPECT_EQ(tails.surprise(4), 0);
  EXPECT_GT(tails.surprise(4.5), 7);
  EXPECT_EQ(tails.surprise(4.5), tails.surprise(-4e9));
}

TEST(UnusualTail, survives_saving) {
  const Tails tails = fit_tails(spread(pareto));
  std::string bytes;
  ByteWriter out(bytes);
  tails.encode(out);
  ByteReader in(bytes);
  Tails loaded;
  ASSERT_TRUE(loaded.decode(in));
  EXPECT_TRUE(in.done());
  EXPECT_EQ(loaded.surprise(77), tails.surprise(77));
}

}  // namespace
}  // namespace vedette::unusual
