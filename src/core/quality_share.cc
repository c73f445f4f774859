#include "core/quality_share.h"

#include <algorithm>
#include <cmath>

namespace vedette::quality {
namespace {

/// However steady blocks were, more of a wander than this cannot be ruled out.
constexpr double kMostPriorRows = 4000;
constexpr double kLeastPriorRows = 2;
constexpr double kMostLikeness = 0.5;
constexpr std::uint64_t kMostBlocks = std::uint64_t{1} << 40;

double log_choose(double n, double k) {
  return std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1);
}

double log_beta(double a, double b) { return std::lgamma(a) + std::lgamma(b) - std::lgamma(a + b); }

}  // namespace

double beta_binomial_tail(double a, double b, std::uint32_t count, std::uint32_t of) {
  if (count == 0) return 1;
  const double n = of;
  const double base = log_beta(a, b);
  double tail = 0;
  for (std::uint32_t x = count; x <= of; ++x)
    tail += std::exp(log_choose(n, x) + log_beta(a + x, b + n - x) - base);
  return std::clamp(tail, 1e-300, 1.0);
}

void Share::add(std::uint32_t count, std::uint32_t of) {
  if (of == 0) return;
  const std::uint32_t whole = of == kBlock ? count : (count * kBlock + of - 1) / of;
  ++blocks;
  sum += whole;
  squares += std::uint64_t{whole} * whole;
  most = std::max(most, whole);
}

void Share::fade() {
  blocks = (blocks + 1) / 2;
  sum = (sum + 1) / 2;
  squares = (squares + 1) / 2;
}

double Share::mean() const {
  return (static_cast<double>(sum) + 0.5) / (static_cast<double>(blocks) * kBlock + 1);
}

double Share::largest() const { return static_cast<double>(most) / kBlock; }

double Share::likeness() const {
  if (blocks < 2 || sum == 0) return 0;
  const double n = static_cast<double>(blocks);
  const double mean_count = static_cast<double>(sum) / n;
  const double p = std::min(mean_count / kBlock, 1.0);
  const double chance = kBlock * p * (1 - p);
  if (!(chance > 0)) return 0;
  const double variance = (static_cast<double>(squares) - mean_count * static_cast<double>(sum)) / (n - 1);
  // Few blocks may look more alike than they are.
  const double excess = (variance / chance - 1) * (1 + 2 / std::sqrt(n));
  return std::clamp(excess / (kBlock - 1), 0.0, kMostLikeness);
}

/// Rows of a baseline that would know as much about the next block: fewer if blocks differ.
double Share::prior_rows() const {
  const double whole = std::min(static_cast<double>(blocks) * kBlock + 1, kMostPriorRows);
  const double alike = likeness();
  return alike > 0 ? std::clamp(1 / alike - 1, kLeastPriorRows, whole) : whole;
}

double Share::tail(std::uint32_t count, std::uint32_t of) const {
  const double prior = prior_rows();
  const double a = std::max(mean() * prior, 1e-9);
  return beta_binomial_tail(a, std::max(prior - a, 1e-9), count, of);
}

void Share::encode(ByteWriter& out) const {
  out.u64(blocks);
  if (blocks == 0) return;
  out.u64(sum);
  out.u64(squares);
  out.u64(most);
}

bool Share::decode(ByteReader& in) {
  *this = {};
  blocks = in.u64();
  if (blocks > kMostBlocks) return false;
  if (blocks == 0) return in.ok();
  sum = in.u64();
  squares = in.u64();
  const std::uint64_t largest_count = in.u64();
  most = static_cast<std::uint32_t>(std::min<std::uint64_t>(largest_count, kBlock));
  return in.ok() && largest_count <= kBlock && sum <= blocks * kBlock && squares <= sum * kBlock;
}

}  // namespace vedette::quality
