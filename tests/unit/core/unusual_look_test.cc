#include "core/unusual_look.h"

#include <gtest/gtest.h>

namespace vedette::unusual {
namespace {

constexpr std::uint32_t kEast = kBucketsOfHalf + 3;
constexpr std::uint32_t kWest = kBucketsOfHalf + 4;
constexpr Duration kPane = kMinute;

/// A thousand events, half of them in each segment, with so many odd ones.
Counts pane(std::uint64_t east, std::uint64_t west) {
  Counts counts;
  counts.events = 1000;
  counts.upper = 500;
  counts.odd = {east + west, east + west, 0};
  counts.buckets[kEast] = {500, east, 1, 0, "region=east"};
  counts.buckets[kWest] = {500, west, 2, 0, "region=west"};
  return counts;
}

Norm norm_of(const Counts& usual) {
  Norm norm;
  for (int i = 0; i < 100; ++i) {
    norm.count(usual);
    norm.count_window(0, usual);
  }
  return norm;
}

std::optional<Look> look_at(const Norm& norm, const Counts& window) {
  std::vector<Span> spans;
  for (int quarter = 0; quarter < kQuarters; ++quarter) spans.push_back({kDawn + quarter * kPane, window});
  std::vector<const Span*> quarters;
  for (const Span& span : spans) quarters.push_back(&span);
  return look(norm, quarters, 0, {.pane = kPane, .min_share = 0.005, .min_client_share = 0.05});
}

TEST(UnusualLook, names_the_segment_of_most_odd_events) {
  const auto found = look_at(norm_of(pane(1, 1)), pane(40, 1));
  ASSERT_TRUE(found.has_value());
  ASSERT_TRUE(found->segment.has_value());
  EXPECT_EQ(found->segment->name, "region=east");
  EXPECT_NEAR(found->segment->share, 1, 0.05);
  EXPECT_NEAR(found->segment->rate, 0.08, 1e-9);
  EXPECT_NEAR(found->segment->rate_without, 0.002, 1e-9);
  EXPECT_FALSE(found->client.has_value());
}

TEST(UnusualLook, does_not_name_a_segment_where_all_are_odd) {
  const auto found = look_at(norm_of(pane(1, 1)), pane(40, 40));
  ASSERT_TRUE(found.has_value());
  EXPECT_FALSE(found->segment.has_value());
}

TEST(UnusualLook, does_not_name_a_segment_that_is_always_odd) {
  const auto found = look_at(norm_of(pane(10, 1)), pane(36, 20));
  ASSERT_TRUE(found.has_value());
  EXPECT_FALSE(found->segment.has_value()) << found->segment->name;
}

}  // namespace
}  // namespace vedette::unusual
