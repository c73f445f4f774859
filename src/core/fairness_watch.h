#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/fairness_look.h"
#include "core/fairness_partial.h"
#include "vedette/detector.h"

namespace vedette::fairness {

/// A group that is known, judged or not.
struct Group {
  std::size_t field = 0;
  std::string text;
  std::uint64_t events = 0;
  Time last{};
};
using Groups = std::map<labels::Name, Group>;

/// Whether an alert of a field and metric opens or grows, goes on, or closes.
struct News {
  Finding::Phase phase = Finding::Phase::raised;
  Look look;
  std::vector<labels::Name> groups;  ///< All of the alert so far.
};

/// One model version: counts what its groups get, and looks at windows of several lengths. Memory:
/// kMostBlocks of at most kCandidates * max_groups groups per field. Durable: a head, and one key per block.
/// Owned by the judge; one thread. Damaged bytes are refused.
class Watch {
 public:
  static constexpr std::size_t kMostBlocks = 512;
  static constexpr std::int64_t kCandidates = 4;  ///< Groups known, for each that is judged.
  static constexpr std::size_t kMostTold = 8;
  static constexpr Duration kQuietCloses = 15 * kDay;

  /// A pane begins; panes come in order. Looks at the windows that have ended.
  std::vector<News> begin(Time pane_start, const Rules& rules);
  /// What the pane brought. Answers how many groups were left out, or gave way to others.
  std::uint64_t count(const GroupCounts& counts, const Rules& rules);
  /// A label came in it for an answer that these groups got.
  void labelled(const std::vector<labels::Name>& groups, bool said, bool truth);
  /// Recorded events end here.
  void end_recording();
  /// Looks at windows that start at or after `from`, with a baseline that another judge has learned.
  void resume(Time from);

  const Groups& groups() const { return groups_; }
  const std::optional<Baseline>& baseline() const { return baseline_; }
  bool waits() const { return waits_; }  ///< For approval.
  /// Null: none, or it waits.
  const Baseline* in_force() const { return baseline_ && !waits_ ? &*baseline_ : nullptr; }
  const Blocks& blocks() const { return blocks_; }
  Time first() const { return first_; }
  Time seen() const { return seen_; }
  /// Those of a field that are judged: the ones with the most events, in order of their names' hashes.
  std::vector<labels::Name> chosen(std::size_t field, const Rules& rules) const;

  void save(const std::string& scope, Verdicts& out);
  void forget(const std::string& scope, Verdicts& out) const;
  bool load_block(Time start, std::string_view bytes);
  bool load_head(std::string_view bytes);

 private:
  struct Open {
    Duration length{};  ///< Of the window that opened it; shorter ones do not close it.
    Time told{};        ///< End of the window that was told last, loudly,
    Time seen{};        ///< or silently.
    Time since{};
    std::set<labels::Name> groups;
  };
  using Subject = std::pair<std::size_t, Metric>;  ///< Field and metric.
  struct Course {
    std::optional<Open> open;
    Time from = kDawn;  ///< Windows start here at the earliest.
    Spans told;         ///< What alerts told of, the last kMostTold.
  };

  Cells& block_of(Time pane_start);
  void add(labels::Name group, Metric metric, const Count& count);
  Group* place(labels::Name name, const GroupCount& count, const Rules& rules, std::uint64_t& left_out);
  void drop_group(labels::Name name);
  void coarsen();
  void make_room();
  void learn(Time until);
  void look_level(int level, Time end, const Rules& rules, std::vector<News>& news);
  void decide(Look look, const Rules& rules, std::vector<News>& news);
  void go_on(Course& course, Look look, std::vector<News>& news);
  std::string head() const;
  void save_courses(ByteWriter& out) const;
  bool load_groups(ByteReader& in);
  bool load_courses(ByteReader& in);

  Time first_ = kDawn;  ///< Start of the first pane; kDawn: nothing came yet.
  Time seen_ = kDawn;   ///< Start of the last one.
  Time from_ = kDawn;   ///< Windows start here at the earliest.
  Duration block_{0};
  Groups groups_;
  Cells totals_;  ///< While the baseline is learned.
  std::optional<Baseline> baseline_;
  bool waits_ = false;
  Blocks blocks_;
  std::map<Subject, Course> courses_;
  std::set<Time> dirty_;
};

void encode(const Cells& cells, ByteWriter& out);
/// False: not what `encode` writes.
bool decode(ByteReader& in, Cells& cells);

}  // namespace vedette::fairness
