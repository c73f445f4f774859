#include "formats/ocsf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include <nlohmann/json.hpp>

#include "ocsf_schema.h"
#include "support/injection.h"
#include "support/sample_alert.h"

namespace vedette {
namespace {

using nlohmann::json;
using testing::IsEmpty;

json parsed(const Alert& alert, Time logged_at = kDawn) { return json::parse(ocsf(alert, logged_at)); }

TEST(Ocsf, full_alert_is_valid) {
  for (const auto activity : {Alert::Activity::create, Alert::Activity::update, Alert::Activity::close}) {
    Alert alert = sample_alert();
    alert.activity = activity;
    EXPECT_THAT(ocsf_errors(parsed(alert, from_ms(1772446543001))), IsEmpty());
  }
}

TEST(Ocsf, barest_alert_is_valid) {
  Alert alert;
  alert.uid = "u";
  alert.transition_uid = "t";
  alert.detector = "d";
  alert.title = "title";
  alert.finding.at = from_ms(1772446542123);
  EXPECT_THAT(ocsf_errors(parsed(alert)), IsEmpty());
  EXPECT_FALSE(parsed(alert).contains("resources"));
}

TEST(Ocsf, schema_check_finds_faults) {
  json event = parsed(sample_alert());
  event["severity_id"] = 7;
  event["surprise"] = 1;
  event["metadata"].erase("version");
  event["time"] = "now";
  EXPECT_EQ(ocsf_errors(event).size(), 4U);
}

TEST(Ocsf, binding_fields_are_where_the_interface_says) {
  const json event = parsed(sample_alert());
  EXPECT_EQ(event["metadata"]["uid"], "0f5e3c1b8a9d47e2");
  EXPECT_EQ(event["metadata"]["correlation_uid"], "a8e7c5b4928d6f0e");
  EXPECT_EQ(event["finding_info"]["uid"], "5d1f0c9b2e7a4431");
  EXPECT_EQ(event["finding_info"]["analytic"]["uid"], "feature_drift");
  EXPECT_EQ(event["activity_id"], 1);
  EXPECT_EQ(event["type_uid"], 200401);
  EXPECT_EQ(event["time"], 1772446542123);
  EXPECT_EQ(event["start_time"], 1772443800000);
  EXPECT_EQ(event["end_time"], 1772446500000);
  EXPECT_EQ(event["resources"][0]["type"], "ai_model");
  EXPECT_EQ(event["resources"][0]["name"], "fraud-scorer");
  EXPECT_EQ(event["resources"][0]["version"], "7");
  EXPECT_EQ(event["resources"][2]["type"], "segment");
  EXPECT_EQ(event["message"], message_of(sample_alert()));
}

TEST(Ocsf, evidence_carries_the_numbers) {
  const json event = parsed(sample_alert());
  const json& evidence = event["evidences"][0]["data"];
  EXPECT_EQ(evidence["entity"]["model"], "fraud-scorer");
  EXPECT_EQ(evidence["entity"]["principal"], "p:k0:9f2c61d07a4e11b0");
  EXPECT_FALSE(evidence["entity"].contains("resource"));
  EXPECT_EQ(evidence["subject"], "income");
  EXPECT_EQ(evidence["subjects"], (json{"income", "age"}));
  EXPECT_EQ(evidence["effect"], 0.61);
  EXPECT_EQ(evidence["effect_name"], "psi");
  EXPECT_EQ(evidence["effect_threshold"], 0.2);
  EXPECT_EQ(evidence["p_value"], 1.25e-9);
  EXPECT_EQ(evidence["log_e"], 12.5);
  EXPECT_EQ(evidence["n"], 381);
  EXPECT_EQ(evidence["baseline_n"], 12000);
  EXPECT_EQ(evidence["change_since"], 1772443920000);
  EXPECT_EQ(evidence["reasons"], (json{"MEAN_SHIFT", "NEW_BIN"}));
  EXPECT_EQ(evidence["numbers"]["ks"], 0.31);
  EXPECT_EQ(evidence["top"][0]["name"], "[52000, 61000)");
  EXPECT_EQ(evidence["top"][0]["share"], 0.7);
  EXPECT_EQ(evidence["top"][0]["expected"], 0.1);
  EXPECT_FALSE(evidence["top"][1].contains("observed"));
}

TEST(Ocsf, observables_point_to_what_is_there) {
  const json event = parsed(sample_alert());
  EXPECT_EQ(event["observables"][0]["value"], event["evidences"][0]["actor"]["user"]["uid"]);
  EXPECT_EQ(event["observables"][1]["value"], event["resources"][0]["uid"]);
}

TEST(Ocsf, attack_names_sub_technique_or_technique) {
  Alert alert = sample_alert();
  EXPECT_EQ(parsed(alert)["finding_info"]["attacks"][0]["sub_technique"]["uid"], "AML.T0024.002");
  alert.technique_id = "AML.T0029";
  EXPECT_EQ(parsed(alert)["finding_info"]["attacks"][0]["technique"]["uid"], "AML.T0029");
  EXPECT_EQ(parsed(alert)["finding_info"]["attacks"][0]["version"], "5.6.0");
  alert.technique_id.clear();
  EXPECT_FALSE(parsed(alert)["finding_info"].contains("attacks"));
}

TEST(Ocsf, alert_links_to_those_it_may_follow_from) {
  Alert alert = sample_alert();
  EXPECT_FALSE(parsed(alert)["finding_info"].contains("related_events"));
  alert.causes = {{"al-1", "tr-1", "feature_drift", "income", from_ms(1772443860000)},
                  {"al-2", "tr-2", "data_quality", "age", from_ms(1772443870000)}};
  const json event = parsed(alert);
  EXPECT_THAT(ocsf_errors(event), IsEmpty());
  EXPECT_EQ(event["finding_info"]["related_events"], json::parse(R"([{"uid":"tr-1"},{"uid":"tr-2"}])"));
  const json& causes = event["evidences"][0]["data"]["may_follow_from"];
  ASSERT_EQ(causes.size(), 2U);
  EXPECT_EQ(causes[0], json::parse(R"({"uid":"al-1","detector":"feature_drift","subject":"income",
                                       "opened":1772443860000})"));
}

TEST(Ocsf, activity_decides_status_and_type) {
  Alert alert = sample_alert();
  alert.activity = Alert::Activity::close;
  const json event = parsed(alert);
  EXPECT_EQ(event["activity_id"], 3);
  EXPECT_EQ(event["type_uid"], 200403);
  EXPECT_EQ(event["status_id"], 4);
}

TEST(Ocsf, short_baseline_lowers_confidence) {
  Alert alert = sample_alert();
  EXPECT_EQ(parsed(alert)["confidence"], "High");
  alert.finding.provisional = true;
  EXPECT_EQ(parsed(alert)["confidence"], "Low");
}

TEST(Ocsf, wall_time_is_left_out_unless_given) {
  EXPECT_FALSE(parsed(sample_alert())["metadata"].contains("logged_time"));
  EXPECT_EQ(parsed(sample_alert(), from_ms(1772446550000))["metadata"]["logged_time"], 1772446550000);
}

TEST(Ocsf, same_alert_gives_same_bytes) {
  EXPECT_EQ(ocsf(sample_alert(), kDawn), ocsf(sample_alert(), kDawn));
}

TEST(Ocsf, numbers_that_are_not_finite_are_left_out) {
  Alert alert = sample_alert();
  const double nan = std::nan("");
  alert.worst_effect = alert.finding.effect = alert.finding.ratio = alert.finding.n = nan;
  alert.finding.p_value = std::numeric_limits<double>::infinity();
  alert.finding.numbers = {{"bad", nan}, {"good", 1}};
  alert.finding.top[0].share = nan;
  const json event = parsed(alert);
  EXPECT_THAT(ocsf_errors(event), IsEmpty());
  const json& evidence = event["evidences"][0]["data"];
  EXPECT_FALSE(evidence.contains("effect"));
  EXPECT_FALSE(evidence.contains("p_value"));
  EXPECT_FALSE(evidence["numbers"].contains("bad"));
  EXPECT_FALSE(evidence["top"][0].contains("share"));
}

TEST(Ocsf, hostile_texts_stay_inside_one_line_of_json) {
  for (const std::string& text : injection_corpus()) {
    const std::string line = ocsf(alert_full_of(text), kDawn);
    EXPECT_EQ(line.find_first_of("\n\r\x1b\x7f"), std::string::npos);
    EXPECT_TRUE(json::accept(line));
    EXPECT_LE(line.size(), 64U * 1024);
    EXPECT_EQ(json::parse(line)["class_uid"], 2004);
  }
}

TEST(Ocsf, size_is_bounded_whatever_is_collected) {
  const std::string long_text(5000, '"');  // The worst: each byte becomes two.
  Alert alert = alert_full_of(long_text);
  Finding& finding = alert.finding;
  finding.subjects.assign(10000, long_text);
  finding.reasons = finding.subjects;
  finding.top.assign(10000, {long_text, long_text, 1, 1, 1});
  finding.numbers.clear();
  for (int i = 0; i < 10000; ++i) finding.numbers.emplace_back(std::to_string(i) + long_text, i);
  EXPECT_LE(ocsf(alert, kDawn).size(), 64U * 1024);
}

}  // namespace
}  // namespace vedette
