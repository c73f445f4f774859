#include "pipeline/delivery.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "core/mem_store.h"
#include "support/manual_clock.h"
#include "support/recording_sink.h"
#include "support/sample_alert.h"

namespace vedette {
namespace {

using Kind = Outbox::Kind;
using Texts = std::vector<std::string>;

/// One outbox with sinks that record; entries are plain text unless a test says otherwise.
class DeliveryTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(outbox_.open({{"siem", Kind::alert}, {"other", Kind::alert}}).ok());
    writer_.emplace(outbox_.writer(Kind::alert, 0));
  }
  void append(const Texts& texts) {
    Changes changes;
    for (const std::string& text : texts) writer_->append(changes, text);
    ASSERT_TRUE(store_.commit(changes).ok());
    writer_->committed();
  }
  std::unique_ptr<DeliveryStage> stage(SinkRecord& record, DeliveryOptions options = {},
                                       Render render = plain()) {
    if (options.sink.empty()) options.sink = "siem";
    DeliveryStage::Parts parts{outbox_.reader(options.sink), std::make_unique<RecordingSink>(record),
                               std::move(render), std::make_unique<RecordingSink>(graves_),
                               [](const Message& message, std::string_view, std::string_view why, Time) {
                                 return message.bytes + ": " + std::string(why);
                               }};
    return std::make_unique<DeliveryStage>(options, std::move(parts),
                                           DeliveryStage::Surroundings{clock_, log_, metrics_});
  }
  static Render plain() {
    return [](const OutboxEntry& entry) -> Result<Message> {
      if (entry.bytes == "broken") return Status::reject("unreadable");
      return Message{"key", entry.bytes, {}};
    };
  }
  double metric(const std::string& name, MetricLabels labels = {{"sink", "siem"}}) {
    return metrics_.counter(name, "", labels).value();
  }
  /// Steps until nothing is due at this time.
  static Duration settle(DeliveryStage& stage) {
    for (int i = 0; i < 100; ++i) {
      if (const Duration idle = stage.step(); idle > Duration{0}) return idle;
    }
    return Duration{0};
  }

  MemStore store_;
  ManualClock clock_;
  SilentLog log_;
  Metrics metrics_;
  Outbox outbox_{store_, clock_, ByteSize{1 << 20}};
  std::optional<OutboxWriter> writer_;
  SinkRecord record_;
  SinkRecord graves_;
};

TEST_F(DeliveryTest, delivers_all_in_order_and_then_rests) {
  auto delivery = stage(record_, {.batch = 2});
  append({"a", "b", "c", "d", "e"});
  EXPECT_GT(settle(*delivery), Duration{0});
  EXPECT_EQ(record_.received(), (Texts{"a", "b", "c", "d", "e"}));
  EXPECT_EQ(metric("vedette_sink_delivered_total"), 5);
  EXPECT_EQ(delivery->state().depth, 0U);
}

TEST_F(DeliveryTest, failure_pauses_longer_each_time_and_resumes_where_it_stopped) {
  auto delivery = stage(record_, {.first_pause = Duration{100}, .longest_pause = Duration{1000}});
  append({"a", "b", "c"});
  record_.fail("down", 1);
  for (int i = 0; i < 8; ++i) {
    const Duration pause = settle(*delivery);
    const Duration longest = std::min(Duration{100} * (1 << i), Duration{1000});
    EXPECT_LE(pause, longest);
    EXPECT_GE(pause, i == 0 ? longest / 2 : Duration{1});
    clock_.advance(Duration{1000});
  }
  EXPECT_EQ(delivery->state().trouble, "down");
  EXPECT_EQ(metrics_.gauge("vedette_sink_up", "", {{"sink", "siem"}}).value(), 0);
  record_.recover();
  settle(*delivery);
  EXPECT_EQ(record_.received(), (Texts{"a", "b", "c"}));
  EXPECT_EQ(delivery->state().trouble, "");
  EXPECT_EQ(metric("vedette_sink_failures_total", {{"sink", "siem"}, {"outcome", "retry"}}), 8);
}

