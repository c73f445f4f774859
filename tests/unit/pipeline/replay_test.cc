#include "pipeline/replay.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "core/catalog.h"
#include "core/mem_store.h"
#include "decode/decoders.h"
#include "support/temp_folder.h"
#include "vedette/series.h"

namespace vedette {
namespace {

constexpr std::int64_t kStart = 1772323200000;

/// Ten requests a minute for two hours.
void write_requests(const std::string& path) {
  std::ofstream out(path);
  for (int i = 0; i < 1200; ++i)
    out << R"({"schema":"vedette/1","kind":"inference","time":)" << kStart + i * 6000
        << R"(,"model":"m","features":{"age":)" << i % 50 << "}}\n";
}

class ReplayTest : public testing::Test {
 protected:
  ReplayTest() {
    write_requests(path_);
    options_.decoder = decoders().front();
    detectors_ = std::move(build_detectors({}, catalog(), {"feature_drift", "request_rate"}, true).value());
    judge_ = std::make_unique<JudgeStage>(detectors_, store_, alerts_, log_);
    replay_ = std::make_unique<Replay>(options_, detectors_, store_, *judge_);
  }

  TempFolder folder_;
  const std::string path_ = folder_.file("requests.jsonl");
  StreamOptions options_;
  SilentLog log_;
  MemStore store_;
  AlertStage alerts_{AlertRules{}};
  std::vector<BuiltDetector> detectors_;
  std::unique_ptr<JudgeStage> judge_;
  std::unique_ptr<Replay> replay_;
};

TEST_F(ReplayTest, learns_every_event_once_although_it_reads_them_twice) {
  ASSERT_TRUE(replay_->learn(path_).ok());
  for (std::size_t i = 0; i < detectors_.size(); ++i) {
    const auto views = judge_->judge(i).baselines();
    ASSERT_FALSE(views.empty()) << detectors_[i].instance;
    EXPECT_NEAR(views[0].events, 1200, 60) << detectors_[i].instance;
  }
}

TEST_F(ReplayTest, shows_the_last_panes_to_taps_and_drops_what_is_found_in_them) {
  struct Tap final : SeriesTap {
    void point(const Entity&, std::string_view, Time start, const SeriesPoint&) override { last = start; }
    Time last = kDawn;
  } tap;
  judge_->judge(1).tap(&tap);
  int transitions = 0;
  ASSERT_TRUE(replay_->run(path_, [&transitions](const Alert&) { ++transitions; }).ok());
  EXPECT_EQ(replay_->end(), from_ms(kStart + 1199 * 6000));
  EXPECT_LT(tap.last, floor_to(replay_->end(), kMinute));
  ASSERT_TRUE(replay_->judge_rest(kMinute + 30 * kSecond).ok());
  EXPECT_GE(tap.last, floor_to(replay_->end(), kMinute));
  EXPECT_EQ(transitions, 0);
}

}  // namespace
}  // namespace vedette
