#pragma once

#include <array>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/dead_letter.h"
#include "core/detector_set.h"
#include "pipeline/judge_progress.h"
#include "pipeline/partition_clock.h"
#include "vedette/decoder.h"
#include "vedette/position.h"
#include "vedette/store.h"

namespace vedette {

struct StreamOptions {
  PartitionId id;
  const DecoderKind* decoder = nullptr;
  DecodeOptions decode;
  ClockRules clock;
  std::optional<EventKind> kind;  ///< Records of another kind are refused.
  bool keep_dead_records = false;
};

/// Totals of one partition that survive restarts, exactly: they are saved with the position.
struct StreamTotals {
  std::array<std::uint64_t, 4> events{};    ///< By EventKind.
  std::array<std::uint64_t, 14> rejects{};  ///< By Reject.
  std::uint64_t unknown_fields = 0;
  std::vector<Tally> observed;  ///< By detector.
};

/// One partition's way through decode and observe: its decoder, clock, position and
/// observers. State is always exactly at a record boundary: everything before the
/// position is observed or refused, nothing after. Used by one thread at a time.
class PartitionStream {
 public:
  PartitionStream(StreamOptions options, const std::vector<BuiltDetector>& detectors);
  ~PartitionStream();

  /// Takes up what was saved: position, watermark, partials, directives.
  Status load(const Store& store);
  /// Decodes and observes records in order, until one lies beyond the horizon.
  /// Answers how many were used up; the rest must come again.
  std::size_t take(std::span<const Record> records);
  /// Adds everything that changed since the last save.
  void save(Changes& changes);
  void apply(std::size_t detector, const Directive& directive);
  void judged(Time watermark);

  const std::string& detector(std::size_t index) const { return detectors_[index].instance; }
  const PartitionId& id() const { return options_.id; }
  std::int64_t next_offset() const { return next_offset_; }
  void start_at(std::int64_t offset) { next_offset_ = offset; }
  bool blocked() const { return blocked_at_.has_value(); }
  bool dirty() const { return dirty_; }
  std::size_t held() const { return held_.size(); }
  std::uint64_t slow_records() const { return decoder_->slow_records(); }
  /// What the judge may rely on once `save` is durable: all earlier events are observed.
  Time watermark() const;
  StreamTotals totals() const;
  /// Refused records since the last call.
  std::vector<DeadLetter> take_dead();

 private:
  struct Held {
    std::int64_t offset = 0;
    Time broker_time{};
    std::string bytes;
    Time time{};
    std::uint64_t accepted_since = 0;
    bool confirmed = false;  ///< Enough others agree that time has come this far.
  };
  enum class Admission : unsigned char { taken, blocked };

  Admission admit(const Record& record);
  Duration horizon() const;
  void place(std::span<Event> rows, std::int64_t offset);
  bool settle_held();
  void confirm_held();
  void refuse(const Record& record, Reject reason, std::string detail);
  void truncate(std::size_t first_row);
  void observe();
  Status load_position(const Store& store);
  Status load_directives(const Store& store, std::size_t detector);
  Status load_partials(const Store& store, std::size_t detector, const JudgeProgress& progress);
  Status load_sequences(const Store& store, std::size_t detector);

  StreamOptions options_;
  const std::vector<BuiltDetector>& detectors_;
  Dictionary dictionary_;
  std::unique_ptr<Decoder> decoder_;
  Batch batch_;
  PartitionClock clock_;
  std::vector<std::unique_ptr<Observer>> observers_;
  std::deque<Held> held_;
  std::vector<DeadLetter> dead_;
  StreamTotals totals_;  ///< Without what the live observers have tallied.
  std::int64_t next_offset_ = -1;
  std::optional<Time> blocked_at_;
  Duration horizon_ = kHorizon;  ///< How far ahead of the judge this batch may go.
  Time judged_ = kDawn;
  std::int64_t chunks_ = 0;     ///< Of partials, so far: their numbers.
  std::uint64_t findings_ = 0;  ///< Numbers the findings of sequences.
  bool dirty_ = false;
};

}  // namespace vedette
