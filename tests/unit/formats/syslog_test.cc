#include "formats/syslog.h"

#include <gtest/gtest.h>

#include "formats/clean_text.h"
#include "support/injection.h"
#include "support/sample_alert.h"
#include "support/syslog_message.h"

namespace vedette {
namespace {

std::optional<SyslogMessage> parsed(const Alert& alert, const SyslogIdentity& identity = {}) {
  return SyslogParser(syslog_rfc5424(alert, kDawn, identity)).parse();
}

TEST(Syslog, header_follows_the_identity) {
  const auto message =
      parsed(sample_alert(), {.hostname = "vedette-0.soc.example", .process_id = "4711", .facility = 14});
  ASSERT_TRUE(message);
  EXPECT_EQ(message->priority, 14 * 8 + 3);
  EXPECT_EQ(message->time, "2026-03-02T10:15:42.123Z");
  EXPECT_EQ(message->host, "vedette-0.soc.example");
  EXPECT_EQ(message->app, "vedette");
  EXPECT_EQ(message->process, "4711");
  EXPECT_EQ(message->id, "feature_drift");
  EXPECT_EQ(message->text, message_of(sample_alert()));
}

TEST(Syslog, severities_follow_the_ladder) {
  Alert alert = sample_alert();
  for (int severity = 1; severity <= 5; ++severity) {
    alert.severity = static_cast<Severity>(severity);
    EXPECT_EQ(parsed(alert)->priority, 16 * 8 + 7 - severity);
  }
}

TEST(Syslog, structured_data_carries_ids_entity_and_numbers) {
  const auto message = parsed(sample_alert());
  ASSERT_TRUE(message);
  const auto& alert = message->elements.at("alert@32473");
  EXPECT_EQ(alert.at("id"), "0f5e3c1b8a9d47e2");
  EXPECT_EQ(alert.at("alert"), "5d1f0c9b2e7a4431");
  EXPECT_EQ(alert.at("incident"), "a8e7c5b4928d6f0e");
  EXPECT_EQ(alert.at("activity"), "create");
  EXPECT_EQ(alert.at("rule"), "feature_drift");
  EXPECT_EQ(alert.at("sev"), "high");
  EXPECT_EQ(alert.at("atlas"), "AML.T0024.002");
  EXPECT_EQ(alert.at("model"), "fraud-scorer:7");
  EXPECT_EQ(alert.at("effect"), "0.61");
  EXPECT_EQ(alert.at("n"), "381");
  EXPECT_EQ(alert.at("why"), "MEAN_SHIFT,NEW_BIN");
  EXPECT_FALSE(alert.contains("resource"));
  EXPECT_EQ(message->elements.at("meta").at("sequenceId"), "1");
  EXPECT_EQ(message->elements.at("origin").at("software"), "vedette");
}

TEST(Syslog, structured_data_links_to_what_it_may_follow_from) {
  Alert alert = sample_alert();
  alert.causes = {{"al-1", "tr-1", "feature_drift", "income", {}},
                  {"al-2", "tr-2", "data_quality", "age", {}}};
  const auto message = parsed(alert);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->elements.at("alert@32473").at("follows"), "al-1,al-2");
}

TEST(Syslog, byte_order_mark_is_a_choice) {
  EXPECT_EQ(parsed(sample_alert(), {.byte_order_mark = true})->text.substr(0, 3), "\xEF\xBB\xBF");
}

TEST(Syslog, hostile_texts_stay_inside_their_parameter) {
  for (const std::string& text : injection_corpus()) {
    const std::string bytes =
        syslog_rfc5424(alert_full_of(text), kDawn, {.hostname = text, .app_name = text});
    EXPECT_LE(bytes.size(), kMaxSyslogMessage);
    const auto message = SyslogParser(bytes).parse();
    ASSERT_TRUE(message) << bytes;
    EXPECT_EQ(message->elements.size(), 3U);
    const auto& parameters = message->elements.at("alert@32473");
    if (const std::string clean = clean_text(text, 128); !clean.empty()) {
      EXPECT_EQ(parameters.at("subject"), clean);
    }
  }
}

TEST(Syslog, facilities_have_names) {
  EXPECT_EQ(syslog_facility("user"), 1);
  EXPECT_EQ(syslog_facility("authpriv"), 10);
  EXPECT_EQ(syslog_facility("local7"), 23);
  EXPECT_FALSE(syslog_facility("local8"));
}

}  // namespace
}  // namespace vedette
