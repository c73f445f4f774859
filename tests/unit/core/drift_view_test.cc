// What people are shown of a drift baseline.
#include <gtest/gtest.h>

#include <algorithm>

#include "unit/core/drift_rows.h"

namespace vedette::drift_test {
namespace {

constexpr int kEvents = 4000;

/// Ages 0 to 99, each as often as the other; three regions, 60, 30 and 10 %; a tenth of the
/// scores null.
std::vector<Row> rows() {
  std::vector<Row> rows;
  for (int i = 0; i < kEvents; ++i) {
    Row row;
    row.time = kStart + i * Duration{500};
    row.identity = mix64(static_cast<std::uint64_t>(i) + 1);
    const std::uint64_t dice = mix64(row.identity);
    const std::string region = dice % 10 < 6 ? "eu" : dice % 10 < 9 ? "us" : "asia";
    row.values = {{{Section::feature, "age"}, static_cast<double>(dice / 7 % 100)},
                  {{Section::feature, "region"}, region},
                  {{Section::feature, "score"}, static_cast<double>(dice % 1000) / 1000}};
    if (i % 10 == 0) row.values.back().second = std::monostate{};
    rows.push_back(std::move(row));
  }
  return rows;
}

RigOptions recorded() {
  RigOptions options;
  options.common.recorded = true;
  return options;
}

const std::string* line_with(const BaselineView& view, const std::string& start) {
  const auto found = std::find_if(view.details.begin(), view.details.end(),
                                  [&](const std::string& line) { return line.starts_with(start); });
  return found == view.details.end() ? nullptr : &*found;
}

BaselineView learned() {
  DriftRig rig(kind(), recorded());
  rig.learn(rows());
  const std::vector<BaselineView> views = rig.baselines();
  EXPECT_EQ(views.size(), 1u);
  return views.empty() ? BaselineView{} : views.front();
}

TEST(DriftView, says_whose_baseline_it_is_and_what_it_was_learned_from) {
  const BaselineView view = learned();
  EXPECT_EQ(to_key(view.entity), "model=m version=1");
  EXPECT_EQ(view.state, "provisional") << "less than a day";
  EXPECT_NEAR(view.events, kEvents, 200) << "the last pane is open";
  EXPECT_LE(view.from, kStart + kMinute);
  EXPECT_GE(view.to, kStart + (kEvents - 200) * Duration{500});
  EXPECT_TRUE(view.details.front().starts_with("panes of ")) << view.details.front();
}

TEST(DriftView, a_number_is_a_histogram_with_quantiles) {
  const BaselineView view = learned();
  const std::string* age = line_with(view, "age: numeric, no rhythm; null 0 %, new 0 %; quantiles 10 %: ");
  ASSERT_NE(age, nullptr) << view.details[1];
  const std::size_t at = age->find("50 %: ");
  ASSERT_NE(at, std::string::npos);
  EXPECT_NEAR(std::stod(age->substr(at + 6)), 50, 4);
  const auto next = age - view.details.data() + 1;
  EXPECT_TRUE(view.details[static_cast<std::size_t>(next)].starts_with("  below "));
  EXPECT_TRUE(view.details[static_cast<std::size_t>(next)].ends_with("#"));
}

TEST(DriftView, words_come_by_their_shares) {
  const BaselineView view = learned();
  const std::string* region = line_with(view, "region: categorical");
  ASSERT_NE(region, nullptr);
  EXPECT_TRUE(region->ends_with("; 3 common values")) << *region;
  EXPECT_TRUE((region + 1)->starts_with("  eu "));
  EXPECT_TRUE((region + 2)->starts_with("  us "));
  EXPECT_TRUE((region + 3)->starts_with("  asia "));
  const std::size_t share = (region + 1)->find_first_of("0123456789");
  EXPECT_NEAR(std::stod((region + 1)->substr(share)), 60, 3);
}

TEST(DriftView, nulls_have_their_share) {
  const BaselineView view = learned();
  EXPECT_NE(line_with(view, "score: numeric, no rhythm; null 10 %"), nullptr);
}

TEST(DriftView, a_model_that_is_being_sampled_shows_its_ranges) {
  DriftRig rig(kind(), {});
  std::vector<Row> few = rows();
  few.resize(100);
  rig.watch(few);
  const std::vector<BaselineView> views = rig.baselines();
  ASSERT_EQ(views.size(), 1u);
  EXPECT_EQ(views[0].state, "sampling");
  EXPECT_NE(line_with(views[0], "age: not yet divided into cells, "), nullptr);
}

TEST(DriftView, is_the_same_after_a_restart) {
  DriftRig rig(kind(), recorded());
  rig.learn(rows());
  DriftRig later(kind(), {});
  later.adopt(rig);
  EXPECT_EQ(later.baselines().at(0).details, rig.baselines().at(0).details);
}

}  // namespace
}  // namespace vedette::drift_test
