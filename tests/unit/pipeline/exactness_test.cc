// The same records give the same alerts, however a run is cut up, interleaved or interrupted.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "scenario/pipeline_rig.h"
#include "support/counting_detector.h"

namespace vedette {
namespace {

using namespace testing_support;

constexpr std::int64_t kStart = 1772323200000;

std::string line(std::int64_t ms, int model) {
  return R"({"schema":"vedette/1","kind":"inference","time":)" + std::to_string(ms) + R"(,"model":"m)" +
         std::to_string(model) + R"("})";
}

/// An hour and a half of three models, with gaps and records that come up to `disorder` late.
std::vector<std::string> traffic(std::uint64_t seed, std::int64_t disorder) {
  std::mt19937_64 random(seed);
  std::vector<std::string> lines;
  std::int64_t at = kStart;
  while (at < kStart + 5400000) {
    at += static_cast<std::int64_t>(random() % 12000) + (random() % 500 == 0 ? 1500000 : 0);
    const std::int64_t back =
        disorder == 0 ? 0 : static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(disorder));
    lines.push_back(line(at - back, static_cast<int>(random() % 3)));
  }
  return lines;
}

std::vector<int> spread(std::size_t count, int partitions, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<int> partition_of(count);
  for (int& p : partition_of) p = static_cast<int>(random() % static_cast<std::uint64_t>(partitions));
  return partition_of;
}

void expect_same(const RigResult& a, const RigResult& b) {
  EXPECT_EQ(a.trouble, "");
  EXPECT_EQ(b.trouble, "");
  EXPECT_EQ(a.order, b.order);
  EXPECT_EQ(a.totals.events, b.totals.events);
  ASSERT_EQ(a.totals.observed.size(), b.totals.observed.size());
  EXPECT_EQ(a.totals.observed[0].counted, b.totals.observed[0].counted);
  EXPECT_EQ(a.totals.observed[0].late, b.totals.observed[0].late);
  for (const auto& [uid, alert] : a.alerts) {
    const auto other = b.alerts.find(uid);
    ASSERT_NE(other, b.alerts.end());
    EXPECT_EQ(alert.finding.effect, other->second.finding.effect);
  }
}

TEST(Exactness, batches_commits_and_judging_do_not_matter) {
  const auto detectors = counting_detectors();
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const auto lines = traffic(seed, 12000);
    const RigResult plain = PipelineRig(detectors, {.seed = seed}).run(lines);
    ASSERT_GT(plain.order.size(), 100U);
    EXPECT_GT(plain.totals.observed[0].late, 0U);
    expect_same(plain,
                PipelineRig(detectors, {.seed = seed, .batch = 7, .commit_chance = 0.3, .judge_chance = 0.2})
                    .run(lines));
  }
}

TEST(Exactness, crashes_do_not_matter) {
  const auto detectors = counting_detectors();
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const auto lines = traffic(seed, 12000);
    const RigResult plain = PipelineRig(detectors, {.seed = seed}).run(lines);
    expect_same(
        plain,
        PipelineRig(
            detectors,
            {.seed = seed, .batch = 40, .commit_chance = 0.4, .judge_chance = 0.5, .crash_chance = 0.2})
            .run(lines));
  }
}

TEST(Exactness, interleaving_of_partitions_does_not_matter) {
  const auto detectors = counting_detectors();
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const auto lines = traffic(seed, 12000);
    const auto partition_of = spread(lines.size(), 4, seed);
    const RigResult plain = PipelineRig(detectors, {.seed = seed, .partitions = 4}).run(lines, partition_of);
    EXPECT_EQ(plain.totals.observed[0].late_after_idle, 0U);
    expect_same(plain, PipelineRig(detectors, {.seed = seed + 99,
                                               .partitions = 4,
                                               .batch = 25,
                                               .commit_chance = 0.5,
                                               .judge_chance = 0.3,
                                               .crash_chance = 0.05})
                           .run(lines, partition_of));
  }
}

