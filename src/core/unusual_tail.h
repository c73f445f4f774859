#pragma once

#include <vector>

#include "vedette/bytes.h"

namespace vedette::unusual {

/// How surprising it is, in nats, that something of this probability mass came.
double surprise_of(double mass);

/// One side of a column of numbers: beyond `start` lies `mass` of the sampled ones, and from there on they
/// fall off as a generalised Pareto law, no faster than an exponential one.
struct Tail {
  double start = 0;
  double mass = 1;
  double scale = 0;  ///< 0: too few were there; all beyond is equally surprising.
  double shape = 0;

  /// `beyond`: how far past `start`, above 0.
  double surprise(double beyond) const;
  void encode(ByteWriter& out) const;
  bool decode(ByteReader& in);
};

/// Both sides.
struct Tails {
  Tail low;
  Tail high;

  double surprise(double number) const {
    if (number > high.start) return high.surprise(number - high.start);
    return number < low.start ? low.surprise(low.start - number) : 0;
  }
  void encode(ByteWriter& out) const;
  bool decode(ByteReader& in);
};
Tails fit_tails(std::vector<double> numbers);

}  // namespace vedette::unusual
