#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/judge_stage.h"
#include "vedette/position.h"

namespace vedette {

/// When partitions without news stop holding back the judge.
struct IdleRules {
  Duration idle_after = 30 * kSecond;  ///< Wall time at the end of a partition without a record.
  Duration live_within = kHour;        ///< The feed is live if its watermark is this close to the wall.
  /// A live feed, or a partition of one, that rests longer than this, and than three times as long as
  /// it ever did, is told of; 0: never.
  Duration silent_after = 10 * kMinute;
};

/// What workers and judge tell each other. Workers report what is durable; the judge
/// reads the watermark of all and publishes what it has judged and decided. Thread-safe.
class Board {
 public:
  struct News {
    Time judged = kDawn;
    std::vector<Directed> directives;
  };
  struct PartitionView {
    PartitionId id;
    std::int64_t next_offset = -1;
    Time watermark = kDawn;
    bool idle = false;
  };

  explicit Board(IdleRules rules) : rules_(rules) {}

  /// These were read before the start: the judge waits for them to join, so long after the first
  /// of all. After a crash the group may give some to members that are dead but not yet missed.
  void expect(const std::vector<PartitionId>& partitions, Duration at_most);
  void join(const PartitionId& id);
  void leave(const PartitionId& id);
  /// `at_end_since`: monotonic time since which the partition has nothing more to read.
  void report(const Position& next, Time durable_watermark, std::optional<Duration> at_end_since);
  /// News for one partition since its last call.
  News take_news(const PartitionId& id);
  /// Something to tell as an alert about ourselves.
  void tell(std::string kind, std::string subject, std::string what);

  /// How far every active partition has come: the least of their watermarks. A
  /// partition that has not been read to its end yet holds it back; one that rests at
  /// its end is left out, at once if it has never had a record. When all rest and the
  /// feed is live, the wall clock goes on for them, so that silence is noticed.
  std::optional<Time> watermark(Duration monotonic, Time wall);
  /// Returns when a report came since the last call, on a stop, or after `at_most`.
  void wait_for_reports(Duration at_most, const std::stop_token& stop);
  void publish(Time judged, const std::vector<Directed>& directives);
  struct Notice {
    std::string kind, subject, what;
  };
  std::vector<Notice> take_notices();
  std::vector<PartitionView> partitions(Duration monotonic) const;

 private:
  struct Entry {
    std::int64_t next_offset = -1;
    Time watermark = kDawn;
    std::optional<Duration> at_end_since;
    Duration longest_rest{0};
    std::uint64_t rests = 0;  ///< That have ended.
    bool silence_told = false;
    News news;
  };
  bool rests(const Entry& entry, Duration monotonic) const;
  static void note_rest(Entry& entry, std::optional<Duration> at_end_since);
  bool silent(const Entry& entry, Duration monotonic) const;
  void tell_silence(Duration monotonic, bool all);
  std::optional<Time> resting_watermark(Duration monotonic, Time wall);
  bool awaits(Duration monotonic);

  IdleRules rules_;
  mutable std::mutex mutex_;  ///< Guards everything below.
  std::condition_variable_any reported_;
  bool reports_ = false;
  std::map<PartitionId, Entry> entries_;
  std::set<PartitionId> expected_;
  Duration expected_for_{0};
  std::optional<Duration> expected_until_;  ///< Monotonic, from when the first has joined.
  std::vector<Notice> notices_;
  Time judged_ = kDawn;
  bool feed_silence_told_ = false;
  bool live_ = false;  ///< Latched while all partitions rest.
};

}  // namespace vedette
