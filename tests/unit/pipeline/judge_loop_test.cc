#include "pipeline/judge_loop.h"

#include <gtest/gtest.h>

#include "core/mem_store.h"
#include "support/manual_clock.h"

namespace vedette {
namespace {

/// Compares so many versions with version 0.
class Borrowing final : public Detector {
 public:
  explicit Borrowing(int versions) : versions_(versions) {}
  std::unique_ptr<Observer> observer() const override { return nullptr; }
  std::unique_ptr<Judge> judge() const override {
    struct Borrower final : Judge {
      explicit Borrower(int versions) {
        for (int i = 1; i <= versions; ++i) ++borrowed_[{"m", std::to_string(i), "0"}];
      }
      Status load(std::string_view, std::string_view) override { return {}; }
      Status merge(Time, std::string_view, std::string_view) override { return {}; }
      void advance(Time, Verdicts&) override {}
      const BorrowedBaselines& borrowed() const override { return borrowed_; }
      BorrowedBaselines borrowed_;
    };
    return std::make_unique<Borrower>(versions_);
  }

 private:
  int versions_;
};

TEST(JudgeLoop, shows_versions_with_a_borrowed_baseline_by_detector_and_twenty_at_most) {
  std::vector<BuiltDetector> detectors(3);
  for (std::size_t i = 0; i < detectors.size(); ++i) {
    detectors[i].instance = "detector " + std::to_string(i);
    detectors[i].detector = std::make_unique<Borrowing>(std::vector{1, 0, 25}[i]);
  }
  MemStore store;
  ManualClock clock;
  SilentLog log;
  Metrics metrics;
  Board board({});
  Outbox outbox(store, clock, ByteSize{1 << 20});
  AlertStage alerts{AlertRules{}};
  JudgeStage stage(detectors, store, alerts, log);
  JudgeLoop loop({store, board, outbox, clock, metrics, log}, stage, alerts, detectors);
  EXPECT_TRUE(loop.borrowed().empty());
  std::stop_source stop;
  stop.request_stop();
  loop.run(stop.get_token());
  const std::vector<BorrowedByDetector> shown = loop.borrowed();
  ASSERT_EQ(shown.size(), 2U);
  EXPECT_EQ(shown[0].detector, "detector 0");
  EXPECT_EQ(shown[0].versions, (std::vector<BorrowedBaseline>{{"m", "1", "0"}}));
  EXPECT_EQ(shown[0].more, 0U);
  EXPECT_EQ(shown[1].detector, "detector 2");
  EXPECT_EQ(shown[1].versions.size(), 20U);
  EXPECT_EQ(shown[1].more, 5U);
}

}  // namespace
}  // namespace vedette
