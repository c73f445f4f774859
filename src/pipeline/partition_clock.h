#pragma once

#include "vedette/time.h"

namespace vedette {

/// How far one record may move time.
struct ClockRules {
  Duration max_ahead = 5 * kMinute;  ///< Event time beyond the record's broker time.
  Duration max_jump = kHour;         ///< Event time beyond the watermark, unconfirmed.
  std::int64_t jump_confirmations = 3;
};

/// The watermark of one partition: the greatest event time accepted there. No wall
/// clock: the same records give the same watermarks. A record that would move it by
/// more than `max_jump` is held by the caller until so many further ones agree.
class PartitionClock {
 public:
  enum class Answer : unsigned char { accept, future, hold };

  explicit PartitionClock(ClockRules rules) : rules_(rules) {}

  /// `broker_time` is kDawn where there is none.
  Answer judge(Time time, Time broker_time) const {
    if (broker_time != kDawn && time > broker_time + rules_.max_ahead) return Answer::future;
    if (watermark_ != kDawn && time > watermark_ + rules_.max_jump) return Answer::hold;
    return Answer::accept;
  }
  void accept(Time time) {
    if (time > watermark_) watermark_ = time;
  }
  Time watermark() const { return watermark_; }
  void restore(Time watermark) { watermark_ = watermark; }
  const ClockRules& rules() const { return rules_; }

 private:
  ClockRules rules_;
  Time watermark_ = kDawn;
};

}  // namespace vedette
