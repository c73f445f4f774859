#include "vedette/alert.h"

#include <gtest/gtest.h>

#include "support/sample_alert.h"

namespace vedette {
namespace {

std::string encoded(const Alert& alert) {
  std::string bytes;
  ByteWriter out(bytes);
  encode(alert, out);
  return bytes;
}

Alert output_alert() {
  Alert alert = sample_alert();
  alert.side = Side::outputs;
  alert.causes = {{"al-1", "tr-1", "feature_drift", "age", from_ms(1772443860000)},
                  {"al-2", "tr-2", "data_quality", "plan", from_ms(1772443870000)}};
  return alert;
}

TEST(Alert, what_is_stored_comes_back) {
  const std::string bytes = encoded(output_alert());
  ByteReader in(bytes);
  const Alert alert = decode_alert(in);
  EXPECT_TRUE(in.done());
  EXPECT_EQ(alert.side, Side::outputs);
  ASSERT_EQ(alert.causes.size(), 2U);
  EXPECT_EQ(alert.causes[1].subject, "plan");
  EXPECT_EQ(encoded(alert), bytes);
}

TEST(Alert, one_stored_without_a_side_is_read) {
  std::string bytes = encoded(sample_alert());
  bytes.resize(bytes.size() - 2);  // Side, and the number of causes.
  ByteReader in(bytes);
  const Alert alert = decode_alert(in);
  EXPECT_TRUE(in.done());
  EXPECT_EQ(encoded(alert), encoded(sample_alert()));
}

TEST(Alert, damaged_causes_are_refused) {
  const std::string bytes = encoded(output_alert());
  ByteReader in(std::string_view(bytes).substr(0, bytes.size() - 1));
  decode_alert(in);
  EXPECT_FALSE(in.ok());
}

TEST(Alert, sentence_ends_with_what_it_may_follow_from) {
  Alert alert = output_alert();
  alert.finding.what = "score moved";
  alert.finding.provisional = true;
  EXPECT_TRUE(message_of(alert).ends_with(
      ": score moved; may follow from feature_drift of age (opened 2026-03-02 09:31:00 UTC) and 1 more "
      "(provisional: the baseline is still short)."))
      << message_of(alert);
}

}  // namespace
}  // namespace vedette
