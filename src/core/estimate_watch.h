#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/estimate_baseline.h"
#include "vedette/detector.h"

namespace vedette::estimate {

struct Rules {
  double min_drop = 0;
  Duration learn_for{};
  Duration pane{};
  double budget = 1;
  bool recording = false;  ///< A recorded baseline is being read: learn until it ends.
  bool approval = false;   ///< What is learned live is in force once it is promoted.
};

/// What a window shows against the baseline.
struct Look {
  int level = 0;
  Time start{};
  Time end{};
  Counts counts{};
  double accuracy = 0;  ///< Estimated.
  double drop = 0;      ///< From the baseline's.
  double half = 0;      ///< Of the interval around the drop.
  double p_value = 1;
  int broken = 0;  ///< Quarters that show a drop worth an alert.
  Time since{};
};

/// Whether an alert opens (or goes on), or closes.
struct News {
  bool recovered = false;
  Look look;
};

/// One model version: learns how sure it is of its answers and how often right, then looks at windows of
/// several lengths. Memory: kMostBlocks while it learns, later those of the longest window. Durable: a
/// head, and one key per block. Owned by the judge; one thread. Damaged bytes are refused.
class Watch {
 public:
  static constexpr std::int64_t kMostBlocks = 512;

  /// Answers of a pane; panes come in order.
  std::optional<News> predicted(Time pane_start, const std::vector<Confidence>& answers, const Rules& rules);
  /// A label came for one of the answers that the baseline is learned from.
  void labelled(const Confidence& confidence, bool right);
  /// Recorded events end here.
  void end_recording();
  /// Looks at windows that start at or after `from`, with a baseline that another judge has learned.
  void resume(Time from);

  const std::optional<Baseline>& baseline() const { return baseline_; }
  bool waits() const { return waits_; }  ///< For approval; until then nothing is judged.
  Time first() const { return first_; }
  Time seen() const { return seen_; }
  double answers() const;

  void save(const std::string& scope, Verdicts& out);
  void forget(const std::string& scope, Verdicts& out) const;
  bool load_block(Time start, std::string_view bytes);
  bool load_head(std::string_view bytes);

 private:
  void begin_block(Time block_start);
  void count(Time block_start, const std::vector<Confidence>& answers);
  void coarsen();
  void try_learn();
  std::optional<News> look_all(Time now, const Rules& rules);
  std::optional<Look> look(int level, Time end, const Rules& rules) const;
  std::optional<News> decide(const Look& look, const Rules& rules);
  Time onset(const Look& look) const;
  void drop_before(Time time);
  std::string head() const;

  Time first_ = kDawn;  ///< Start of the first pane; kDawn: nothing came yet.
  Time seen_ = kDawn;   ///< Start of the last one.
  Time learn_at_ = kForever;
  Time from_ = kDawn;  ///< Windows start here at the earliest.
  Duration block_{0};
  Bins bins_{};
  std::optional<Baseline> baseline_;
  bool waits_ = false;
  Blocks blocks_;
  int open_level_ = -1;  ///< Of the window that raised the open alert; -1: none is open.
  Time told_ = kDawn;
  Time since_ = kDawn;  ///< When what the open alert tells began.
  std::set<Time> dirty_;
};

}  // namespace vedette::estimate
