#include "formats/terminal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "support/injection.h"
#include "support/sample_alert.h"

namespace vedette {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Terminal, says_when_how_bad_what_and_why) {
  const std::string text = terminal(sample_alert(), {});
  EXPECT_THAT(text, HasSubstr("2026-03-02T10:15:42.123Z  high      new     feature_drift  "));
  EXPECT_THAT(text, HasSubstr(message_of(sample_alert())));
  EXPECT_THAT(text, HasSubstr("\n    psi 0.61 (limit 0.2)  n 381  MEAN_SHIFT"));
}

TEST(Terminal, close_is_one_line) {
  Alert alert = sample_alert();
  alert.activity = Alert::Activity::close;
  EXPECT_THAT(terminal(alert, {}), Not(HasSubstr("\n")));
}

TEST(Terminal, colours_only_when_asked) {
  EXPECT_THAT(terminal(sample_alert(), {}), Not(HasSubstr("\x1b")));
  EXPECT_THAT(terminal(sample_alert(), {.colour = true}), HasSubstr("\x1b[31mhigh    \x1b[0m"));
}

TEST(Terminal, escapes_and_lines_in_the_data_have_no_effect) {
  for (const std::string& text : injection_corpus()) {
    const std::string shown = terminal(alert_full_of(text), {});
    EXPECT_EQ(shown.find_first_of("\x1b\x07\x08\x7f\r"), std::string::npos);
    EXPECT_LE(std::count(shown.begin(), shown.end(), '\n'), 1);
  }
}

}  // namespace
}  // namespace vedette
