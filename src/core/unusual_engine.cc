#include "core/unusual_judge.h"
#include "core/unusual_observer.h"

namespace vedette {
namespace {

class UnusualDetector final : public Detector {
 public:
  UnusualDetector(const UnusualSettings& settings, const Common& common)
      : settings_(settings), common_(common) {}
  std::unique_ptr<Observer> observer() const override {
    return std::make_unique<unusual::UnusualObserver>(common_);
  }
  std::unique_ptr<Judge> judge() const override {
    return std::make_unique<unusual::UnusualJudge>(settings_, common_);
  }
  bool samples_first() const override { return true; }

 private:
  UnusualSettings settings_;
  Common common_;
};

}  // namespace

void UnusualSettings::describe(Settings& table) {
  table.add("learn_for", learn_for, "Live events that make a baseline, where none was recorded.",
            {static_cast<double>((10 * kMinute).count()), static_cast<double>((90 * kDay).count())});
  table.add("min_share", min_share,
            "Smallest part of a model's events that must be odd beyond what is usual.", {0.0005, 1});
  table.add("min_client_share", min_client_share,
            "Smallest part of one client's events that must be odd beyond what is usual.", {0.001, 1});
  table.add("alone_below", alone_below,
            "An event of a smaller tail probability is told by itself; 0: none is. Nothing bounds how often.",
            {0, 0.001});
}

Result<std::unique_ptr<Detector>> make_unusual_detector(const UnusualSettings& settings,
                                                        const Common& common) {
  if (!(common.budget > 0)) return Status::reject("budget must be above 0");
  return std::unique_ptr<Detector>(std::make_unique<UnusualDetector>(settings, common));
}

}  // namespace vedette
