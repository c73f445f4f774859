#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/drift_bank.h"
#include "core/drift_learning.h"
#include "core/drift_life.h"

namespace vedette::drift {

/// Part of the margin that a shift must exceed. Columns, views, levels and looks overlap, so
/// that their union bound alone spent 0.06 of a budget of 1 on the most restless of seven kinds
/// of null streams; with three quarters of the margin it was 0.4 (docs/calibration.md).
inline constexpr double kMarginKept = 1 / 1.2;

/// One scope under watch: its bank of windows, looked at against the baseline whenever
/// a block is complete. Owned by the judge's scope; one thread.
class Watch {
 public:
  /// One column's window of one level against its baseline, in the view that says more.
  struct Evidence {
    double ratio = 0;
    View view = View::full;
    Distance distance;
    Limit limit;
    double n = 0;
    StoredCells observed{};  ///< Counts of the window.
    Expected expected;
  };
  Watch(BaselineModel model, std::vector<bool> numeric, double min_effect,
        AlertLife::Joins joins = AlertLife::Joins::recent);

  /// Pane `at` (from 1) that began at `start` is complete.
  std::vector<Transition> close_pane(std::int64_t at, Time start, std::uint64_t n,
                                     std::span<const std::uint32_t> cells);
  /// What the level's last complete window says about a column; nothing below 30 events.
  std::optional<Evidence> look(std::size_t column, int level) const;
  /// The run up to now whose beginning fits a change of the column best; no panes: none does.
  Bank::Suffix since_change(std::size_t column, View view) const;

  /// Goes on with another baseline of the same columns and levels.
  void follow(BaselineModel model) { model_ = std::move(model); }
  const BaselineModel& model() const { return model_; }
  const AlertLife& life() const { return life_; }
  Bank& bank() { return bank_; }
  const Bank& bank() const { return bank_; }
  AlertLife& life() { return life_; }

 private:
  std::optional<Evidence> look(std::size_t column, int level, const SlotCounts& slots) const;
  Distance distance_of(std::size_t column, View view, const Cells& observed, const Expected& expected,
                       double n) const;
  bool survives_jackknife(std::size_t column, View view, int level) const;
  Limit limit_of(std::size_t column, View view, int level) const;

  BaselineModel model_;
  std::vector<bool> numeric_;
  double min_effect_;
  Bank bank_;
  AlertLife life_;
};

}  // namespace vedette::drift
