#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace vedette {

/// Fixed bins for durations and sizes of unknown scale: 8 linear parts of each octave from
/// 2^-4 to 2^22, so that counts merge exactly by addition and a value is known to 6 %.
/// After the HDR histogram (Tene 2012) and DDSketch (Masson et al. 2019), which has even
/// relative widths and needs a logarithm for each value. Pure functions.
class LogHistogram {
 public:
  static constexpr std::size_t kBins = 208;

  /// Bin of a value; what is too small, too large or not a number is in the first or last.
  static std::size_t bin(double value);
  /// Value below which the part `q` of all counts lies, linear within its bin; NaN where there
  /// are none. `bins` may be shorter than kBins.
  static double quantile(std::span<const std::uint32_t> bins, double q);
};

}  // namespace vedette
