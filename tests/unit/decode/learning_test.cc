#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

#include "decode/native_decoder.h"

namespace vedette {
namespace {

std::string record(const std::string& model, const std::string& features) {
  return R"({"schema":"vedette/1","kind":"inference","time":"2026-03-02T10:15:42Z","model":")" + model +
         R"(","features":{)" + features + "}}";
}

struct Fixture {
  std::uint64_t slow_after(const std::string& text) {
    const std::uint64_t before = decoder.slow_records();
    EXPECT_TRUE(decoder.decode({0, kDawn, text}, batch).ok()) << text;
    return decoder.slow_records() - before;
  }
  Dictionary names{{1, 2}};
  Batch batch{names};
  NativeDecoder decoder{DecodeOptions{}};
};

TEST(Learning, a_layout_is_learned_from_one_record) {
  Fixture f;
  EXPECT_EQ(f.slow_after(record("m", R"("a":1,"b":"x","c":[1,2])")), 1u);
  EXPECT_EQ(f.slow_after(record("n", R"("a":2.5,"b":null,"c":[])")), 0u);
  EXPECT_EQ(f.slow_after(record("n", R"("b":true,"a":1)")), 1u);
  EXPECT_EQ(f.slow_after(record("n", R"("b":true,"a":1)")), 0u);
}

TEST(Learning, white_space_behind_a_literal_sends_one_record_down_the_slow_path) {
  Fixture f;
  f.slow_after(record("m", R"("a":1,"b":2)"));
  EXPECT_EQ(f.slow_after(record("m", R"("a": 1,"b":2)")), 1u);
  EXPECT_EQ(f.slow_after(record("m", R"("a": 1,"b":2)")), 0u);
  EXPECT_EQ(f.slow_after(record("m", R"("a":1,"b":2)")), 0u);
}

TEST(Learning, refused_records_teach_nothing) {
  Fixture f;
  for (int i = 0; i < 3; ++i)
    EXPECT_FALSE(f.decoder.decode({0, kDawn, record("", R"("a":1)")}, f.batch).ok());
  EXPECT_EQ(f.decoder.slow_records(), 3u);
  EXPECT_EQ(f.slow_after(record("m", R"("a":1)")), 1u);
}

TEST(Learning, text_beyond_ascii_is_checked_on_the_fast_path) {
  Fixture f;
  f.slow_after(record("m", R"("a":"x")"));
  EXPECT_EQ(f.slow_after(record("m", "\"a\":\"m\xc3\xbcnchen\"")), 0u);
  EXPECT_EQ(f.decoder.decode({0, kDawn, record("m", "\"a\":\"\xc3\x28\"")}, f.batch).reason,
            Reject::invalid_utf8);
}

TEST(Learning, a_flood_of_keys_is_forgotten_and_the_layout_learned_again) {
  Fixture f;
  for (int i = 0; i < 20000; ++i) {
    const std::string key = "\"k" + std::to_string(i) + "\":1";
    ASSERT_EQ(f.slow_after(record("m", key)), 1u);
    if (f.batch.events.size() < 512) continue;
    f.batch.clear();
    f.names.reset_if_full();
  }
  f.slow_after(record("m", R"("a":1)"));
  f.slow_after(record("m", R"("a":1)"));
  EXPECT_EQ(f.slow_after(record("m", R"("a":1)")), 0u);
}

TEST(Learning, shuffled_keys_get_no_shape_until_they_repeat) {
  Fixture f;
  std::mt19937_64 random(3);
  std::vector<std::string> keys;
  for (char c = 'a'; c < 'a' + 20; ++c) keys.push_back(std::string("\"") + c + "\":1");
  const std::uint32_t epoch = f.names.epoch();
  for (int i = 0; i < 10000; ++i) {
    std::ranges::shuffle(keys, random);
    std::string features;
    for (const std::string& key : keys) features += (features.empty() ? "" : ",") + key;
    f.slow_after(record("m", features));
    ASSERT_EQ(f.batch.events.back().shape, 0u);
    if (f.batch.events.size() < 512) continue;
    f.batch.clear();
    f.names.reset_if_full();
  }
  EXPECT_EQ(f.names.epoch(), epoch);
}

TEST(Learning, shapes_name_the_fields_in_order) {
  Fixture f;
  const std::string text = record("m", R"("a":1,"b":2)");
  for (int i = 0; i < 3; ++i) f.slow_after(text);
  const Event& event = f.batch.events.back();
  ASSERT_NE(event.shape, 0u);
  const auto keys = f.batch.keys_of(event);
  EXPECT_TRUE(std::ranges::equal(f.names.shape(event.shape).fields, keys));
}

TEST(Learning, ids_follow_the_epoch_of_the_dictionary) {
  Fixture f;
  f.slow_after(record("m", R"("a":1)"));
  for (int i = 0; f.names.epoch() == 1; ++i) {
    f.names.symbol("filler " + std::to_string(i));
    if (i % 1024 == 0) f.names.reset_if_full();
  }
  f.batch.clear();
  f.slow_after(record("n", R"("b":1,"a":1)"));
  const Event& event = f.batch.events.back();
  EXPECT_EQ(f.batch.name(event.model), "n");
  EXPECT_EQ(f.names.field(f.batch.keys_of(event)[1]).name, "a");
}

TEST(Learning, kinds_in_turn_stay_on_the_fast_path) {
  Fixture f;
  const std::string access =
      R"({"schema":"vedette/1","kind":"access","time":1772446542123,"principal":"p","action":"a","resource":"r"})";
  const std::string sorted =
      R"({"features":{"a":1},"kind":"inference","model":"m","schema":"vedette/1","time":1772446542123})";
  for (const std::string& text : {access, sorted, record("m", "\"a\":1")}) f.slow_after(text);
  for (int i = 0; i < 5; ++i)
    for (const std::string& text : {access, sorted, record("m", "\"a\":1")})
      EXPECT_EQ(f.slow_after(text), 0u) << text;
}

}  // namespace
}  // namespace vedette