TEST_F(DeliveryTest, nothing_is_tried_before_the_pause_is_over) {
  auto delivery = stage(record_, {.first_pause = Duration{100}});
  append({"a"});
  record_.fail("down");
  settle(*delivery);
  const std::size_t attempts = record_.attempts();
  clock_.advance(Duration{49});
  settle(*delivery);
  EXPECT_EQ(record_.attempts(), attempts);
  clock_.advance(Duration{51});
  settle(*delivery);
  EXPECT_EQ(record_.attempts(), attempts + 1);
}

TEST_F(DeliveryTest, jitter_follows_from_the_seed) {
  std::vector<Duration> pauses;
  for (const std::uint64_t seed : {1U, 1U, 2U}) {
    SinkRecord record;
    record.fail("down");
    auto delivery = stage(record, {.sink = "other", .cursor_interval = kHour, .seed = seed});
    if (pauses.empty()) append({"a"});
    pauses.push_back(settle(*delivery));
  }
  EXPECT_EQ(pauses[0], pauses[1]);
  EXPECT_NE(pauses[0], pauses[2]);
}

TEST_F(DeliveryTest, refused_message_is_buried_and_the_rest_goes_on) {
  auto delivery = stage(record_);
  record_.refuse("b");
  append({"a", "b", "c"});
  settle(*delivery);
  EXPECT_EQ(record_.received(), (Texts{"a", "c"}));
  EXPECT_EQ(graves_.received(), Texts{"b: refused"});
  EXPECT_EQ(metric("vedette_dead_letters_total"), 1);
  EXPECT_EQ(metric("vedette_sink_delivered_total"), 2);
}

TEST_F(DeliveryTest, refusal_can_be_given_time) {
  auto delivery =
      stage(record_, {.first_pause = Duration{100}, .longest_pause = Duration{100}, .reject_age = kMinute});
  record_.refuse("a");
  append({"a", "b"});
  settle(*delivery);
  clock_.advance(kMinute - Duration{1});
  settle(*delivery);
  EXPECT_TRUE(graves_.received().empty());
  clock_.advance(Duration{101});
  settle(*delivery);
  EXPECT_EQ(graves_.received(), Texts{"a: refused"});
  EXPECT_EQ(record_.received(), Texts{"b"});
}

TEST_F(DeliveryTest, dead_letter_file_that_fails_holds_the_message) {
  auto delivery = stage(record_);
  record_.refuse("a");
  graves_.fail("disk full");
  append({"a", "b"});
  settle(*delivery);
  EXPECT_EQ(delivery->state().trouble, "dead-letter file: disk full");
  EXPECT_TRUE(record_.received().empty());
  graves_.recover();
  clock_.advance(kMinute);
  settle(*delivery);
  EXPECT_EQ(graves_.received(), Texts{"a: refused"});
  EXPECT_EQ(record_.received(), Texts{"b"});
}

TEST_F(DeliveryTest, without_max_age_nothing_is_ever_given_up) {
  auto delivery = stage(record_);
  record_.fail("down");
  append({"a"});
  for (int i = 0; i < 50; ++i) {
    settle(*delivery);
    clock_.advance(kDay);
  }
  EXPECT_TRUE(graves_.received().empty());
  record_.recover();
  settle(*delivery);
  EXPECT_EQ(record_.received(), Texts{"a"});
}

TEST_F(DeliveryTest, with_max_age_what_is_too_old_is_given_up_and_the_young_is_kept) {
  auto delivery = stage(record_, {.max_age = kHour});
  record_.fail("down");
  append({"old", "older"});
  settle(*delivery);
  EXPECT_TRUE(graves_.received().empty());
  clock_.advance(kHour);
  append({"young"});
  settle(*delivery);
  EXPECT_EQ(graves_.received(), (Texts{"old: too old: down", "older: too old: down"}));
  record_.recover();
  clock_.advance(kMinute);
  settle(*delivery);
  EXPECT_EQ(record_.received(), Texts{"young"});
}

TEST_F(DeliveryTest, old_message_is_still_delivered_to_a_sink_that_takes_it) {
  auto delivery = stage(record_, {.max_age = kHour});
  append({"a"});
  clock_.advance(kDay);
  settle(*delivery);
  EXPECT_EQ(record_.received(), Texts{"a"});
}

