#include "adapters/spdlog/log_line.h"

#include <gtest/gtest.h>

namespace vedette {
namespace {

TEST(Printable, keeps_text_of_any_language) {
  EXPECT_EQ(printable("Gr\xc3\xbc\xc3\x9f"
                      "e \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x90\x8e"),
            "Gr\xc3\xbc\xc3\x9f"
            "e \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x90\x8e");
}

TEST(Printable, refuses_every_malformed_sequence) {
  EXPECT_EQ(printable("\x80"), "?");                 // continuation alone
  EXPECT_EQ(printable("\xc3"), "?");                 // cut short
  EXPECT_EQ(printable("\xc0\xaf"), "??");            // overlong
  EXPECT_EQ(printable("\xe0\x80\xaf"), "???");       // overlong
  EXPECT_EQ(printable("\xed\xa0\x80"), "???");       // surrogate
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), "????");  // beyond U+10FFFF
  EXPECT_EQ(printable(std::string_view("\0a", 2)), "?a");
}

TEST(Printable, long_texts_are_cut) {
  const std::string cut = printable(std::string(5000, 'a'));
  EXPECT_EQ(cut.substr(0, 1024), std::string(1024, 'a'));
  EXPECT_EQ(cut.substr(1024), "...");
}

}  // namespace
}  // namespace vedette
