#include "formats/clean_text.h"

#include <gtest/gtest.h>

#include "support/injection.h"

namespace vedette {
namespace {

TEST(CleanText, ordinary_text_stays) {
  EXPECT_EQ(clean_text("fraud-scorer v7, \xe2\x82\xac 5"), "fraud-scorer v7, \xe2\x82\xac 5");
}

TEST(CleanText, controls_go_and_line_ends_become_spaces) {
  EXPECT_EQ(clean_text("a\nb\tc\x1b[31m\x07"), "a b c[31m");
  EXPECT_EQ(clean_text("a\xc2\x9b"
                       "b\x7f\xe2\x80\xae"
                       "c\xe2\x80\xa8"
                       "d"),
            "abc d");
  EXPECT_EQ(clean_text(std::string_view("a\0b", 3)), "ab");
}

TEST(CleanText, wrong_bytes_are_replaced_one_by_one) {
  EXPECT_EQ(clean_text("a\xff"
                       "b"),
            "a\xef\xbf\xbd"
            "b");
  EXPECT_EQ(clean_text("\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
  EXPECT_EQ(clean_text("cut \xe2\x82"), "cut \xef\xbf\xbd");
}

TEST(CleanText, long_text_is_cut_between_characters) {
  EXPECT_EQ(clean_text("abcdef", 6), "abcdef");
  EXPECT_EQ(clean_text("abcdefg", 6), "abc\xe2\x80\xa6");
  EXPECT_EQ(clean_text("ab\xe2\x82\xac\xe2\x82\xac", 7), "ab\xe2\x80\xa6");
}

TEST(CleanText, result_is_clean_and_within_bounds_for_any_bytes) {
  for (const std::string& text : injection_corpus()) {
    for (const std::size_t limit : {0U, 1U, 3U, 16U, 1024U}) {
      const std::string clean = clean_text(text, limit);
      EXPECT_LE(clean.size(), limit);
      EXPECT_TRUE(is_utf8(clean));
      EXPECT_EQ(clean_text(clean, limit), clean);
    }
  }
}

TEST(CleanText, names_are_printable_ascii) {
  EXPECT_EQ(clean_name("a b\n\xc3\xa4", 32), "a_b___");
  EXPECT_EQ(clean_name("", 32), "-");
  EXPECT_EQ(clean_name("abcdef", 3), "abc");
}

TEST(CleanText, utf8_is_recognised) {
  EXPECT_TRUE(is_utf8("gr\xc3\xbc\xc3\x9f \xf0\x9f\x90\x8e"));
  for (const char* wrong :
       {"\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\x80", "\xe2\x82"})
    EXPECT_FALSE(is_utf8(wrong));
}

}  // namespace
}  // namespace vedette
