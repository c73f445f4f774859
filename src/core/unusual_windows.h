#pragma once

#include <array>
#include <deque>
#include <functional>
#include <string>
#include <utility>

#include "core/unusual_norm.h"

namespace vedette::unusual {

/// A span of event time with its counts.
struct Span {
  Time start{};
  Counts counts;
};

/// The last four quarters of each length. Four quarters of one length that begin together make one of the
/// next, so what is kept is bounded and each pane is merged once per length. Panes come in order.
class Windows {
 public:
  /// A quarter of this length is complete; it ended at `end`.
  using Completed = std::function<void(int length, Time end)>;
  /// Four quarters that begin together are complete: a window of this length that overlaps no other.
  using Apart = std::function<void(int length, const Counts& window)>;

  Duration quarter(int length, Duration pane) const { return pane * (std::int64_t{1} << (2 * length)); }
  void add(Time start, Duration pane, const Counts& counts, const Completed& completed, const Apart& apart);
  /// Those of the window that ends at `end`.
  std::vector<const Span*> window(int length, Time end, Duration pane) const;
  void clear();
  /// Whether a length changed since the last call.
  bool take_changed(int length) { return std::exchange(changed_[static_cast<std::size_t>(length)], false); }

  std::string encode(int length) const;
  bool decode(int length, std::string_view bytes);

 private:
  struct Quarters {
    std::deque<Span> spans;
    Time passed_on = kDawn;  ///< Those that begin earlier are part of the next length.
  };
  void roll(Time now, Duration pane, const Completed& completed, const Apart& apart);
  void pass_on(int length, Time now, Duration pane, const Completed& completed, const Apart& apart);

  std::array<Quarters, kLengths> lengths_;
  std::array<bool, kLengths> changed_{};
};

}  // namespace vedette::unusual
