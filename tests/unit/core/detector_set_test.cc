#include "core/detector_set.h"

#include <gtest/gtest.h>

#include "support/sample_detector.h"

namespace vedette {
namespace {

using testing_support::kSampleKind;
using testing_support::SampleDetector;

DetectorKind named(std::string_view name, bool enabled = true) {
  DetectorKind kind = kSampleKind;
  kind.name = name;
  kind.defaults.enabled = enabled;
  return kind;
}

Entity model(std::string name) {
  Entity entity;
  entity.model = std::move(name);
  return entity;
}

const SampleDetector& sample(const BuiltDetector& built) {
  return dynamic_cast<const SampleDetector&>(*built.detector);
}

DetectorConfig fraud_override() {
  DetectorConfig file{"a", "a.yaml", {{"effect", {"0.3"}, 1}}, {}};
  Scope match;
  match.model = "fraud-*";
  file.overrides.push_back({match, {{"effect", {"0.7"}, 4}}, 3});
  return file;
}

TEST(DetectorSet, the_budget_is_split_over_the_enabled_kinds) {
  const DetectorKind a = named("a"), b = named("b"), c = named("c", false);
  const DetectorKind* kinds[] = {&a, &b, &c};
  Config config;
  config.budget = 3;
  const auto built = build_detectors(config, kinds);
  ASSERT_TRUE(built.ok());
  ASSERT_EQ(built->size(), 2u);
  EXPECT_DOUBLE_EQ((*built)[0].common.budget, 1.5);
  EXPECT_EQ((*built)[1].instance, "b");
}

TEST(DetectorSet, a_kind_of_little_weight_leaves_more_to_the_others) {
  const DetectorKind a = named("a");
  DetectorKind b = named("b");
  b.weight = .5;
  const DetectorKind* kinds[] = {&a, &b};
  Config config;
  config.budget = 3;
  const auto built = build_detectors(config, kinds);
  ASSERT_TRUE(built.ok());
  EXPECT_DOUBLE_EQ((*built)[0].common.budget, 2);
  EXPECT_DOUBLE_EQ((*built)[1].common.budget, 1);
}

TEST(DetectorSet, a_dry_run_takes_no_budget_from_the_others) {
  const DetectorKind a = named("a");
  DetectorKind b = named("b");
  b.defaults.dry_run = true;
  const DetectorKind* kinds[] = {&a, &b};
  Config config;
  config.budget = 3;
  const auto built = build_detectors(config, kinds);
  ASSERT_TRUE(built.ok());
  EXPECT_DOUBLE_EQ((*built)[0].common.budget, 3);
  EXPECT_DOUBLE_EQ((*built)[1].common.budget, 3);
}

TEST(DetectorSet, a_detector_that_watches_nothing_takes_no_budget_from_the_others) {
  const DetectorKind a = named("a"), b = named("b");
  const DetectorKind* kinds[] = {&a, &b};
  Config config;
  config.budget = 3;
  config.detectors.push_back({"b", "b.yaml", {{"fields", {}, 1}}, {}});
  const auto built = build_detectors(config, kinds);
  ASSERT_TRUE(built.ok());
  EXPECT_DOUBLE_EQ((*built)[0].common.budget, 3);
}

TEST(DetectorSet, a_detector_that_sets_its_own_budget_keeps_it) {
  const DetectorKind a = named("a"), b = named("b");
  const DetectorKind* kinds[] = {&a, &b};
  Config config;
  config.detectors.push_back({"a", "a.yaml", {{"budget", {"0.25"}, 1}}, {}});
  const auto built = build_detectors(config, kinds);
  ASSERT_TRUE(built.ok());
  EXPECT_DOUBLE_EQ((*built)[0].common.budget, 0.25);
  EXPECT_DOUBLE_EQ((*built)[1].common.budget, 0.5);
}

TEST(DetectorSet, choosing_one_changes_nobodys_share) {
  const DetectorKind a = named("a"), b = named("b");
  const DetectorKind* kinds[] = {&a, &b};
  const auto built = build_detectors({}, kinds, {"b"});
  ASSERT_TRUE(built.ok());
  ASSERT_EQ(built->size(), 1u);
  EXPECT_EQ((*built)[0].instance, "b");
  EXPECT_DOUBLE_EQ((*built)[0].common.budget, 0.5);
}

TEST(DetectorSet, an_unknown_name_is_refused_with_the_nearest) {
  const DetectorKind a = named("feature_drift");
  const DetectorKind* kinds[] = {&a};
  const auto built = build_detectors({}, kinds, {"faeture_drift"});
  EXPECT_EQ(built.status().message(), "unknown detector 'faeture_drift' (did you mean 'feature_drift'?)");
}

TEST(DetectorSet, every_entity_belongs_to_one_instance) {
  const DetectorKind a = named("a");
  const DetectorKind* kinds[] = {&a};
  Config config;
  config.detectors.push_back(fraud_override());
  const auto built = build_detectors(config, kinds);
  ASSERT_TRUE(built.ok());
  ASSERT_EQ(built->size(), 2u);
  const BuiltDetector& rest = (*built)[0];
  const BuiltDetector& fraud = (*built)[1];
  EXPECT_DOUBLE_EQ(sample(rest).params().effect, 0.3);
  EXPECT_DOUBLE_EQ(sample(fraud).params().effect, 0.7);
  EXPECT_FALSE(rest.common.admits(model("fraud-eu")));
  EXPECT_TRUE(fraud.common.admits(model("fraud-eu")));
  EXPECT_TRUE(rest.common.admits(model("credit")));
  EXPECT_FALSE(fraud.common.admits(model("credit")));
  EXPECT_DOUBLE_EQ(fraud.common.budget, rest.common.budget);
}

TEST(DetectorSet, the_first_override_that_matches_wins) {
  const DetectorKind a = named("a");
  const DetectorKind* kinds[] = {&a};
  Config config;
  config.detectors.push_back(fraud_override());
  Scope all;
  all.model = "*";
  config.detectors[0].overrides.push_back({all, {}, 6});
  const auto built = build_detectors(config, kinds);
  ASSERT_TRUE(built.ok());
  ASSERT_EQ(built->size(), 3u);
  EXPECT_TRUE((*built)[1].common.admits(model("fraud-eu")));
  EXPECT_FALSE((*built)[2].common.admits(model("fraud-eu")));
}

TEST(DetectorSet, an_override_that_is_switched_off_leaves_its_entities_to_nobody) {
  const DetectorKind a = named("a");
  const DetectorKind* kinds[] = {&a};
  Config config;
  config.detectors.push_back(fraud_override());
  config.detectors[0].overrides[0].settings = {{"enabled", {"false"}, 4}};
  const auto built = build_detectors(config, kinds);
  ASSERT_TRUE(built.ok());
  ASSERT_EQ(built->size(), 1u);
  EXPECT_FALSE((*built)[0].common.admits(model("fraud-eu")));
}

TEST(DetectorSet, an_instance_keeps_its_name_when_overrides_are_reordered) {
  const DetectorKind a = named("a");
  const DetectorKind* kinds[] = {&a};
  Config config;
  config.detectors.push_back(fraud_override());
  const std::string alone = (*build_detectors(config, kinds))[1].instance;
  Scope other;
  other.model = "other";
  auto& overrides = config.detectors[0].overrides;
  overrides.insert(overrides.begin(), {other, {}, 2});
  const auto built = build_detectors(config, kinds);
  EXPECT_EQ((*built)[2].instance, alone);
  EXPECT_NE((*built)[1].instance, alone);
  EXPECT_TRUE(alone.starts_with("a#"));
}

TEST(DetectorSet, an_override_never_widens_the_scope) {
  const DetectorKind a = named("a");
  const DetectorKind* kinds[] = {&a};
  Config config;
  config.detectors.push_back(fraud_override());
  config.detectors[0].settings.push_back({"scope.tenant", {"retail"}, 2});
  const auto built = build_detectors(config, kinds);
  Entity entity = model("fraud-eu");
  entity.tenant = "bank";
  EXPECT_FALSE((*built)[1].common.admits(entity));
  entity.tenant = "retail";
  EXPECT_TRUE((*built)[1].common.admits(entity));
}

TEST(DetectorSet, what_a_detector_refuses_to_build_is_said) {
  const DetectorKind a = named("a");
  const DetectorKind* kinds[] = {&a};
  Config config;
  config.detectors.push_back({"a", "a.yaml", {{"memory", {"1h"}, 1}, {"window", {"2h"}, 2}}, {}});
  EXPECT_EQ(build_detectors(config, kinds).status().message(), "a: window must not be longer than memory");
}

}  // namespace
}  // namespace vedette
