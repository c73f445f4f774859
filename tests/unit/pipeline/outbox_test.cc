#include "pipeline/outbox.h"

#include <gtest/gtest.h>

#include <array>
#include <thread>

#include "core/mem_store.h"
#include "support/faulty_store.h"
#include "support/manual_clock.h"

namespace vedette {
namespace {

using Kind = Outbox::Kind;
using Texts = std::vector<std::string>;

constexpr ByteSize kCap{1 << 20};

class OutboxTest : public testing::Test {
 protected:
  /// A new process over the same store.
  void open(const std::vector<Outbox::Subscription>& sinks, ByteSize cap = kCap) {
    outbox_ = std::make_unique<Outbox>(store_, clock_, cap);
    ASSERT_TRUE(outbox_->open(sinks).ok());
  }
  void append(OutboxWriter& writer, const Texts& texts) {
    Changes changes;
    for (const std::string& text : texts) writer.append(changes, text);
    ASSERT_TRUE(store_.commit(changes).ok());
    writer.committed();
  }
  Texts take(OutboxReader& reader, std::size_t max = 1000) {
    std::vector<OutboxEntry> entries;
    EXPECT_TRUE(reader.read(max, 1 << 20, entries).ok());
    Texts texts;
    for (const OutboxEntry& entry : entries) {
      reader.pass(entry);
      texts.push_back(entry.bytes);
    }
    return texts;
  }
  std::size_t stored(std::string_view prefix = "x/") {
    std::size_t count = 0;
    EXPECT_TRUE(
        store_.scan(prefix, std::string(prefix) + '\xff', [&](auto, auto) { return ++count > 0; }).ok());
    return count;
  }

