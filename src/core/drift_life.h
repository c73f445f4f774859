#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "vedette/bytes.h"
#include "vedette/time.h"

namespace vedette::drift {

/// What became of an alert when a pane closed.
struct Transition {
  enum class Kind : unsigned char { opened, joined, worsened, closed };
  Kind kind = Kind::opened;
  std::size_t first = 0;  ///< Column that opened the alert; with `opened`, its name.
  Time opened{};
  std::size_t column = 0;            ///< Column that caused this transition.
  std::vector<std::size_t> columns;  ///< All that ever belonged to it, in order of joining.
  int level = 0;                     ///< Of the column's highest ratio.
  double ratio = 0;
  double limit = 1;
};

/// When columns of one scope open, join, hold and close alerts, and how the limit
/// rises for a scope that cries wolf. Owned by the scope's watch; one thread.
class AlertLife {
 public:
  struct Look {
    std::size_t column = 0;
    int level = 0;
    double ratio = 0;
  };
  /// Which open alert a column joins: one that is not older than 16 panes, or any, where columns
  /// are parts of one thing.
  enum class Joins : unsigned char { recent, any };
  AlertLife() = default;
  AlertLife(std::size_t columns, int levels, Joins joins = Joins::recent)
      : joins_(joins),
        levels_(levels),
        features_(columns, Feature{std::vector<double>(static_cast<std::size_t>(levels))}),
        closed_(static_cast<std::size_t>(levels)) {}

  /// Windows that began before the column's last recovery say nothing.
  bool ignores(std::size_t column, std::int64_t window_begin) const {
    return window_begin < features_[column].ignore_before;
  }
  /// Pane `at` closed at `end` with these looks, at most one per column and level.
  std::vector<Transition> step(std::int64_t at, Time end, const std::vector<Look>& looks);
  /// Closes all alerts.
  std::vector<Transition> stop(std::int64_t at);
  double last_ratio(std::size_t column, int level) const {
    return features_[column].ratio[static_cast<std::size_t>(level)];
  }
  /// The governor's limit for a level; 1 as long as few alerts closed by themselves.
  double limit(int level) const;
  std::size_t open_alerts() const;

  void encode(ByteWriter& out) const;
  bool decode(ByteReader& in);

 private:
  struct Feature {
    std::vector<double> ratio;  ///< Last one of each level.
    bool open = false;
    int level = 0;  ///< That must be calm: the shortest that has fired since it opened, not the longest one.
    int calm = 0;
    std::int64_t ignore_before = 0;
    std::int64_t recovered_at = -1;
    std::uint64_t alert = 0;  ///< Id, 0 = none.
  };
  struct Open {
    std::uint64_t id = 0;
    std::int64_t opened_at = 0;
    Time opened{};
    std::int64_t closed_at = -1;  ///< -1: open.
    int level = 0;
    double worst = 0;
    std::vector<std::size_t> columns;
  };
  struct Firing {
    std::size_t column = 0;
    int shortest = 0;
    int level = 0;
    double ratio = 0;
  };

  void decay(Time end);
  /// Level that must be calm: those for still columns would take half the baseline to be, and more.
  int closing_level(const Firing& firing) const;
  std::vector<Firing> firings(const std::vector<Look>& looks) const;
  void hold(const Firing& firing, std::vector<Transition>& out);
  void open(const Firing& firing, std::int64_t at, Time end, std::vector<Transition>& out);
  Open& alert_for(const Firing& firing, std::int64_t at, Time end);
  void recover(std::int64_t at, const std::vector<Look>& looks);
  void close(std::int64_t at, std::vector<Transition>& out);
  Open* find(std::uint64_t id);
  bool held(const Open& alert) const;
  static Transition describe(const Open& alert, Transition::Kind kind);

  Joins joins_ = Joins::recent;
  int levels_ = 0;
  std::uint64_t next_id_ = 1;
  Time decayed_{};
  std::vector<Feature> features_;
  std::vector<Open> alerts_;    ///< Open ones, and closed ones that may reopen.
  std::vector<double> closed_;  ///< By level: alerts that closed by themselves, decayed.
};

}  // namespace vedette::drift
