#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <random>
#include <string>

#include "decode/number_text.h"
#include "decode/pseudonym.h"
#include "decode/time_text.h"
#include "decode/value_skip.h"
#include "decode/word_hash.h"

namespace vedette {
namespace {

std::string padded(const std::string& text) { return text + std::string(64, '\0'); }

bool parses(const std::string& text, double& number) {
  const std::string bytes = padded(text);
  return parse_number(bytes.data(), number) == bytes.data() + text.size();
}

TEST(NumberText, equals_strtod_on_random_numbers) {
  std::mt19937_64 random(11);
  for (int i = 0; i < 200000; ++i) {
    std::string text = random() % 3 == 0 ? "-" : "";
    text += std::to_string(random() >> (random() % 64));
    if (random() % 4 != 0)
      text += '.' + std::string(random() % 4, '0') + std::to_string(random() >> (random() % 64));
    if (random() % 5 == 0) text += (random() % 2 == 0 ? "e-" : "E+") + std::to_string(random() % 200);
    double number = 0;
    ASSERT_TRUE(parses(text, number)) << text;
    ASSERT_EQ(number, std::strtod(text.c_str(), nullptr)) << text;
  }
}

TEST(NumberText, minus_zero_is_zero) {
  for (const char* text : {"-0", "-0.0", "-0e5", "-0.00000000000000000000"}) {
    double number = 1;
    ASSERT_TRUE(parses(text, number)) << text;
    EXPECT_FALSE(std::signbit(number)) << text;
  }
}

TEST(NumberText, only_json_numbers_are_numbers) {
  for (const char* text :
       {"", "-", "01", "-01", "1.", ".5", "+1", "1e", "1e+", "0x1", "NaN", "inf", "1e400", "00.5"}) {
    double number = 0;
    EXPECT_FALSE(parses(text, number)) << text;
  }
}

TEST(TimeText, reads_zones_fractions_and_leap_seconds) {
  TimeReader reader;
  Time time{};
  const auto ms = [&](std::string_view text) { return reader.parse(text, time) ? to_ms(time) : -1; };
  EXPECT_EQ(ms("2026-03-02T10:15:42Z"), 1772446542000);
  EXPECT_EQ(ms("2026-03-02T10:15:42.123999Z"), 1772446542123);
  EXPECT_EQ(ms("2026-03-02t10:15:42.5z"), 1772446542500);
  EXPECT_EQ(ms("2026-03-02 12:15:42+02:00"), 1772446542000);
  EXPECT_EQ(ms("2026-03-01T22:45:42-11:30"), 1772446542000);
  EXPECT_EQ(ms("2016-12-31T23:59:60Z"), 1483228800000);
  EXPECT_EQ(ms("2024-02-29T00:00:00Z"), 1709164800000);
}

TEST(TimeText, refuses_what_is_no_time) {
  TimeReader reader;
  Time time{};
  for (const char* text :
       {"", "2026-03-02", "2026-03-02T10:15:42", "2026-03-02T10:15Z", "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z", "2026-03-02T24:00:00Z", "2026-03-02T10:60:00Z", "2026-03-02T10:15:61Z",
        "2026-03-02T10:15:42.Z", "2026-03-02T10:15:42+0200", "2026-03-02T10:15:42+24:00",
        "2026-03-02T10:15:42ZZ", "2026/03/02T10:15:42Z", "2026-03-02X10:15:42Z", "2026-03-02T10:15:42 Z",
        "20 6-03-02T10:15:42Z", "1999-12-31T23:59:59Z"})
    EXPECT_FALSE(reader.parse(text, time)) << text;
}

TEST(ValueSkip, finds_the_end_of_valid_values) {
  std::uint64_t high = 0;
  for (const std::string value : {"1", "-2.5e3", "\"text\"", "true", "false", "null", "[]", "{}",
                                  "[ 1 , [2] ]", "{\"a\":{\"b\":[true,null]} , \"c\":\"\"}"}) {
    const std::string bytes = padded(value + ",");
    EXPECT_EQ(skip_value(bytes.data(), 16, high), bytes.data() + value.size()) << value;
  }
}

TEST(ValueSkip, is_unsure_of_anything_else) {
  std::uint64_t high = 0;
  for (const std::string value : {"", "[", "{", "[1,]", "{\"a\"}", "{\"a\":}", "{a:1}", "[1 2]", "tru", "\"",
                                  "[1}", "{\"a\":1,}", "\"a\\n\"", "1e999", "[[[1]]]"}) {
    const std::string bytes = padded(value);
    EXPECT_EQ(skip_value(bytes.data(), 2, high), nullptr) << value;
  }
}

TEST(WordHash, is_fixed_for_a_key_and_never_zero) {
  const WordHash hash({0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL});
  const WordHash other({1, 2});
  std::string text;
  for (int size = 0; size < 100; ++size, text += static_cast<char>('a' + size % 26)) {
    EXPECT_NE(hash(text), 0u);
    EXPECT_NE(hash(text), other(text));
    EXPECT_EQ(hash(text), hash(std::string(text)));
    EXPECT_NE(hash(text), hash(text + '\0'));
  }
}

TEST(Pseudonym, is_keyed_and_written_with_its_key_id) {
  EXPECT_EQ(pseudonym_text("k0", 0x9f2c61d07a4e11b0ULL), "p:k0:9f2c61d07a4e11b0");
  EXPECT_EQ(pseudonym_text("k1", 1), "p:k1:0000000000000001");
  EXPECT_NE(pseudonym({1, 2}, "alice"), pseudonym({1, 3}, "alice"));
  EXPECT_EQ(pseudonym({1, 2}, ""), 0u);
}

}  // namespace
}  // namespace vedette
