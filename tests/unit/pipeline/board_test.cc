#include "pipeline/board.h"

#include <gtest/gtest.h>

namespace vedette {
namespace {

constexpr Time kStart = from_ms(1772409600000);
const PartitionId kOne{"events", 0}, kTwo{"events", 1};

/// A board and a clock of its own; records come as reports.
class Feed {
 public:
  explicit Feed(IdleRules rules = {}) : board_(rules) {
    board_.join(kOne);
    board_.join(kTwo);
  }
  /// The partition has a record now, and then nothing more to read.
  void record(const PartitionId& id) {
    board_.report({id, ++offset_}, kStart + now_, std::nullopt);
    board_.report({id, offset_}, kStart + now_, now_);
  }
  void wait(Duration time) {
    now_ += time;
    watermark();
  }
  std::optional<Time> watermark() { return board_.watermark(now_, kStart + now_); }
  Time now() const { return kStart + now_; }
  std::vector<std::string> told() {
    std::vector<std::string> kinds;
    for (const Board::Notice& notice : board_.take_notices()) kinds.push_back(notice.kind);
    return kinds;
  }
  Board& board() { return board_; }

 private:
  Board board_;
  Duration now_{kDay};
  std::int64_t offset_ = 0;
};

using Kinds = std::vector<std::string>;

TEST(Board, the_slowest_active_partition_decides) {
  Feed feed;
  feed.board().report({kOne, 1}, kStart + kHour, std::nullopt);
  EXPECT_EQ(feed.watermark(), std::nullopt);
  feed.board().report({kTwo, 1}, kStart + kMinute, std::nullopt);
  EXPECT_EQ(feed.watermark(), kStart + kMinute);
  feed.board().leave(kTwo);
  EXPECT_EQ(feed.watermark(), kStart + kHour);
}

TEST(Board, partitions_that_were_read_before_are_waited_for) {
  Board board({});
  board.expect({kOne, kTwo}, kMinute);
  board.publish(kStart, {});
  EXPECT_EQ(board.watermark(kSecond, kStart), std::nullopt);
  board.join(kOne);
  board.report({kOne, 1}, kStart + kHour, std::nullopt);
  EXPECT_EQ(board.watermark(kSecond, kStart), std::nullopt);
  board.join(kTwo);
  board.report({kTwo, 1}, kStart + kMinute, std::nullopt);
  EXPECT_EQ(board.watermark(kSecond, kStart), kStart + kMinute);
  EXPECT_TRUE(board.take_notices().empty());
}

TEST(Board, partitions_that_do_not_come_back_are_told_of_and_given_up) {
  Board board({});
  board.expect({kOne, kTwo}, kMinute);
  EXPECT_EQ(board.watermark(kSecond, kStart), std::nullopt);  // However long none is assigned.
  board.join(kOne);
  board.report({kOne, 1}, kStart + kHour, std::nullopt);
  EXPECT_EQ(board.watermark(kHour, kStart), std::nullopt);
  EXPECT_EQ(board.watermark(kHour + kMinute, kStart), kStart + kHour);
  const auto told = board.take_notices();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].kind, "partitions_elsewhere");
  EXPECT_EQ(board.watermark(kHour + kMinute, kStart), kStart + kHour);
  EXPECT_TRUE(board.take_notices().empty());
}

TEST(Board, a_partition_that_rests_holds_nobody_back) {
  Feed feed;
  feed.record(kTwo);
  const Time rested = feed.now();
  for (int i = 0; i < 10; ++i) {
    feed.wait(5 * kSecond);
    feed.record(kOne);
  }
  EXPECT_GT(feed.watermark(), rested);
}

TEST(Board, the_wall_clock_goes_on_when_all_of_a_live_feed_rest) {
  Feed feed;
  feed.record(kOne);
  feed.record(kTwo);
  feed.wait(5 * kMinute);
  EXPECT_EQ(feed.watermark(), feed.now() - 30 * kSecond);
}

TEST(Board, a_feed_that_stops_is_told_once_and_again_after_it_came_back) {
  Feed feed;
  feed.record(kOne);
  feed.record(kTwo);
  feed.wait(9 * kMinute);
  EXPECT_EQ(feed.told(), Kinds{});
  feed.wait(2 * kMinute);
  feed.wait(2 * kMinute);
  EXPECT_EQ(feed.told(), Kinds{"feed_silent"});
  feed.record(kOne);
  feed.wait(kSecond * 1);
  EXPECT_EQ(feed.told(), Kinds{});
  feed.wait(40 * kMinute);
  feed.wait(kSecond * 1);
  EXPECT_EQ(feed.told(), Kinds{"feed_silent"});
}

TEST(Board, an_old_recording_that_ends_is_no_silence) {
  Feed feed;
  for (const PartitionId& id : {kOne, kTwo}) feed.board().report({id, 1}, kStart - 30 * kDay, Duration{0});
  for (int i = 0; i < 5; ++i) feed.wait(kHour);
  EXPECT_EQ(feed.told(), Kinds{});
}

TEST(Board, a_partition_that_stops_beside_others_is_told_once) {
  Feed feed;
  const auto minutes = [&](int many, bool second) {
    for (int i = 0; i < many * 6; ++i) {
      feed.wait(10 * kSecond);
      feed.record(kOne);
      if (second) feed.record(kTwo);
    }
  };
  minutes(60, true);
  EXPECT_EQ(feed.told(), Kinds{});
  minutes(30, false);
  EXPECT_EQ(feed.told(), Kinds{"partition_silent"});
}

TEST(Board, a_partition_that_often_rests_is_not_told) {
  Feed feed;
  for (int i = 0; i < 120; ++i) {
    for (int j = 0; j < 8; ++j) {
      feed.wait(kMinute);
      feed.record(kOne);
    }
    feed.record(kTwo);
  }
  EXPECT_EQ(feed.told(), Kinds{});
  for (int j = 0; j < 20; ++j) {
    feed.wait(kMinute);
    feed.record(kOne);
  }
  EXPECT_EQ(feed.told(), Kinds{});
}

TEST(Board, silence_can_be_switched_off) {
  IdleRules rules;
  rules.silent_after = Duration{0};
  Feed feed(rules);
  feed.record(kOne);
  feed.record(kTwo);
  for (int i = 0; i < 5; ++i) feed.wait(kHour);
  EXPECT_EQ(feed.told(), Kinds{});
}

}  // namespace
}  // namespace vedette
