#include "core/series_law.h"

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>

namespace vedette::series {
namespace {

namespace policies = boost::math::policies;
using Quiet = policies::policy<
    policies::domain_error<policies::ignore_error>, policies::pole_error<policies::ignore_error>,
    policies::overflow_error<policies::ignore_error>, policies::underflow_error<policies::ignore_error>,
    policies::evaluation_error<policies::ignore_error>, policies::rounding_error<policies::ignore_error>,
    policies::promote_double<false>>;

constexpr double kLeastLog = -700;
constexpr double kPoisson = 1e-3;  ///< Less than this times its mean more variance is none.

constexpr double kFewEvents = 24;
constexpr double kManyExpected = 500;  ///< The chance of none is near underflow.
constexpr double kCancelled = 1e-5;    ///< What 1 - p leaves below this has lost digits.

double log_of(double p) { return p > 0 ? std::max(kLeastLog, std::log(std::min(p, 1.0))) : kLeastLog; }

/// P(X <= x) of few events, term by term: faster than the incomplete beta function, and as exact.
double sum_up_to(double x, double mean, double dispersion) {
  const bool poisson = dispersion * mean < kPoisson;
  const double r = poisson ? 0 : 1 / dispersion;
  const double q = poisson ? mean : mean / (r + mean);
  double term = std::exp(poisson ? -mean : -r * std::log1p(dispersion * mean));
  double sum = term;
  for (double k = 0; k < x; ++k) sum += term *= q * (poisson ? 1 : r + k) / (k + 1);
  return sum;
}

}  // namespace

double dispersion(const Average& excess, const Average& expected_square) {
  if (expected_square.mean <= 0) return 0;
  const double measured = std::max(0.0F, excess.mean) / expected_square.mean;
  // A few panes cannot rule bursts out.
  const double doubt = 20.0 / (20.0 + excess.n);
  return std::max(measured, doubt);
}

double log_tail(double x, double mean, double dispersion) {
  const double m = std::max(mean, 1e-6);
  const bool above = x > m;
  if (!above && x < 0) return kLeastLog;
  if (above && x < 1) return 0;
  if (x <= kFewEvents && m < kManyExpected && x == std::floor(x)) {
    const double p = above ? 1 - sum_up_to(x - 1, m, dispersion) : sum_up_to(x, m, dispersion);
    if (!above || p > kCancelled) return log_of(p);
  }
  if (dispersion * m < kPoisson) {
    // P(X >= x) = P(x, m), P(X <= x) = Q(x + 1, m).
    return log_of(above ? boost::math::gamma_p(x, m, Quiet()) : boost::math::gamma_q(x + 1, m, Quiet()));
  }
  const double r = 1 / dispersion;
  const double success = r / (r + m);
  return log_of(above ? boost::math::ibetac(r, x, success, Quiet())
                      : boost::math::ibeta(r, x + 1, success, Quiet()));
}

double log_amount_tail(double x, double mean, double spread) {
  if (x <= mean) return 0;
  const double shape = 1 / std::max(spread, 1e-4);
  return log_of(boost::math::gamma_q(shape, shape * x / std::max(mean, 1e-300), Quiet()));
}

double log_share_tail(double hits, double trials, double p, double design) {
  const double n = trials / design;
  const double k = std::min(hits, trials) / design;
  // P(X >= k) = I_p(k, n - k + 1), P(X <= k) = 1 - I_p(k + 1, n - k).
  if (hits > trials * p) return k > 0 ? log_of(boost::math::ibeta(k, n - k + 1, p, Quiet())) : 0;
  return n > k ? log_of(boost::math::ibetac(k + 1, n - k, p, Quiet())) : 0;
}

double log_silence(double mean, double dispersion) {
  const double m = std::max(mean, 0.0);
  return dispersion * m < 1e-6 ? -m : -std::log1p(dispersion * m) / dispersion;
}

double sigmas_of(double log_tail) {
  // Mills' ratio: ln(1 - Phi(u)) is about -u u / 2 - ln(2.5 u) far out.
  const double twice = std::max(0.0, -2 * log_tail - 1.386);
  return twice < 4 ? std::sqrt(twice) * 0.9 : std::sqrt(twice - std::log(twice));
}

}  // namespace vedette::series