TEST(Exactness, records_in_order_give_the_same_alerts_on_any_number_of_partitions) {
  const auto detectors = counting_detectors();
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const auto lines = traffic(seed, 0);
    const RigResult one = PipelineRig(detectors, {.seed = seed}).run(lines);
    for (const int partitions : {2, 5}) {
      const RigResult many = PipelineRig(detectors, {.seed = seed, .partitions = partitions, .batch = 30})
                                 .run(lines, spread(lines.size(), partitions, seed));
      expect_same(one, many);
    }
  }
}

TEST(Exactness, a_commit_that_leaves_several_chunks_of_partials_does_not_matter) {
  constexpr int kModels = 8000;  // More than a megabyte of scopes.
  const auto detectors = counting_detectors();
  std::vector<std::string> lines;
  for (int i = 0; i < 3 * kModels; ++i)
    lines.push_back(R"({"schema":"vedette/1","kind":"inference","time":)" + std::to_string(kStart + i * 5) +
                    R"(,"model":"m)" + std::to_string(i % kModels) + std::string(180, 'x') + R"("})");
  const RigResult whole = PipelineRig(detectors, {.batch = kModels, .commit_chance = 0.3}).run(lines);
  EXPECT_EQ(whole.totals.observed[0].counted, lines.size());
  expect_same(whole, PipelineRig(detectors, {.batch = 500, .commit_chance = 0.9}).run(lines));
  expect_same(
      whole,
      PipelineRig(detectors, {.batch = kModels, .commit_chance = 0.5, .crash_chance = 0.3}).run(lines));
}

TEST(Exactness, one_hostile_clock_cannot_move_the_watermark) {
  const auto detectors = counting_detectors();
  const auto lines = traffic(3, 0);
  const RigResult plain = PipelineRig(detectors, {}).run(lines);
  for (const std::int64_t ahead :
       {std::int64_t{3700000}, std::int64_t{86400000}, std::int64_t{31536000000}}) {
    auto hostile = lines;
    hostile.insert(hostile.begin() + 100, line(kStart + ahead * 3, 7));
    hostile.insert(hostile.begin() + 300, line(kStart + ahead * 2, 7));
    const RigResult shaken = PipelineRig(detectors, {.batch = 20, .crash_chance = 0.05}).run(hostile);
    EXPECT_EQ(shaken.totals.observed[0].late, plain.totals.observed[0].late);
    EXPECT_EQ(shaken.order, plain.order);
  }
}

TEST(Exactness, time_goes_on_after_a_gap_that_further_records_confirm) {
  const auto detectors = counting_detectors();
  std::vector<std::string> lines;
  for (int i = 0; i < 20; ++i) lines.push_back(line(kStart + i * 1000, 0));
  for (int i = 0; i < 200; ++i) lines.push_back(line(kStart + 200000000 + i * 1000, 0));
  const RigResult plain = PipelineRig(detectors, {}).run(lines);
  EXPECT_EQ(plain.totals.observed[0].counted, lines.size());
  expect_same(
      plain,
      PipelineRig(detectors, {.seed = 5, .batch = 3, .commit_chance = 0.5, .crash_chance = 0.2}).run(lines));
}

TEST(Exactness, refused_records_are_counted_once) {
  const auto detectors = counting_detectors();
  auto lines = traffic(4, 0);
  for (std::size_t i = 0; i < lines.size(); i += 10) lines[i] = "{";
  const RigResult plain = PipelineRig(detectors, {}).run(lines);
  const RigResult shaken =
      PipelineRig(detectors, {.seed = 8, .batch = 50, .commit_chance = 0.3, .crash_chance = 0.2}).run(lines);
  EXPECT_EQ(plain.totals.rejects[static_cast<std::size_t>(Reject::malformed)], (lines.size() + 9) / 10);
  EXPECT_EQ(shaken.totals.rejects, plain.totals.rejects);
}

}  // namespace
}  // namespace vedette
