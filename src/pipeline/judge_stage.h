#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/detector_set.h"
#include "core/log.h"
#include "pipeline/alert_stage.h"
#include "pipeline/partial_log.h"
#include "vedette/store.h"

namespace vedette {

/// A directive and the detector whose observers must follow it.
struct Directed {
  std::size_t detector = 0;
  Directive directive;
};

/// Partitions that have left a position in the store.
Result<std::vector<PartitionId>> known_partitions(const Store& store);

/// The judging half: takes the durable partials of every pane that is ripe, lets the
/// judges compare them with their baselines, and turns findings into alert
/// transitions. One thread. Each step is one batch of changes that the caller makes durable.
class JudgeStage {
 public:
  JudgeStage(const std::vector<BuiltDetector>& detectors, Store& store, AlertStage& alerts, Log& log);

  /// Takes up what was saved, alerts included.
  Status load();
  /// Judges everything ripe at `watermark`. Answers the alert transitions, in order.
  /// Nothing is durable, and nobody may be told, before `changes` is committed.
  Status step(Time watermark, Changes& changes, std::vector<Alert>& transitions);
  /// An alert about Vedette itself, as of now.
  void notice(const std::string& kind, const std::string& subject, const std::string& what);
  /// Steps through a recorded baseline: findings are dropped. The first pass is for the
  /// judges that sample first, the second for all; then those that sampled judge the
  /// last panes too, while the others go on with them.
  enum class Pass : unsigned char { sampling, counting, last_panes };
  Status learn(Time watermark, Pass pass, Changes& changes);
  void sampled(Time end, Changes& changes);
  void learned(Time end, Changes& changes);
  /// Puts a baseline that another store's judge of this detector learned in force, for panes that are not
  /// judged yet; nothing is judged yet: as it was learned.
  Status adopt(std::size_t detector, const StoredKeys& keys, Changes& changes);
  /// Drops what all judges have learned of a model.
  void forget(std::string_view model, Changes& changes);

  /// Everything ripe at this watermark is judged.
  Time judged() const { return judged_; }
  /// Begins again at the first event; for the second pass over a recording.
  void rewind();
  /// Partials that came when their panes were judged already, since the start.
  std::uint64_t stale_partials(std::size_t detector) const { return logs_[detector].stale(); }
  std::vector<Directed> take_directives() { return std::exchange(directives_, {}); }
  /// Totals over all restarts.
  Tally tally(std::size_t detector) const { return before_[detector] + judges_[detector]->tally(); }
  std::uint64_t findings(std::size_t detector) const { return findings_[detector]; }
  Judge& judge(std::size_t detector) { return *judges_[detector]; }

 private:
  struct Ripe {
    Time at{};
    std::size_t detector = 0;
    Finding finding;
  };
  class Verdict;

  Status find_partitions();
  Status judge_detector(std::size_t detector, Time watermark, Changes& changes);
  Status merge_panes(std::size_t detector, Time watermark, Verdict& out, Changes& changes);
  Status skip_panes(std::size_t detector, Time watermark, Changes& changes);
  Status take_sequence_findings(Time watermark, Changes& changes);
  void watch_evictions(Time watermark);
  void save_progress(Changes& changes) const;
  Status load_progress();
  template <class Call>
  void call(std::size_t detector, Changes& changes, Call&& call);

  const std::vector<BuiltDetector>& detectors_;
  Store& store_;
  AlertStage& alerts_;
  Log& log_;
  std::vector<std::unique_ptr<Judge>> judges_;
  std::vector<PartialLog> logs_;
  std::vector<PartitionId> partitions_;  ///< That have left anything so far.
  std::vector<Tally> before_;            ///< Totals up to the last start.
  std::vector<std::uint64_t> findings_;
  std::vector<std::uint64_t> evicted_;  ///< At the last eviction check.
  std::vector<Ripe> ripe_;
  std::vector<Directed> directives_;
  Time judged_ = kDawn;
  Time evictions_checked_ = kDawn;
};

}  // namespace vedette
