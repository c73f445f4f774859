#pragma once

#include "core/series_state.h"

namespace vedette::series {

/// Dispersion d of counts with mean m: variance m + d m m, at least Poisson's.
double dispersion(const Average& excess, const Average& expected_square);

/// Natural logarithm of the probability of a count as far out as `x` on its side of
/// `mean`, by the negative binomial law (Poisson where dispersion is 0). At least -700.
double log_tail(double x, double mean, double dispersion);

/// Natural logarithm of the probability of an amount of at least `x`, by the gamma law of
/// `mean` and squared coefficient of variation `spread`. At least -700.
double log_amount_tail(double x, double mean, double spread);

/// Natural logarithm of the probability of at least `hits` of `trials`, or at most so many
/// below their mean, by the binomial law of probability `p`. `design` >= 1: by how much more
/// they vary than independent trials; both are divided by it (Rao and Scott 1992).
double log_share_tail(double hits, double trials, double p, double design);

/// Natural logarithm of the probability of no event at all.
double log_silence(double mean, double dispersion);

/// The deviation in sigmas that a Gaussian would need to be as rare, about.
double sigmas_of(double log_tail);

}  // namespace vedette::series
