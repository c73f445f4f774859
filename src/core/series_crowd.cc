#include "core/series_crowd.h"

#include <algorithm>
#include <numeric>

namespace vedette::series {
namespace {

constexpr std::uint64_t kPart = 5;  ///< A fifth of all keys.

}  // namespace

std::uint64_t Crowd::size() const {
  return std::accumulate(raised_.begin(), raised_.end(), std::uint64_t{0});
}

bool Crowd::step(std::uint64_t raised, std::uint64_t keys) {
  std::rotate(raised_.begin(), raised_.begin() + 1, raised_.end());
  raised_.back() = raised;
  if (size() >= std::max(kLeast, keys / kPart)) largest_ = std::max(largest_, size());
  return largest_ > 0;
}

bool Crowd::over(std::uint64_t open) {
  if (largest_ == 0) return false;
  largest_ = std::max(largest_, open);
  if (2 * open >= largest_ || size() > 0) return false;
  largest_ = 0;
  return true;
}

void Crowd::save(ByteWriter& out) const {
  for (const std::uint64_t n : raised_) out.u64(n);
  out.u64(largest_);
}

void Crowd::load(ByteReader& in) {
  for (std::uint64_t& n : raised_) n = in.u64();
  largest_ = in.u64();
}

}  // namespace vedette::series
