#include "adapters/spdlog/spdlog_log.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace vedette {
namespace {

class StoppedClock final : public Clock {
 public:
  Time wall() const override { return from_ms(1772446542123); }
  Duration monotonic() const override { return Duration{now.load()}; }
  std::atomic<std::int64_t> now{0};
};

class SpdlogLogTest : public ::testing::Test {
 protected:
  std::unique_ptr<Log> make() { return make_log(options_, clock_, out_); }
  std::size_t lines() const {
    const std::string text = out_.str();
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  }
  LogOptions options_;
  StoppedClock clock_;
  std::ostringstream out_;
};

TEST_F(SpdlogLogTest, text_line_has_time_level_message_and_fields) {
  make()->warning("record rejected", {{"topic", "inference"}, {"why", "bad time \"x\""}, {"none", ""}});
  EXPECT_EQ(out_.str(),
            "2026-03-02T10:15:42.123Z warning record rejected topic=inference "
            "why=\"bad time \\\"x\\\"\" none=\"\"\n");
}

TEST_F(SpdlogLogTest, json_line_is_one_object) {
  options_.form = LogOptions::Form::json;
  make()->error("commit failed", {{"path", "C:\\state"}});
  EXPECT_EQ(out_.str(),
            "{\"time\":\"2026-03-02T10:15:42.123Z\",\"level\":\"error\",\"message\":\"commit failed\","
            "\"fields\":{\"path\":\"C:\\\\state\"}}\n");
}

TEST_F(SpdlogLogTest, journal_priorities_come_first) {
  options_.journal_priority = true;
  options_.level = LogLevel::debug;
  const auto log = make();
  log->debug("a");
  log->info("b");
  log->warning("c");
  log->error("d");
  std::istringstream in(out_.str());
  std::string line;
  for (const std::string prefix : {"<7>2026", "<6>2026", "<4>2026", "<3>2026"}) {
    ASSERT_TRUE(std::getline(in, line));
    EXPECT_EQ(line.substr(0, prefix.size()), prefix);
  }
}

TEST_F(SpdlogLogTest, lower_levels_are_left_out) {
  options_.level = LogLevel::warning;
  const auto log = make();
  log->info("started");
  EXPECT_EQ(out_.str(), "");
  log->warning("slow");
  EXPECT_EQ(lines(), 1u);
}

TEST_F(SpdlogLogTest, a_field_cannot_forge_a_line) {
  make()->info("topic {}", {{"name\n",
                             "x\r\n<3>2026 error forged\x1b[2J\xc2\x9b"
                             "31m\xe2\x80\xae\xff%v"}});
  EXPECT_EQ(lines(), 1u);
  EXPECT_NE(out_.str().find("topic {} name?=\"x?"
                            "?<3>2026 error forged?[2J?31m?"
                            "?%v\"\n"),
            std::string::npos)
      << out_.str();
}

TEST_F(SpdlogLogTest, repeated_messages_are_counted_and_summed_up) {
  options_.burst = 3;
  const auto log = make();
  for (int i = 0; i < 10; ++i) log->warning("broker away", {{"try", std::to_string(i)}});
  EXPECT_EQ(lines(), 3u);
  log->info("another text");
  EXPECT_EQ(lines(), 4u);
  clock_.now = options_.window.count();
  log->info("another text");
  EXPECT_EQ(lines(), 6u);
  EXPECT_NE(out_.str().find("warning messages suppressed text=\"broker away\" count=7\n"), std::string::npos);
  log->warning("broker away");
  EXPECT_EQ(lines(), 7u);
}

TEST_F(SpdlogLogTest, what_was_suppressed_is_summed_up_at_the_end) {
  options_.burst = 1;
  auto log = make();
  log->info("x");
  log->info("x");
  log.reset();
  EXPECT_NE(out_.str().find("messages suppressed text=x count=1\n"), std::string::npos);
}

TEST_F(SpdlogLogTest, invented_messages_share_one_place_beyond_the_limit) {
  options_.burst = 1;
  const auto log = make();
  for (int i = 0; i < 1000; ++i) log->info("text " + std::to_string(i));
  EXPECT_EQ(lines(), 257u);
}

TEST_F(SpdlogLogTest, a_broken_stream_does_no_harm) {
  out_.exceptions(std::ios::badbit | std::ios::failbit);
  const auto log = make();
  try {
    out_.setstate(std::ios::badbit);
  } catch (const std::ios::failure&) {
  }
  log->error("nobody hears this");
}

TEST_F(SpdlogLogTest, threads_do_not_mix_their_lines) {
  options_.burst = 1000;
  const auto log = make();
  std::vector<std::thread> writers;
  for (int i = 0; i < 4; ++i)
    writers.emplace_back([&log] {
      for (int j = 0; j < 100; ++j) log->info("same", {{"key", "value"}});
    });
  for (std::thread& writer : writers) writer.join();
  std::istringstream in(out_.str());
  std::size_t whole = 0;
  for (std::string line; std::getline(in, line);)
    whole += line == "2026-03-02T10:15:42.123Z info same key=value" ? 1 : 0;
  EXPECT_EQ(whole, 400u);
}

}  // namespace
}  // namespace vedette
