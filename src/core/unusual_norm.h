#pragma once

#include <array>

#include "core/unusual_counts.h"

namespace vedette::unusual {

/// Windows have four quarters; those of a length are four times those of the one before. The shortest
/// quarter is a pane.
inline constexpr int kLengths = 6;
inline constexpr int kQuarters = 4;
inline constexpr double kLeastEvents = 60;  ///< Of a window, to be looked at.

/// Probability of at least `count` where `mean` are expected, and the rate behind it varies: its squared
/// coefficient of variation is `wander`. A negative binomial tail.
double count_tail(double count, double mean, double wander);
/// Probability of at least `count` of `of`, each with probability `part`.
double binomial_tail(double count, double of, double part);

/// Odd events over windows of one length, in sums that need no order.
struct Spread {
  static constexpr std::uint64_t kFewestWindows = 6;
  std::uint64_t windows = 0;
  std::uint64_t n = 0;   ///< Sum of events,
  std::uint64_t nn = 0;  ///< of their squares,
  std::uint64_t nx = 0;  ///< of events times odd ones,
  std::uint64_t xx = 0;  ///< and of the squares of odd ones.
  double largest = 0;    ///< Share in one window.

  void add(std::uint64_t events, std::uint64_t odd);
  bool known() const { return windows >= kFewestWindows; }
  /// Squared coefficient of variation of the rate between windows, beyond that of chance.
  double wander(double rate) const;
};

/// How often events of a model version are odd, in all and by client and segment, and how much that varies.
/// Counted over a baseline, out of integers.
class Norm {
 public:
  void count(const Counts& pane);
  void count_window(int length, const Counts& window);
  /// Whether windows of any length are known.
  bool ready() const;
  bool known(int length) const { return spreads_[static_cast<std::size_t>(length)][0].known(); }

  double events() const { return static_cast<double>(events_); }
  double rate(std::size_t level) const;
  double middle() const;  ///< Part of the events in the upper half.
  double largest(int length, std::size_t level) const;
  /// With what a baseline of so many odd events leaves open.
  double wander(int length, std::size_t level) const;

  /// What one bucket's rate of odd events is, and how sure that is.
  struct BucketRate {
    double rate = 0;
    double wander = 0;
  };
  BucketRate bucket(std::uint32_t at, int length) const;
  std::size_t clients() const { return Half(buckets_, Of::client).size(); }

  void encode(ByteWriter& out) const;
  bool decode(ByteReader& in);

 private:
  struct Known {
    std::uint64_t events = 0;
    std::uint64_t odd = 0;
  };
  double spread_of(int length, std::size_t level) const;
  double wander_of(Of of) const;

  std::uint64_t events_ = 0;
  std::uint64_t upper_ = 0;
  std::array<std::uint64_t, kLevels> odd_{};
  std::map<std::uint32_t, Known> buckets_;
  std::array<std::array<Spread, kLevels>, kLengths> spreads_{};
};

}  // namespace vedette::unusual
