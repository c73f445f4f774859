#include "core/unusual_norm.h"

#include <algorithm>
#include <boost/math/policies/policy.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <cmath>

namespace vedette::unusual {
namespace {

using namespace boost::math::policies;
// Boost.Math throws by default; ours answers infinity instead.
using Quiet = policy<domain_error<ignore_error>, pole_error<ignore_error>, overflow_error<ignore_error>,
                     evaluation_error<ignore_error>>;

/// However steady a baseline was, more of a wander than this cannot be ruled out.
constexpr double kLeastWander = 0.05;
constexpr double kMostWander = 10;
/// Clients and segments differ, also where too few are known to show it.
constexpr double kLeastBucketWander = 0.5;
constexpr double kLeastTail = 1e-300;
constexpr std::uint64_t kMostCount = std::uint64_t{1} << 40;

/// Squared coefficient of variation of rates around `rate`, from sums over windows or clients.
double wander_of(const Spread& sums, double rate) {
  const double expected = rate * static_cast<double>(sums.n);
  const double squares = rate * rate * static_cast<double>(sums.nn);
  if (!(squares > 0)) return 0;
  const double variance = static_cast<double>(sums.xx) - 2 * rate * static_cast<double>(sums.nx) + squares;
  // Few windows may look more alike than they are.
  const double margin = 1 + 2 / std::sqrt(static_cast<double>(std::max<std::uint64_t>(1, sums.windows)));
  return std::clamp((variance - expected) / squares * margin, 0.0, kMostWander);
}

void encode(const Spread& spread, ByteWriter& out) {
  out.u64(spread.windows);
  for (const std::uint64_t sum : {spread.n, spread.nn, spread.nx, spread.xx}) out.u64(sum);
  out.f64(spread.largest);
}

bool decode(ByteReader& in, Spread& spread) {
  spread.windows = in.u64();
  for (std::uint64_t* const sum : {&spread.n, &spread.nn, &spread.nx, &spread.xx}) *sum = in.u64();
  spread.largest = in.f64();
  return in.ok() && spread.windows <= kMostCount && spread.largest >= 0 && spread.largest <= 1;
}

}  // namespace

double count_tail(double count, double mean, double wander) {
  if (!(count > 0)) return 1;
  if (!(mean > 0)) return kLeastTail;
  const double shape = 1 / std::max(wander, 1e-6);
  return std::clamp(boost::math::ibeta(count, shape, mean / (shape + mean), Quiet()), kLeastTail, 1.0);
}

double binomial_tail(double count, double of, double part) {
  if (!(count > 0) || part >= 1) return 1;
  if (!(part > 0)) return kLeastTail;
  return std::clamp(boost::math::ibeta(count, of - count + 1, part, Quiet()), kLeastTail, 1.0);
}

void Spread::add(std::uint64_t events, std::uint64_t odd) {
  ++windows;
  n += events;
  nn += events * events;
  nx += events * odd;
  xx += odd * odd;
  largest = std::max(largest, static_cast<double>(odd) / static_cast<double>(events));
}

double Spread::wander(double rate) const { return wander_of(*this, rate); }

void Norm::count(const Counts& pane) {
  events_ += pane.events;
  upper_ += pane.upper;
  for (std::size_t level = 0; level < kLevels; ++level) odd_[level] += pane.odd[level];
  for (const auto& [at, bucket] : pane.buckets) {
    Known& known = buckets_[at];
    known.events += bucket.events;
    known.odd += bucket.odd;
  }
}

void Norm::count_window(int length, const Counts& window) {
  if (static_cast<double>(window.events) < kLeastEvents) return;
  auto& spreads = spreads_[static_cast<std::size_t>(length)];
  for (std::size_t level = 0; level < kLevels; ++level) spreads[level].add(window.events, window.odd[level]);
}

bool Norm::ready() const {
  return std::any_of(spreads_.begin(), spreads_.end(),
                     [](const auto& spreads) { return spreads[0].known(); });
}

double Norm::rate(std::size_t level) const {
  const double counted = (static_cast<double>(odd_[level]) + 0.5) / (events() + 1);
  return std::max(counted, kTailLevels[level]);
}

double Norm::middle() const { return (static_cast<double>(upper_) + 0.5) / (events() + 1); }

double Norm::largest(int length, std::size_t level) const {
  return spreads_[static_cast<std::size_t>(length)][level].largest;
}

/// Rarer events wander at least as much as commoner ones, which show it sooner.
double Norm::spread_of(int length, std::size_t level) const {
  double most = kLeastWander;
  for (std::size_t at = 0; at <= level; ++at)
    most = std::max(most, spreads_[static_cast<std::size_t>(length)][at].wander(rate(at)));
  return most;
}

double Norm::wander(int length, std::size_t level) const {
  return spread_of(length, level) + 1 / (static_cast<double>(odd_[level]) + 0.5);
}

double Norm::wander_of(Of of) const {
  Spread sums;
  for (const auto& [at, known] : Half(buckets_, of))
    if (known.events > 0) sums.add(known.events, known.odd);
  return std::max(kLeastBucketWander, sums.wander(rate(kBucketLevel)));
}

Norm::BucketRate Norm::bucket(std::uint32_t at, int length) const {
  const double all = rate(kBucketLevel);
  const double prior = 1 / wander_of(at < kBucketsOfHalf ? Of::client : Of::segment);
  const auto found = buckets_.find(at);
  const double odd = found == buckets_.end() ? 0 : static_cast<double>(found->second.odd);
  const double events = found == buckets_.end() ? 0 : static_cast<double>(found->second.events);
  const double shape = prior + odd;
  return {shape / (prior / all + events), 1 / shape + spread_of(length, kBucketLevel)};
}

void Norm::encode(ByteWriter& out) const {
  out.u64(events_);
  out.u64(upper_);
  for (const std::uint64_t odd : odd_) out.u64(odd);
  out.u64(buckets_.size());
  for (const auto& [at, known] : buckets_) {
    out.u64(at);
    out.u64(known.events);
    out.u64(known.odd);
  }
  for (const auto& spreads : spreads_)
    for (const Spread& spread : spreads) unusual::encode(spread, out);
}

bool Norm::decode(ByteReader& in) {
  events_ = in.u64();
  upper_ = in.u64();
  bool sound = events_ <= kMostCount && upper_ <= events_;
  for (std::uint64_t& odd : odd_) {
    odd = in.u64();
    sound = sound && odd <= events_;
  }
  const std::size_t buckets = in.count(3);
  if (!sound || buckets > kBuckets) return false;
  for (std::size_t i = 0; i < buckets; ++i) {
    const std::uint64_t at = in.u64();
    if (at >= kBuckets) return false;
    Known& known = buckets_[static_cast<std::uint32_t>(at)];
    known.events = in.u64();
    known.odd = in.u64();
  }
  for (auto& spreads : spreads_)
    for (Spread& spread : spreads) sound = unusual::decode(in, spread) && sound;
  return in.ok() && sound;
}

}  // namespace vedette::unusual
