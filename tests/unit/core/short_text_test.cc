#include "core/short_text.h"

#include <gtest/gtest.h>

namespace vedette {
namespace {

TEST(ShortText, keeps_whole_characters) {
  EXPECT_EQ(shortened("abc", 3), "abc");
  EXPECT_EQ(shortened("ab\xc3\xa9", 3), "ab");
  EXPECT_EQ(shortened("ab\xc3\xa9x", 4), "ab\xc3\xa9");
  EXPECT_EQ(shortened("\xc3\xa9", 1), "");
  EXPECT_EQ(shortened("\x80\x80\x80", 2), "");
}

TEST(ShortText, writes_all_sixteen_digits) {
  EXPECT_EQ(hexadecimal(0), "0000000000000000");
  EXPECT_EQ(hexadecimal(0x9f2c61d07a4e11b0), "9f2c61d07a4e11b0");
}

}  // namespace
}  // namespace vedette
