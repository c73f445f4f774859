#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "vedette/bytes.h"
#include "vedette/log_histogram.h"
#include "vedette/time.h"

namespace vedette::labels {

/// How many predictions of a model version get a label, and after how long: of the last two
/// hours, and of all the time before. For people; nothing is decided by it. Owned by the
/// judge; one thread.
class Course {
 public:
  /// Panes come in order.
  void predicted(Time pane_end, std::size_t count);
  void joined(Time pane_end, Duration delay);
  /// What has been seen so far was the baseline.
  void end_baseline();
  Time seen() const { return seen_; }
  bool labelled() const { return now_.joined + last_.joined + before_.joined > 0; }
  /// `label_delay_s`, `coverage` and what they were before, as far as known.
  void tell(std::vector<std::pair<std::string, double>>& numbers) const;

  std::string encode() const;
  bool decode(ByteReader& in);

 private:
  struct Span {
    std::uint64_t predictions = 0;
    std::uint64_t joined = 0;
    std::array<std::uint32_t, LogHistogram::kBins> delays{};
    Span& operator+=(const Span& other);
    void tell(const char* suffix, std::vector<std::pair<std::string, double>>& numbers) const;
    void encode(ByteWriter& out) const;
    void decode(ByteReader& in);
  };
  void roll(Time pane_end);

  Time seen_ = kDawn;
  Span now_;  ///< The hour of `seen_`.
  Span last_;
  Span before_;
};

}  // namespace vedette::labels
