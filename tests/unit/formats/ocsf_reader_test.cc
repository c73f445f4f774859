#include "formats/ocsf_reader.h"

#include <gtest/gtest.h>

#include "formats/ocsf.h"
#include "support/sample_alert.h"

namespace vedette {
namespace {

TEST(OcsfReader, reads_what_was_written) {
  for (const auto activity : {Alert::Activity::create, Alert::Activity::update, Alert::Activity::close}) {
    Alert alert = sample_alert();
    alert.activity = activity;
    const Result<AlertLine> line = read_ocsf(ocsf(alert, kDawn));
    ASSERT_TRUE(line.ok()) << line.status().message();
    EXPECT_EQ(line->uid, alert.uid);
    EXPECT_EQ(line->activity, activity);
    EXPECT_EQ(line->time, alert.finding.at);
    EXPECT_EQ(line->start, alert.finding.start);
    EXPECT_EQ(line->entity, alert.finding.entity);
    EXPECT_EQ(line->subject, alert.finding.subject);
    EXPECT_FALSE(line->message.empty());
  }
}

TEST(OcsfReader, refuses_everything_else) {
  for (const char* line :
       {"", "{}", "[]", "null", "{\"evidences\":[]}", "{\"evidences\":[{\"data\":1}]}", "\xff"})
    EXPECT_FALSE(read_ocsf(line).ok()) << line;
  const std::string whole = ocsf(sample_alert(), kDawn);
  for (std::size_t size = 0; size < whole.size() - 1; size += 7)
    EXPECT_FALSE(read_ocsf(std::string_view(whole).substr(0, size)).ok()) << size;
}

}  // namespace
}  // namespace vedette
