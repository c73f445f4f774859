#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/drift_judge.h"
#include "core/drift_observer.h"
#include "core/label_rows.h"

namespace vedette::labels {

/// The drift engine over rows of joined labels: both of its halves in one place, fed in order
/// of time, so that no row is late. Owned by the judge; one thread. Durable under the letters
/// d (cells), i (its judge's state), o (open panes), in this order.
class RowWatch {
 public:
  using Retell = std::function<void(Finding&)>;  ///< Adds to a finding what only labels know.

  RowWatch(const DriftSettings& settings, const Common& common, Retell retell);
  ~RowWatch();

  /// Rows of panes that have not been closed, in order of time.
  void feed(std::span<const Row> rows);
  /// Everything before `until` has been fed: closes the panes that end there.
  void advance(Time until, Verdicts& out);
  void save(Verdicts& out);
  void sampled(Time end, Verdicts& out);
  void learned(Time end, Verdicts& out);
  Status load(char part, std::string_view rest, std::string_view bytes);
  std::vector<BaselineView> baselines() { return judge_.baselines(); }
  const Tally& tally() const { return judge_.tally(); }
  const BorrowedBaselines& borrowed() const { return judge_.borrowed(); }
  std::string baseline_of(std::string_view key) const { return judge_.baseline_of(key); }
  Status adopt(const StoredKeys& keys, Time from, Verdicts& out);
  void forget(std::string_view model, Verdicts& out);

 private:
  using PaneKey = std::pair<Time, std::string>;  ///< End, scope.
  struct Held {
    std::string bytes;
    bool changed = true;  ///< Since it was made durable.
  };
  class Columns;
  class Collector;
  class InnerVerdicts;

  void collect();
  void merge_until(Time until, Verdicts& out);
  void follow(const Directive& directive, Verdicts& out);
  void begin_again();
  static std::string pane_name(const PaneKey& key);

  const Common outer_;
  const Common inner_;
  const Retell retell_;
  std::unique_ptr<Columns> columns_;
  drift::DriftJudge judge_;
  std::unique_ptr<drift::DriftObserver> observer_;
  RowBatch batch_;
  std::map<PaneKey, Held> held_;
  std::map<std::string, std::vector<Directive>> followed_;  ///< By scope, the last two.
};

}  // namespace vedette::labels
