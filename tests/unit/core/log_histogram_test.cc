#include "vedette/log_histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace vedette {
namespace {

TEST(LogHistogram, knows_every_quantile_to_an_eighth) {
  std::mt19937_64 random(7);
  std::lognormal_distribution<> latency(4, 1.5);
  std::vector<double> values;
  std::vector<std::uint32_t> bins(LogHistogram::kBins);
  for (int i = 0; i < 20000; ++i) {
    values.push_back(latency(random));
    ++bins[LogHistogram::bin(values.back())];
  }
  std::sort(values.begin(), values.end());
  for (const double q : {.01, .25, .5, .9, .95, .99, .999}) {
    const double exact = values[static_cast<std::size_t>(q * 20000)];
    EXPECT_NEAR(LogHistogram::quantile(bins, q) / exact, 1, 1 / 8.0) << q;
  }
}

TEST(LogHistogram, bins_are_in_order_and_hold_their_bounds) {
  std::size_t last = 0;
  for (double value = std::ldexp(1.0, -4); value < std::ldexp(1.0, 22); value *= 1.01) {
    const std::size_t bin = LogHistogram::bin(value);
    EXPECT_GE(bin, last);
    EXPECT_LE(bin, last + 1);
    last = bin;
  }
  EXPECT_EQ(last, LogHistogram::kBins - 1);
}

TEST(LogHistogram, takes_any_number) {
  const double inf = std::numeric_limits<double>::infinity();
  for (const double low : {0.0, -1.0, -inf, std::nan(""), 1e-300}) EXPECT_EQ(LogHistogram::bin(low), 0U);
  for (const double high : {1e9, 1e300, inf}) EXPECT_EQ(LogHistogram::bin(high), LogHistogram::kBins - 1);
}

TEST(LogHistogram, of_nothing_says_nothing) {
  EXPECT_TRUE(std::isnan(LogHistogram::quantile({}, .5)));
  EXPECT_TRUE(std::isnan(LogHistogram::quantile(std::vector<std::uint32_t>(8), .5)));
}

}  // namespace
}  // namespace vedette