  MemStore memory_;
  FaultyStore store_{memory_};
  ManualClock clock_;
  std::unique_ptr<Outbox> outbox_;
};

TEST_F(OutboxTest, entries_come_in_order_and_only_once_passed_are_gone) {
  open({{"siem", Kind::alert}});
  auto writer = outbox_->writer(Kind::alert, 0);
  auto reader = outbox_->reader("siem");
  append(writer, {"a", "b", "c"});
  EXPECT_EQ(reader.depth(), 3U);
  EXPECT_EQ(take(reader, 2), (Texts{"a", "b"}));
  EXPECT_EQ(take(reader), (Texts{"c"}));
  EXPECT_EQ(reader.depth(), 0U);
  EXPECT_EQ(stored(), 3U);
  EXPECT_TRUE(reader.commit().ok());
  EXPECT_EQ(stored(), 0U);
  EXPECT_EQ(outbox_->bytes(), 0U);
}

TEST_F(OutboxTest, entries_carry_the_time_they_were_appended) {
  open({{"siem", Kind::alert}});
  auto writer = outbox_->writer(Kind::alert, 0);
  const Time then = clock_.wall();
  append(writer, {"a"});
  clock_.advance(kHour);
  std::vector<OutboxEntry> entries;
  ASSERT_TRUE(outbox_->reader("siem").read(10, 1000, entries).ok());
  EXPECT_EQ(entries.at(0).appended_at, then);
}

TEST_F(OutboxTest, entry_goes_when_every_sink_of_its_kind_has_passed_it) {
  open({{"fast", Kind::alert}, {"slow", Kind::alert}, {"dead", Kind::dead_letter}});
  auto writer = outbox_->writer(Kind::alert, 0);
  auto fast = outbox_->reader("fast");
  auto slow = outbox_->reader("slow");
  append(writer, {"a", "b"});
  take(fast);
  EXPECT_TRUE(fast.commit().ok());
  EXPECT_EQ(stored(), 2U);
  take(slow, 1);
  EXPECT_TRUE(slow.commit().ok());
  EXPECT_EQ(stored(), 1U);
  EXPECT_EQ(slow.depth(), 1U);
}

TEST_F(OutboxTest, kinds_go_to_their_own_sinks) {
  open({{"siem", Kind::alert}, {"dead", Kind::dead_letter}});
  auto judge = outbox_->writer(Kind::alert, 0);
  auto worker = outbox_->writer(Kind::dead_letter, 0);
  append(judge, {"alert"});
  append(worker, {"letter"});
  auto siem = outbox_->reader("siem");
  auto dead = outbox_->reader("dead");
  EXPECT_EQ(take(siem), Texts{"alert"});
  EXPECT_EQ(take(dead), Texts{"letter"});
}

TEST_F(OutboxTest, nothing_is_stored_that_nobody_wants) {
  open({{"siem", Kind::alert}});
  auto worker = outbox_->writer(Kind::dead_letter, 0);
  Changes changes;
  worker.append(changes, "letter");
  EXPECT_TRUE(changes.empty());
}

TEST_F(OutboxTest, restart_goes_on_behind_the_cursor) {
  open({{"siem", Kind::alert}});
  {
    auto writer = outbox_->writer(Kind::alert, 0);
    auto reader = outbox_->reader("siem");
    append(writer, {"a", "b", "c"});
    take(reader, 1);
    ASSERT_TRUE(reader.commit().ok());
    take(reader, 1);  // Delivered, but the crash comes before the commit.
  }
  open({{"siem", Kind::alert}});
  auto reader = outbox_->reader("siem");
  EXPECT_EQ(reader.depth(), 2U);
  EXPECT_EQ(take(reader), (Texts{"b", "c"}));
}

TEST_F(OutboxTest, sequences_go_on_above_what_was_passed_even_if_nothing_is_stored) {
  open({{"siem", Kind::alert}});
  {
    auto writer = outbox_->writer(Kind::alert, 0);
    auto reader = outbox_->reader("siem");
    append(writer, {"a", "b"});
    take(reader);
    ASSERT_TRUE(reader.commit().ok());
    ASSERT_EQ(stored(), 0U);
  }
  open({{"siem", Kind::alert}});
  auto writer = outbox_->writer(Kind::alert, 0);
  auto reader = outbox_->reader("siem");
  append(writer, {"c"});
  EXPECT_EQ(take(reader), Texts{"c"});
}

TEST_F(OutboxTest, writer_made_again_goes_on_where_the_old_one_ended) {
  open({{"siem", Kind::alert}});
  auto reader = outbox_->reader("siem");
  {
    auto writer = outbox_->writer(Kind::alert, 0);
    append(writer, {"a"});
  }
  auto writer = outbox_->writer(Kind::alert, 0);
  append(writer, {"b"});
  EXPECT_EQ(take(reader), (Texts{"a", "b"}));
}

TEST_F(OutboxTest, several_writers_are_all_read_and_none_starves) {
  open({{"dead", Kind::dead_letter}});
  auto first = outbox_->writer(Kind::dead_letter, 0);
  auto second = outbox_->writer(Kind::dead_letter, 255);
  auto reader = outbox_->reader("dead");
  append(first, {"a", "b", "c", "d"});
  append(second, {"x"});
  EXPECT_EQ(take(reader, 2), (Texts{"a", "b"}));
  EXPECT_EQ(take(reader, 2), (Texts{"x", "c"}));
  EXPECT_EQ(take(reader, 2), Texts{"d"});
}

TEST_F(OutboxTest, slower_writer_loses_nothing_to_a_faster_one) {
  open({{"dead", Kind::dead_letter}});
  auto first = outbox_->writer(Kind::dead_letter, 0);
  auto second = outbox_->writer(Kind::dead_letter, 1);
  auto reader = outbox_->reader("dead");
  Changes late;
  first.append(late, "appended first, committed last");
  append(second, {"x"});
  EXPECT_EQ(take(reader), Texts{"x"});
  ASSERT_TRUE(reader.commit().ok());
  ASSERT_TRUE(store_.commit(late).ok());
  first.committed();
  EXPECT_EQ(take(reader), Texts{"appended first, committed last"});
}

TEST_F(OutboxTest, full_is_over_when_sinks_have_caught_up) {
  open({{"siem", Kind::alert}}, ByteSize{200});
  auto writer = outbox_->writer(Kind::alert, 0);
  auto reader = outbox_->reader("siem");
  EXPECT_FALSE(outbox_->full());
  append(writer, {std::string(300, 'x')});
  EXPECT_TRUE(outbox_->full());
  open({{"siem", Kind::alert}}, ByteSize{200});
  EXPECT_TRUE(outbox_->full());
  auto again = outbox_->reader("siem");
  take(again);
  ASSERT_TRUE(again.commit().ok());
  EXPECT_FALSE(outbox_->full());
}

TEST_F(OutboxTest, appended_entry_counts_only_when_committed) {
  open({{"siem", Kind::alert}});
  auto writer = outbox_->writer(Kind::alert, 0);
  Changes changes;
  writer.append(changes, "a");
  EXPECT_EQ(outbox_->bytes(), 0U);
  writer.discarded();
  append(writer, {"b"});
  auto reader = outbox_->reader("siem");
  EXPECT_EQ(reader.depth(), 1U);
  EXPECT_EQ(take(reader), Texts{"b"});
}

TEST_F(OutboxTest, sink_that_is_gone_holds_nothing_back) {
  open({{"siem", Kind::alert}, {"gone", Kind::alert}, {"dead", Kind::dead_letter}});
  {
    auto judge = outbox_->writer(Kind::alert, 0);
    auto worker = outbox_->writer(Kind::dead_letter, 0);
    auto siem = outbox_->reader("siem");
    append(judge, {"a", "b"});
    append(worker, {"letter"});
    take(siem, 1);
    ASSERT_TRUE(siem.commit().ok());
    ASSERT_EQ(stored(), 3U);
  }
  open({{"siem", Kind::alert}});
  EXPECT_EQ(stored(), 1U);
  EXPECT_EQ(stored("c/"), 1U);
}

TEST_F(OutboxTest, new_sink_begins_with_the_oldest_entry_there_is) {
  open({{"old", Kind::alert}});
  {
    auto writer = outbox_->writer(Kind::alert, 0);
    auto old = outbox_->reader("old");
    append(writer, {"a", "b"});
    take(old, 1);
    ASSERT_TRUE(old.commit().ok());
  }
  open({{"old", Kind::alert}, {"new", Kind::alert}});
  auto reader = outbox_->reader("new");
  EXPECT_EQ(take(reader), Texts{"b"});
}

TEST_F(OutboxTest, first_entry_is_read_however_large) {
  open({{"siem", Kind::alert}});
  auto writer = outbox_->writer(Kind::alert, 0);
  append(writer, {std::string(5000, 'x'), "y"});
  std::vector<OutboxEntry> entries;
  ASSERT_TRUE(outbox_->reader("siem").read(10, 100, entries).ok());
  EXPECT_EQ(entries.size(), 1U);
}

TEST_F(OutboxTest, failed_store_is_opened_again_by_the_reader) {
  open({{"siem", Kind::alert}});
  auto writer = outbox_->writer(Kind::alert, 0);
  auto reader = outbox_->reader("siem");
  append(writer, {"a"});
  take(reader);
  store_.fail_commit(1, Status::retry("full"));
  EXPECT_FALSE(reader.commit().ok());
  EXPECT_TRUE(reader.dirty());
  EXPECT_TRUE(reader.commit().ok());
  EXPECT_FALSE(reader.dirty());
  EXPECT_EQ(stored(), 0U);
}

TEST_F(OutboxTest, cursor_that_cannot_be_read_stops) {
  Changes changes;
  changes.put("c/asiem", "\xff\xff");
  ASSERT_TRUE(store_.commit(changes).ok());
  Outbox outbox(store_, clock_, kCap);
  EXPECT_EQ(outbox.open({{"siem", Kind::alert}}).code(), Code::stop);
}

TEST_F(OutboxTest, waiting_reader_is_woken_by_a_commit) {
  open({{"siem", Kind::alert}});
  auto writer = outbox_->writer(Kind::alert, 0);
  auto reader = outbox_->reader("siem");
  Texts got;
  std::jthread thread([&](const std::stop_token& stop) {
    while (got.empty() && !stop.stop_requested()) {
      got = take(reader);
      if (got.empty()) reader.wait(stop, kHour);
    }
  });
  append(writer, {"a"});
  thread.join();
  EXPECT_EQ(got, Texts{"a"});
}

TEST_F(OutboxTest, concurrent_writers_and_readers_agree) {
  open({{"one", Kind::dead_letter}, {"two", Kind::dead_letter}});
  constexpr int kEach = 300;
  std::vector<std::jthread> threads;
  for (int w = 0; w < 3; ++w)
    threads.emplace_back([this, writer = outbox_->writer(Kind::dead_letter, w)]() mutable {
      for (int i = 0; i < kEach; ++i) append(writer, {std::to_string(i)});
    });
  std::array<std::size_t, 2> counts{};
  std::size_t at = 0;
  for (const char* name : {"one", "two"})
    threads.emplace_back([this, name, &count = counts[at++]] {
      auto reader = outbox_->reader(name);
      while (count < 3 * kEach) {
        count += take(reader, 50).size();
        EXPECT_TRUE(reader.commit().ok());
      }
    });
  threads.clear();
  EXPECT_EQ(counts[0] + counts[1], 6U * kEach);
  EXPECT_EQ(stored(), 0U);
  EXPECT_EQ(outbox_->bytes(), 0U);
}

}  // namespace
}  // namespace vedette
