#include "formats/formats.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/ocsf.h"
#include "support/sample_alert.h"

namespace vedette {
namespace {

TEST(Formats, are_found_by_name) {
  const FormatOptions options{.syslog = {.hostname = "here"}, .terminal = {.colour = true}};
  const Alert alert = sample_alert();
  EXPECT_EQ((*find_format("ocsf", options))(alert, kDawn), ocsf(alert, kDawn));
  EXPECT_EQ((*find_format("syslog", options))(alert, kDawn), syslog_rfc5424(alert, kDawn, options.syslog));
  EXPECT_EQ((*find_format("terminal", options))(alert, kDawn), terminal(alert, options.terminal));
}

TEST(Formats, unknown_name_is_refused_with_the_known_ones) {
  const Result<Format> format = find_format("ocfs", {});
  ASSERT_FALSE(format.ok());
  EXPECT_EQ(format.status().code(), Code::reject);
  EXPECT_THAT(format.status().message(), testing::HasSubstr("known are ocsf"));
}

}  // namespace
}  // namespace vedette
