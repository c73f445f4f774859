#include "pipeline/partial_log.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "core/mem_store.h"
#include "pipeline/keys.h"

namespace vedette {
namespace {

constexpr Duration kLateness = 5 * kSecond;
const std::vector<PartitionId> kPartitions = {{"t", 0}, {"t", 1}};

Time at(std::int64_t seconds) { return from_ms(1772323200000 + seconds * 1000); }

/// A worker that leaves chunks, and a judge that reads them; each commit is durable.
class PartialLogTest : public testing::Test {
 protected:
  using Partial = std::tuple<Time, std::string, std::string>;

  void leave(std::int32_t partition, std::int64_t number, const std::vector<Partial>& partials,
             PartialChunk::Extent extent = PartialChunk::Extent::whole) {
    PartialChunk chunk;
    for (const auto& [end, scope, bytes] : partials) chunk.append({end, extent, scope, bytes});
    Changes changes;
    changes.put(PartialChunk::key("d", {"t", partition}, number), chunk.bytes());
    ASSERT_TRUE(store_.commit(changes).ok());
  }

  /// What is ripe, as "seconds scope partial".
  std::vector<std::string> judge(Time watermark) {
    Changes changes;
    EXPECT_TRUE(log_.read(store_, kPartitions, judged_, changes).ok());
    std::vector<std::string> taken;
    const Status status =
        log_.take(watermark, changes, [&](Time end, std::string_view scope, std::string_view partial) {
          taken.push_back(std::to_string((end - at(0)) / kSecond) + " " + std::string(scope) + " " +
                          std::string(partial));
          return Status{};
        });
    EXPECT_TRUE(status.ok()) << status.message();
    EXPECT_TRUE(store_.commit(changes).ok());
    judged_ = watermark;
    return taken;
  }

  void restart() {
    std::string bytes;
    ByteWriter out(bytes);
    PartialLog::encode(log_.read_so_far(), out);
    log_ = PartialLog("d", kLateness);
    ByteReader in(bytes);
    log_.resume(PartialLog::decode(in));
    EXPECT_TRUE(in.done());
  }

  std::size_t chunks() {
    std::size_t count = 0;
    EXPECT_TRUE(
        store_.scan("o/", "o0", [&](std::string_view, std::string_view) { return ++count > 0; }).ok());
    return count;
  }

  MemStore store_;
  PartialLog log_{"d", kLateness};
  Time judged_ = kDawn;
};

using Taken = std::vector<std::string>;

TEST_F(PartialLogTest, ripe_panes_come_in_order_of_time_scope_and_partition) {
  leave(1, 1, {{at(20), "a", "later"}, {at(10), "b", "b1"}, {at(10), "a", "a1"}});
  leave(0, 1, {{at(10), "b", "b0"}, {at(10), std::string("a\0", 2), "a0"}});
  EXPECT_EQ(judge(at(15)), (Taken{"10 a a1", "10 " + std::string("a\0", 2) + " a0", "10 b b0", "10 b b1"}));
  EXPECT_EQ(judge(at(24)), Taken{});
  EXPECT_EQ(judge(at(25)), Taken{"20 a later"});
  EXPECT_EQ(chunks(), 0U);
}

TEST_F(PartialLogTest, the_last_partial_counts_and_chunks_that_no_longer_count_are_erased) {
  leave(0, 1, {{at(10), "a", "1"}});
  EXPECT_EQ(judge(at(1)), Taken{});
  EXPECT_EQ(chunks(), 1U);
  leave(0, 2, {{at(10), "a", "2"}, {at(30), "a", "x"}});
  EXPECT_EQ(judge(at(2)), Taken{});
  EXPECT_EQ(chunks(), 1U);
  leave(0, 3, {{at(10), "a", "3"}});
  EXPECT_EQ(judge(at(15)), Taken{"10 a 3"});
  EXPECT_EQ(chunks(), 1U);  // Holds the pane of 30 s.
  EXPECT_EQ(judge(at(35)), Taken{"30 a x"});
  EXPECT_EQ(chunks(), 0U);
}

TEST_F(PartialLogTest, additions_follow_what_they_add_to_until_the_whole_replaces_both) {
  constexpr auto kAddition = PartialChunk::Extent::addition;
  leave(0, 1, {{at(10), "a", "1"}, {at(20), "a", "x"}});
  leave(0, 2, {{at(10), "a", "+2"}, {at(20), "a", "+y"}}, kAddition);
  leave(1, 1, {{at(10), "a", "+other"}}, kAddition);
  EXPECT_EQ(judge(at(15)), (Taken{"10 a 1", "10 a +2", "10 a +other"}));
  EXPECT_EQ(chunks(), 2U);
  restart();
  leave(0, 3, {{at(20), "a", "z"}});
  EXPECT_EQ(judge(at(16)), Taken{});
  EXPECT_EQ(chunks(), 1U);
  leave(0, 4, {{at(20), "a", "+1"}}, kAddition);
  restart();
  EXPECT_EQ(judge(at(25)), (Taken{"20 a z", "20 a +1"}));
  EXPECT_EQ(chunks(), 0U);
}

TEST_F(PartialLogTest, a_restart_at_any_point_takes_up_what_is_left) {
  leave(0, 1, {{at(10), "a", "1"}, {at(20), "a", "p"}});
  EXPECT_EQ(judge(at(15)), Taken{"10 a 1"});
  restart();
  leave(0, 2, {{at(20), "a", "q"}});
  restart();
  EXPECT_EQ(judge(at(25)), Taken{"20 a q"});
  EXPECT_EQ(chunks(), 0U);
  EXPECT_EQ(log_.stale(), 0U);
}

TEST_F(PartialLogTest, says_where_chunks_that_still_count_begin) {
  const PartitionId partition{"t", 0};
  for (int number = 1; number <= 3; ++number) leave(0, number, {{at(10 * number), "a", "x"}});
  judge(at(15));
  EXPECT_EQ(log_.read_so_far()[partition].first, 2);
  EXPECT_EQ(log_.read_so_far()[partition].last, 3);
  judge(at(40));
  EXPECT_EQ(log_.read_so_far()[partition].first, 4);
  restart();
  EXPECT_EQ(log_.read_so_far()[partition].first, 4);
  leave(0, 4, {{at(50), "a", "y"}});
  EXPECT_EQ(judge(at(60)), Taken{"50 a y"});
}

TEST_F(PartialLogTest, partials_of_judged_panes_are_counted_once_and_dropped) {
  leave(0, 1, {{at(10), "a", "1"}, {at(40), "a", "open"}});
  EXPECT_EQ(judge(at(30)), Taken{"10 a 1"});
  leave(1, 1, {{at(20), "a", "too late"}, {at(40), "a", "in time"}});
  EXPECT_EQ(judge(at(31)), Taken{});
  EXPECT_EQ(log_.stale(), 1U);
  restart();
  EXPECT_EQ(judge(at(45)), (Taken{"40 a open", "40 a in time"}));
  EXPECT_EQ(log_.stale(), 0U);  // Counted by the process before.
}

TEST_F(PartialLogTest, damaged_chunks_are_refused) {
  leave(0, 1, {{at(10), "a", "1"}});
  Changes changes;
  changes.put(PartialChunk::key("d", {"t", 0}, 2), "\x01\x7f");
  ASSERT_TRUE(store_.commit(changes).ok());
  Changes ignored;
  EXPECT_EQ(log_.read(store_, kPartitions, kDawn, ignored).code(), Code::stop);
}

}  // namespace
}  // namespace vedette
