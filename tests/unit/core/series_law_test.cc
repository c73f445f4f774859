#include "core/series_law.h"

#include <gtest/gtest.h>

#include <cmath>

namespace vedette::series {
namespace {

/// P(X >= x) of Poisson, summed up.
double poisson_above(int x, double mean) {
  double below = 0;
  for (int k = 0; k < x; ++k) below += std::exp(-mean + k * std::log(mean) - std::lgamma(k + 1.0));
  return 1 - below;
}

TEST(CountLaw, poisson_tail_agrees_with_the_sum) {
  for (const int x : {3, 5, 9}) EXPECT_NEAR(std::exp(log_tail(x, 2, 0)), poisson_above(x, 2), 1e-12) << x;
  EXPECT_NEAR(std::exp(log_tail(0, 2, 0)), std::exp(-2.0), 1e-12);
  EXPECT_NEAR(std::exp(log_tail(1, 2, 0)), 3 * std::exp(-2.0), 1e-12);
}

TEST(CountLaw, dispersed_tail_agrees_with_the_sum) {
  const double mean = 4;
  const double r = 2;  // Dispersion .5.
  double below = 0;
  for (int k = 0; k < 12; ++k)
    below += std::exp(std::lgamma(k + r) - std::lgamma(r) - std::lgamma(k + 1.0) +
                      r * std::log(r / (r + mean)) + k * std::log(mean / (r + mean)));
  EXPECT_NEAR(std::exp(log_tail(12, mean, .5)), 1 - below, 1e-12);
}

/// A value just beside a whole number takes the way of the incomplete functions.
TEST(CountLaw, few_events_summed_up_agree_with_the_incomplete_functions) {
  for (const double mean : {.03, 1., 7., 30., 300.})
    for (const double d : {0., .02, .5, 20.})
      for (int x = 1; x <= 26; ++x) {
        const double exact = log_tail(x + (x > mean ? 1e-9 : -1e-9), mean, d);
        EXPECT_NEAR(log_tail(x, mean, d), exact, 1e-6 * std::abs(exact) + 1e-6)
            << x << " " << mean << " " << d;
      }
}

TEST(CountLaw, dispersion_makes_bursts_less_surprising) {
  EXPECT_LT(log_tail(50, 10, 0), log_tail(50, 10, .5));
  EXPECT_LT(log_tail(50, 10, .5), -3);
}

TEST(CountLaw, silence_is_the_chance_of_zero) {
  EXPECT_NEAR(log_silence(3, 0), -3, 1e-9);
  EXPECT_NEAR(log_silence(3, .5), log_tail(0, 3, .5), 1e-9);
}

TEST(CountLaw, is_total) {
  for (const double x : {-5.0, 0.0, 1e18})
    for (const double mean : {-1.0, 0.0, 1e18})
      for (const double d : {0.0, 1e-9, 100.0}) {
        EXPECT_LE(log_tail(x, mean, d), 0) << x << " " << mean << " " << d;
        EXPECT_GE(log_tail(x, mean, d), -700);
      }
}

TEST(AmountLaw, of_one_is_the_exponential) {
  for (const double x : {11.0, 30.0, 200.0}) EXPECT_NEAR(log_amount_tail(x, 10, 1), -x / 10, 1e-9) << x;
  EXPECT_EQ(log_amount_tail(9, 10, 1), 0);
  EXPECT_GT(log_amount_tail(100, 10, 1), log_amount_tail(100, 10, .1));
}

TEST(ShareLaw, agrees_with_the_binomial_sum) {
  const int n = 12;
  const double p = .2;
  double below = 0;
  for (int k = 0; k < 7; ++k)
    below += std::exp(std::lgamma(n + 1.0) - std::lgamma(k + 1.0) - std::lgamma(n - k + 1.0) +
                      k * std::log(p) + (n - k) * std::log(1 - p));
  EXPECT_NEAR(std::exp(log_share_tail(7, n, p, 1)), 1 - below, 1e-12);
  EXPECT_NEAR(std::exp(log_share_tail(0, n, p, 1)), std::pow(.8, n), 1e-12);
}

TEST(ShareLaw, clustered_trials_count_for_less) {
  EXPECT_NEAR(log_share_tail(60, 120, .2, 10), log_share_tail(6, 12, .2, 1), 1e-9);
  EXPECT_LT(log_share_tail(60, 120, .2, 1), log_share_tail(60, 120, .2, 10));
}

TEST(ShareLaw, is_total) {
  for (const double hits : {0.0, 1.0, 1e12})
    for (const double trials : {0.0, 1.0, 1e12})
      for (const double p : {1e-12, .5, .999})
        for (const double design : {1.0, 25.0}) {
          EXPECT_LE(log_share_tail(hits, trials, p, design), 0) << hits << " " << trials << " " << p;
          EXPECT_GE(log_share_tail(hits, trials, p, design), -700);
        }
}

TEST(CountLaw, few_panes_do_not_rule_out_bursts) {
  EXPECT_GT(dispersion({0, 5}, {4, 5}), .5);
  EXPECT_LT(dispersion({0, 20000}, {4, 20000}), .01);
  EXPECT_NEAR(dispersion({2, 20000}, {4, 20000}), .5, 1e-6);
}

}  // namespace
}  // namespace vedette::series
