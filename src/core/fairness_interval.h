#pragma once

namespace vedette::fairness {

/// Answers of one kind among `n`. Not whole where they were divided by a design effect.
struct Share {
  double hits = 0;
  double n = 0;
  double rate() const { return n > 0 ? hits / n : 0; }
  double variance() const;  ///< Of the rate, by chance alone; never 0.
  Share over(double effect) const { return {hits / effect, n / effect}; }
};

struct Interval {
  double low = 0;
  double high = 0;
};

/// Score interval of a rate (Wilson 1927); `z` is the normal deviate of its level, as below.
Interval wilson(const Share& share, double z);
/// Of how much the rate of `other` is above that of `one`: square-and-add of score intervals (Newcombe 1998).
Interval newcombe(const Share& one, const Share& other, double z);
/// Of the rate of `one` over that of `other`, on the scale of logarithms (Katz 1978), half a hit added to
/// each.
Interval katz(const Share& one, const Share& other, double z);
/// Of how much a difference has grown, from the intervals of both, again by square-and-add.
Interval growth(double before, const Interval& around_before, double now, const Interval& around_now);

}  // namespace vedette::fairness
