#include "core/unusual_tail.h"

#include <algorithm>
#include <cmath>

namespace vedette::unusual {
namespace {

constexpr double kTailMass = 0.1;
constexpr std::size_t kFewest = 10;  ///< Numbers of a tail, for its law.
/// Heavier ones have no mean; a few huge numbers must not make all others ordinary.
constexpr double kHeaviest = 0.9;
constexpr double kExponential = 1e-6;

/// Hosking, Wallis (1987): probability-weighted moments. `excesses` ascend.
void fit_law(const std::vector<double>& excesses, Tail& tail) {
  if (excesses.size() < kFewest) return;
  const auto n = static_cast<double>(excesses.size());
  double mean = 0;
  double weighted = 0;
  for (std::size_t i = 0; i < excesses.size(); ++i) {
    mean += excesses[i] / n;
    weighted += (1 - (static_cast<double>(i) + 0.65) / n) * excesses[i] / n;
  }
  const double spread = mean - 2 * weighted;
  if (!(mean > 0) || !std::isfinite(mean)) return;
  tail.shape = spread > 0 ? std::clamp(2 - mean / spread, 0.0, kHeaviest) : kHeaviest;
  tail.scale = mean * (1 - tail.shape);
}

Tail fit_side(const std::vector<double>& ascending, double sign) {
  Tail tail;
  const std::size_t n = ascending.size();
  const std::size_t at = static_cast<std::size_t>((1 - kTailMass) * static_cast<double>(n - 1));
  tail.start = ascending[at];
  std::vector<double> excesses;
  for (std::size_t i = at; i < n; ++i)
    if (ascending[i] > tail.start) excesses.push_back(ascending[i] - tail.start);
  tail.mass = (static_cast<double>(excesses.size()) + 0.5) / (static_cast<double>(n) + 1);
  fit_law(excesses, tail);
  tail.start *= sign;
  return tail;
}

bool sound(double number) { return std::isfinite(number); }

}  // namespace

double surprise_of(double mass) { return -std::log(std::clamp(mass, 1e-300, 1.0)); }

double Tail::surprise(double beyond) const {
  const double least = surprise_of(mass);
  if (!(scale > 0)) return least;
  const double far = beyond / scale;
  return least + (shape > kExponential ? std::log1p(shape * far) / shape : far);
}

void Tail::encode(ByteWriter& out) const {
  for (const double number : {start, mass, scale, shape}) out.f64(number);
}

bool Tail::decode(ByteReader& in) {
  for (double* const number : {&start, &mass, &scale, &shape}) *number = in.f64();
  return in.ok() && sound(start) && mass > 0 && mass <= 1 && sound(scale) && scale >= 0 && shape >= 0 &&
         shape <= 1;
}

void Tails::encode(ByteWriter& out) const {
  low.encode(out);
  high.encode(out);
}

bool Tails::decode(ByteReader& in) { return low.decode(in) && high.decode(in); }

Tails fit_tails(std::vector<double> numbers) {
  Tails tails;
  if (numbers.empty()) return tails;
  std::sort(numbers.begin(), numbers.end());
  tails.high = fit_side(numbers, 1);
  for (double& number : numbers) number = -number;
  std::reverse(numbers.begin(), numbers.end());
  tails.low = fit_side(numbers, -1);
  return tails;
}

}  // namespace vedette::unusual
