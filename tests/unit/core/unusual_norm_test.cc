#include "core/unusual_norm.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace vedette::unusual {
namespace {

Counts pane(std::uint64_t events, std::uint64_t odd) {
  Counts counts;
  counts.events = events;
  counts.odd = {odd, odd, 0};
  return counts;
}

/// Windows of 1000 events in which on average ten are odd, at a rate that varies by `deviation`.
Norm norm_of(double deviation) {
  std::mt19937_64 random(5);
  std::normal_distribution<> normal;
  Norm norm;
  for (int i = 0; i < 200; ++i) {
    const double mean = 10 * std::max(0.0, 1 + deviation * normal(random));
    const Counts counts = pane(1000, mean > 0 ? std::poisson_distribution<std::uint64_t>(mean)(random) : 0);
    norm.count(counts);
    norm.count_window(2, counts);
  }
  return norm;
}

TEST(UnusualNorm, tails_are_those_of_counts) {
  EXPECT_EQ(count_tail(0, 1, 0.1), 1);
  EXPECT_NEAR(count_tail(1, 0.1, 1e-6), 1 - std::exp(-0.1), 1e-6);  // Poisson.
  EXPECT_NEAR(count_tail(2, 1, 1), 0.25, 1e-9);                     // Geometric: halves.
  EXPECT_GT(count_tail(10, 2, 0.5), 10 * count_tail(10, 2, 0.05));
  EXPECT_NEAR(binomial_tail(3, 3, 0.5), 0.125, 1e-9);
  EXPECT_EQ(binomial_tail(3, 3, 1), 1);
}

TEST(UnusualNorm, knows_the_rate_and_how_it_varies) {
  const Norm steady = norm_of(0);
  const Norm restless = norm_of(0.5);
  EXPECT_NEAR(steady.rate(0), 0.01, 0.001);
  EXPECT_LT(steady.wander(2, 0), 0.1);
  EXPECT_NEAR(restless.wander(2, 0), 0.25, 0.12);
  EXPECT_TRUE(steady.known(2));
  EXPECT_FALSE(steady.known(3));
  EXPECT_GE(steady.rate(2), kTailLevels[2]) << "what never came is as rare as was calibrated";
}

TEST(UnusualNorm, clients_differ) {
  Norm norm;
  for (int i = 0; i < 100; ++i) {
    Counts counts = pane(1000, 12);
    counts.buckets[3] = {500, 10, 0, 1, ""};
    counts.buckets[4] = {500, 1, 0, 2, ""};
    norm.count(counts);
  }
  EXPECT_NEAR(norm.bucket(3, 0).rate, 0.02, 0.002);
  EXPECT_NEAR(norm.bucket(4, 0).rate, 0.002, 0.001);
  EXPECT_NEAR(norm.bucket(9, 0).rate, norm.rate(kBucketLevel), 1e-9) << "one that was never seen";
  EXPECT_GT(norm.bucket(9, 0).wander, norm.bucket(3, 0).wander);
}

TEST(UnusualNorm, survives_saving) {
  const Norm norm = norm_of(0.5);
  std::string bytes;
  ByteWriter out(bytes);
  norm.encode(out);
  ByteReader in(bytes);
  Norm loaded;
  ASSERT_TRUE(loaded.decode(in));
  EXPECT_TRUE(in.done());
  EXPECT_EQ(loaded.wander(2, 1), norm.wander(2, 1));
  EXPECT_EQ(loaded.largest(2, 0), norm.largest(2, 0));
}

}  // namespace
}  // namespace vedette::unusual
