#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>

#include "core/label_answer.h"
#include "core/label_records.h"
#include "vedette/detector.h"

namespace vedette::labels {

/// Collects answers and labels per pane and model version, and leaves what is new with each save;
/// they are joined by the judge, since they may lie in different partitions. One per (partition,
/// detector), owned by it, used by one worker at a time. Memory: kMostRecords. Damaged partials are
/// refused.
class LabelObserver final : public Observer {
 public:
  static constexpr std::size_t kMostRecords = 262'144;  ///< In all open panes.

  /// Reads what an event answers; false: nothing that a label could prove right or wrong.
  using Reading = std::function<bool(const Batch&, const Event&, Prediction&, NameTexts&)>;

  explicit LabelObserver(const Common& common);
  LabelObserver(const Common& common, Reading reading);

  void observe(const Batch& batch, Rows rows) override;
  void save(Partials& out) override;
  Status load(Time pane_end, std::string_view scope, std::string_view bytes) override;
  void apply(const Directive& /*directive*/) override {}
  void judged(Time watermark) override;

 private:
  struct Pane {
    /// Of those that the judge is to see, left already or not.
    SmallestRanks predictions{Records::kMostPredictions};
    SmallestRanks truths{Records::kMostTruths};
    Records fresh;       ///< Since the last save, and all names.
    bool known = false;  ///< To the judge.
    std::size_t size() const { return predictions.size() + truths.size(); }
  };
  struct Tracked {
    std::string key;
    std::map<Time, Pane> panes;  ///< By end.
    Time current_end = kDawn;
    Pane* current = nullptr;
  };

  Tracked* tracked_of(const Batch& batch, const Event& event);
  Tracked* track(std::string_view key);
  bool make_room();
  bool admits(const Batch& batch, const Event& event) const;
  Pane* pane_of(Tracked& tracked, const Event& event);
  void take_prediction(const Batch& batch, const Event& event, Pane& pane);
  void take_truth(const Batch& batch, const Event& event, Pane& pane);
  template <class Record>
  void keep(SmallestRanks& ranks, std::vector<Record>& fresh, Record record);

  const Common common_;
  PaneGate gate_;
  const Reading reading_;
  std::uint32_t epoch_ = 0;
  std::size_t records_ = 0;  ///< In all open panes.
  bool full_ = false;  ///< Until panes are judged there is no room: invented names need not look for it.
  std::unordered_map<std::string, std::unique_ptr<Tracked>> tracked_;
  std::unordered_map<std::uint64_t, Tracked*> known_;  ///< By model, version and tenant; null: not admitted.
};

}  // namespace vedette::labels
