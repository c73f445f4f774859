#include "core/fairness_interval.h"

#include <algorithm>
#include <cmath>

namespace vedette::fairness {

double Share::variance() const {
  if (n <= 0) return 1;
  const double p = std::clamp(rate(), 0.5 / (n + 1), 1 - 0.5 / (n + 1));
  return p * (1 - p) / n;
}

Interval wilson(const Share& share, double z) {
  if (share.n <= 0) return {0, 1};
  const double p = share.rate();
  const double square = z * z / share.n;
  const double middle = (p + square / 2) / (1 + square);
  const double half = z * std::sqrt(p * (1 - p) / share.n + square / (4 * share.n)) / (1 + square);
  return {std::max(0.0, middle - half), std::min(1.0, middle + half)};
}

Interval newcombe(const Share& one, const Share& other, double z) {
  const Interval low = wilson(one, z);
  const Interval high = wilson(other, z);
  const double gap = other.rate() - one.rate();
  return {gap - std::hypot(other.rate() - high.low, low.high - one.rate()),
          gap + std::hypot(high.high - other.rate(), one.rate() - low.low)};
}

Interval katz(const Share& one, const Share& other, double z) {
  const double hits = one.hits + 0.5;
  const double other_hits = other.hits + 0.5;
  const double middle = std::log(hits / (one.n + 0.5)) - std::log(other_hits / (other.n + 0.5));
  const double variance = 1 / hits - 1 / (one.n + 0.5) + 1 / other_hits - 1 / (other.n + 0.5);
  const double half = z * std::sqrt(std::max(0.0, variance));
  return {std::exp(middle - half), std::exp(middle + half)};
}

Interval growth(double before, const Interval& around_before, double now, const Interval& around_now) {
  const double grown = now - before;
  return {grown - std::hypot(now - around_now.low, around_before.high - before),
          grown + std::hypot(around_now.high - now, before - around_before.low)};
}

}  // namespace vedette::fairness
