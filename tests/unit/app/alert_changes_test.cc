#include "app/alert_changes.h"

#include <gtest/gtest.h>

namespace vedette {
namespace {

Alert alert(const std::string& model, std::int64_t hour, Alert::Activity activity = Alert::Activity::create) {
  Alert alert;
  alert.activity = activity;
  alert.detector = "feature_drift";
  alert.finding.entity.model = model;
  alert.finding.subject = "age";
  alert.finding.at = from_ms(0) + hour * kHour;
  return alert;
}

std::string text_of(const std::vector<AlertChange>& changes) {
  std::string text;
  for (const AlertChange& change : changes) {
    const Alert& told = change.after != nullptr ? *change.after : *change.before;
    text += told.finding.entity.model;
    if (change.before != nullptr)
      text += " -" + std::to_string((change.before->finding.at - from_ms(0)) / kHour);
    if (change.after != nullptr)
      text += " +" + std::to_string((change.after->finding.at - from_ms(0)) / kHour);
    text += "; ";
  }
  return text;
}

TEST(AlertChanges, pairs_what_is_near_and_leaves_the_rest) {
  EXPECT_EQ(text_of(changes_of({alert("a", 1), alert("a", 100)}, {alert("a", 3), alert("b", 5)})),
            "a -1 +3; b +5; a -100; ");
}

TEST(AlertChanges, an_alert_that_is_gone_does_not_shift_the_pairs_behind_it) {
  EXPECT_EQ(text_of(changes_of({alert("a", 0), alert("a", 100), alert("a", 200)},
                               {alert("a", 101), alert("a", 200)})),
            "a -0; a -100 +101; a -200 +200; ");
}

TEST(AlertChanges, only_created_alerts_count) {
  EXPECT_TRUE(
      changes_of({alert("a", 0, Alert::Activity::update)}, {alert("a", 0, Alert::Activity::close)}).empty());
}

}  // namespace
}  // namespace vedette
