#include "formats/dead_letter.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/injection.h"

namespace vedette {
namespace {

using nlohmann::json;

DeadLetter sample() {
  return {{{"ai-inference-events", 3}, 4711},
          from_ms(1772446542123),
          "malformed",
          "no value at byte 7",
          "{\"a\":"};
}

TEST(DeadLetter, line_says_where_and_why) {
  const json line = json::parse(dead_letter_json(sample(), from_ms(1772446543000)));
  EXPECT_EQ(line["reason"], "malformed");
  EXPECT_EQ(line["topic"], "ai-inference-events");
  EXPECT_EQ(line["partition"], 3);
  EXPECT_EQ(line["offset"], 4711);
  EXPECT_EQ(line["payload"], "{\"a\":");
  EXPECT_EQ(line["time"], "2026-03-02T10:15:43.000Z");
}

TEST(DeadLetter, bytes_that_are_not_text_are_base64) {
  DeadLetter letter = sample();
  letter.bytes = std::string("\xff\x00\xfe!", 4);
  EXPECT_EQ(json::parse(dead_letter_json(letter, kDawn))["payload_base64"], "/wD+IQ==");
}

TEST(DeadLetter, any_payload_stays_inside_one_line) {
  for (const std::string& text : injection_corpus()) {
    DeadLetter letter = sample();
    letter.bytes = letter.detail = letter.position.partition.topic = text;
    const std::string line = dead_letter_json(letter, kDawn);
    EXPECT_EQ(line.find('\n'), std::string::npos);
    EXPECT_TRUE(json::accept(line));
    const std::string refused = refused_json({text, text, {}}, text, text, from_ms(1));
    EXPECT_EQ(refused.find('\n'), std::string::npos);
    EXPECT_TRUE(json::accept(refused));
  }
}

TEST(DeadLetter, message_is_the_record_with_headers) {
  const Message message = dead_letter_message(sample(), kDawn);
  EXPECT_EQ(message.bytes, "{\"a\":");
  const std::pair<std::string, std::string> offset{"x-orig-offset", "4711"};
  EXPECT_EQ(message.headers[2], offset);
}

TEST(DeadLetter, record_that_was_not_kept_is_described) {
  DeadLetter letter = sample();
  letter.bytes.clear();
  EXPECT_EQ(json::parse(dead_letter_message(letter, kDawn).bytes)["offset"], 4711);
}

TEST(DeadLetter, encoding_round_trips_and_refuses_cut_bytes) {
  std::string bytes;
  ByteWriter out(bytes);
  encode(sample(), out);
  ByteReader in(bytes);
  const DeadLetter back = decode_dead_letter(in);
  EXPECT_TRUE(in.done());
  EXPECT_EQ(back.position.partition, sample().position.partition);
  EXPECT_EQ(back.bytes, sample().bytes);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ByteReader cut(std::string_view(bytes).substr(0, size));
    decode_dead_letter(cut);
    EXPECT_FALSE(cut.ok());
  }
}

TEST(DeadLetter, refused_message_names_alert_and_sink) {
  const json line =
      json::parse(refused_json({"uid", "bytes", {}}, "siem", "too long", from_ms(1772446543000)));
  EXPECT_EQ(line["alert"], "uid");
  EXPECT_EQ(line["sink"], "siem");
  EXPECT_EQ(line["reason"], "too long");
  EXPECT_EQ(line["message"], "bytes");
}

}  // namespace
}  // namespace vedette
