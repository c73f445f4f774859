#pragma once

#include <Eigen/Core>
#include <array>
#include <cstddef>
#include <vector>

namespace vedette::drift {

/// Cells of a judged column. Numeric: far below, 16 bins, far above, type, null.
/// Categorical: 16 values, other, (unused), new or type, null.
inline constexpr int kBins = 16;
inline constexpr int kOrdinary = 18;  ///< Cells before `new`.
inline constexpr int kJudged = 20;
inline constexpr int kFarBelow = 0;
inline constexpr int kFarAbove = 17;
inline constexpr int kOther = 16;  ///< Of a categorical column.
inline constexpr int kNew = 18;
inline constexpr int kNull = 19;

using Cells = Eigen::Array<double, kJudged, 1>;

/// How far observed counts are from expected shares: with x = 2 sqrt(share), the
/// squared distance `d`, and what noise alone would make of it.
struct Distance {
  double d = 0;
  double mc = 0.5;  ///< Cells that noise can move, less one.
  double a = 0;     ///< Noise per cell: 1/n + 1/n0.
  double m = 0;     ///< Mean of d without drift: mc * a.
  double effect() const { return d > m ? d - m : 0; }
};
Distance distance(const Cells& observed, const Cells& expected_share, double n, double n0);
/// The same with up to one event added to each cell on both sides: of cells with few events, empty ones above
/// all, the plain distance makes too much (an empty one where 5 are expected counts 20, not 6). The
/// excess over chance has nearly a normal tail, down to 2 events a cell.
Distance steady_distance(const Cells& observed, const Cells& expected_share, double n, double n0);

/// How cells are looked at: each for itself; ordinary ones of numbers in quarters, where noise is a fifth, so
/// that small shifts of few events show; ordinary ones as one, so that rare nulls and new values show.
enum class View : unsigned char { full, coarse, special };
inline constexpr std::array kAllViews{View::full, View::coarse, View::special};
inline constexpr std::size_t kViews = kAllViews.size();
constexpr std::size_t index_of(View view) { return static_cast<std::size_t>(view); }
Cells seen(View view, const Cells& cells, bool numeric);

/// What a window is measured against, for one column, view and level.
struct Limit {
  double z = 0;          ///< Normal deviate of the level's share of the budget.
  double allowance = 0;  ///< A squared: the baseline's own wander.
  double median_n = 0;   ///< Events of such a window in the baseline.
  double min_effect = 0.02;
  double kept = 1;  ///< Part of the margin that is asked for.
};

/// Standard error of sqrt(d) near the smallest effect, squared.
double noise(const Distance& distance, double min_effect);
/// M: how far sqrt(d) must be beyond sqrt(m).
double margin(const Distance& distance, const Limit& limit, double n);
/// > 1 fires: real at the budget's level, and at least the minimal effect at 95 %.
/// `scale` multiplies the margin.
double ratio(const Distance& distance, const Limit& limit, double n, double scale = 1);
/// Smallest effect that has a ratio above `ratio_limit`.
double firing_effect(const Distance& distance, const Limit& limit, double n, double ratio_limit);

/// Share of a part (a client, a segment) in a column's shift; shares of all parts add
/// up to the whole. Counts of the part: `observed`, `expected`; of all: `window`, `baseline`.
double shift_share(const Cells& observed, const Cells& expected, const Cells& window, const Cells& baseline);

}  // namespace vedette::drift