TEST_F(DeliveryTest, unreadable_entry_is_buried_in_its_place) {
  auto delivery = stage(record_);
  append({"a", "broken", "c"});
  settle(*delivery);
  EXPECT_EQ(record_.received(), (Texts{"a", "c"}));
  EXPECT_EQ(graves_.received(), Texts{"broken: unreadable"});
}

TEST_F(DeliveryTest, dead_sink_blocks_no_other) {
  SinkRecord dead;
  dead.fail("down");
  auto to_siem = stage(record_);
  auto to_other = stage(dead, {.sink = "other"});
  append({"a", "b"});
  settle(*to_other);
  settle(*to_siem);
  EXPECT_EQ(record_.received(), (Texts{"a", "b"}));
  EXPECT_EQ(to_other->state().depth, 2U);
  EXPECT_EQ(metric("vedette_outbox_depth", {{"sink", "other"}}), 2);
}

TEST_F(DeliveryTest, age_of_the_oldest_is_told) {
  auto delivery = stage(record_);
  record_.fail("down");
  append({"a"});
  settle(*delivery);
  clock_.advance(Duration{90000});
  settle(*delivery);
  EXPECT_EQ(metric("vedette_outbox_oldest_seconds"), 90);
}

TEST_F(DeliveryTest, cursor_is_saved_at_intervals) {
  auto delivery = stage(record_, {.cursor_interval = Duration{1000}});
  clock_.advance(Duration{1000});
  append({"a"});
  settle(*delivery);
  EXPECT_TRUE(store_.get("c/asiem")->has_value());
  const std::string saved = **store_.get("c/asiem");
  append({"b"});
  EXPECT_EQ(settle(*delivery), Duration{1000});
  EXPECT_EQ(**store_.get("c/asiem"), saved);
  clock_.advance(Duration{1000});
  settle(*delivery);
  EXPECT_NE(**store_.get("c/asiem"), saved);
}

TEST_F(DeliveryTest, reopen_reaches_the_sink_before_the_next_delivery) {
  auto delivery = stage(record_);
  delivery->reopen();
  settle(*delivery);
  EXPECT_EQ(record_.reopened(), 1U);
}

TEST_F(DeliveryTest, alerts_are_rendered_with_the_time_they_were_appended) {
  const Render render = render_alerts(
      [](const Alert& alert, Time logged_at) { return alert.uid + "@" + std::to_string(to_ms(logged_at)); });
  OutboxEntry entry;
  entry.appended_at = from_ms(42);
  ByteWriter out(entry.bytes);
  encode(sample_alert(), out);
  const Result<Message> message = render(entry);
  ASSERT_TRUE(message.ok());
  EXPECT_EQ(message->key, sample_alert().uid);
  EXPECT_EQ(message->bytes, sample_alert().uid + "@42");
  entry.bytes.pop_back();
  EXPECT_FALSE(render(entry).ok());
}

TEST_F(DeliveryTest, dead_letters_are_rendered_from_what_was_encoded) {
  const Render render = render_dead_letters([](const DeadLetter& letter, Time) {
    return Message{{}, letter.reason, {}};
  });
  OutboxEntry entry;
  ByteWriter out(entry.bytes);
  encode(DeadLetter{{{"t", 0}, 1}, kDawn, "malformed", "", ""}, out);
  EXPECT_EQ(render(entry)->bytes, "malformed");
  entry.bytes.pop_back();
  EXPECT_FALSE(render(entry).ok());
}

TEST_F(DeliveryTest, run_delivers_until_stopped_and_saves_the_cursor) {
  auto delivery = stage(record_, {.cursor_interval = kHour});
  {
    std::jthread thread([&delivery](const std::stop_token& stop) { delivery->run(stop); });
    append({"a", "b"});
  }
  EXPECT_EQ(record_.received(), (Texts{"a", "b"}));
  Outbox again(store_, clock_, ByteSize{1 << 20});
  ASSERT_TRUE(again.open({{"siem", Kind::alert}, {"other", Kind::alert}}).ok());
  EXPECT_EQ(again.reader("siem").depth(), 0U);
}

}  // namespace
}  // namespace vedette
