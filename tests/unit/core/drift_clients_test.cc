#include "core/drift_clients.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

namespace vedette::drift {
namespace {

/// A sampled pane in which buckets have so many events, each seen in so many partitions.
std::vector<std::uint32_t> pane(const std::vector<std::pair<std::uint32_t, std::uint32_t>>& events,
                                std::uint32_t partitions) {
  std::vector<std::uint32_t> cells(ClientTraffic::kCells);
  for (const auto& [bucket, count] : events) {
    cells[bucket] = count;
    cells[ClientTraffic::seen_cell(bucket)] = partitions;
  }
  return cells;
}

TEST(ClientTraffic, a_newcomer_may_add_a_tenth_of_a_pane_and_a_regular_twice_its_part) {
  ClientTraffic traffic;
  for (int i = 0; i < 10; ++i) traffic.add_sampled(pane({{1, 300}, {2, 650}, {3, 50}}, 1));
  const std::vector<std::uint32_t> caps = traffic.caps(100 * kSecond, 10 * kSecond);
  EXPECT_EQ(caps[1], 600U);
  EXPECT_EQ(caps[2], 1300U);
  EXPECT_EQ(caps[3], 100U);
  EXPECT_EQ(caps[200], 100U);
  EXPECT_EQ(traffic.caps(100 * kSecond, 20 * kSecond)[1], 1200U);
}

TEST(ClientTraffic, where_a_client_is_spread_over_partitions_each_takes_its_part) {
  ClientTraffic traffic;
  for (int i = 0; i < 10; ++i) traffic.add_sampled(pane({{1, 400}, {2, 600}}, 4));
  const std::vector<std::uint32_t> caps = traffic.caps(100 * kSecond, 10 * kSecond);
  EXPECT_EQ(caps[1], 200U);
  EXPECT_EQ(caps[9], 25U);
}

TEST(ClientTraffic, who_is_nearly_all_of_the_traffic_may_add_all) {
  ClientTraffic traffic;
  for (int i = 0; i < 10; ++i) traffic.add_sampled(pane({{1, 900}, {2, 100}}, 1));
  const std::vector<std::uint32_t> caps = traffic.caps(100 * kSecond, 10 * kSecond);
  EXPECT_EQ(caps[1], std::numeric_limits<std::uint32_t>::max());
  EXPECT_EQ(caps[2], 200U);
  EXPECT_EQ(caps[3], 100U);
}

TEST(ClientTraffic, every_client_may_add_three_events) {
  const ClientTraffic traffic;
  EXPECT_EQ(traffic.caps(kHour, kMinute)[0], 3U);
}

TEST(ClientTraffic, comes_back_as_saved) {
  ClientTraffic traffic;
  traffic.add_sampled(pane({{1, 300}, {255, 7}}, 2));
  std::string bytes;
  ByteWriter out(bytes);
  traffic.encode(out);
  ByteReader in(bytes);
  EXPECT_EQ(ClientTraffic::decode(in).caps(kHour, kMinute), traffic.caps(kHour, kMinute));
  EXPECT_TRUE(in.done());
}

TEST(BusyClients, keeps_the_busiest_however_many_others_come) {
  BusyClients busy;
  for (std::uint64_t i = 1; i <= 3000; ++i) {
    busy.count(7, "seven");
    busy.count(1000 + i, {});
  }
  EXPECT_EQ(busy.clients().size(), BusyClients::kMost);
  EXPECT_DOUBLE_EQ(busy.total(), 6000);
  EXPECT_DOUBLE_EQ(busy.events_of(7), 3000);
}

TEST(BusyClients, merges_fades_and_comes_back_as_saved) {
  BusyClients left, right;
  for (int i = 0; i < 10; ++i) left.count(1, "one");
  for (int i = 0; i < 30; ++i) right.count(1, "one");
  right.count(2, "two");
  left.merge(right);
  EXPECT_DOUBLE_EQ(left.events_of(1), 40);
  EXPECT_DOUBLE_EQ(left.total(), 41);
  left.fade(0.25);
  EXPECT_DOUBLE_EQ(left.events_of(1), 10);
  EXPECT_DOUBLE_EQ(left.events_of(2), 0);
  std::string bytes;
  ByteWriter out(bytes);
  left.encode(out);
  ByteReader in(bytes);
  const BusyClients again = BusyClients::decode(in);
  EXPECT_TRUE(in.done());
  EXPECT_DOUBLE_EQ(again.events_of(1), 10);
  EXPECT_DOUBLE_EQ(again.total(), left.total());
  ASSERT_EQ(again.clients().size(), 1U);
  EXPECT_EQ(again.clients()[0].name, "one");
}

}  // namespace
}  // namespace vedette::drift
