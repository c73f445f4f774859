#include "core/drift_geometry.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vedette::drift {
namespace {

constexpr double kNormal95 = 1.645;
constexpr int kQuarters = 4;

/// Far values belong to the outer quarters.
Cells coarse_view(const Cells& cells) {
  Cells view = Cells::Zero();
  for (int quarter = 0; quarter < kQuarters; ++quarter)
    view[quarter] = cells.segment<kBins / kQuarters>(1 + quarter * (kBins / kQuarters)).sum();
  view[0] += cells[kFarBelow];
  view[kQuarters - 1] += cells[kFarAbove];
  view.tail<kJudged - kOrdinary>() = cells.tail<kJudged - kOrdinary>();
  return view;
}

Cells special_view(const Cells& cells, bool numeric) {
  Cells view = Cells::Zero();
  const int first = numeric ? 1 : 0;
  view[first] = cells.segment<kBins>(first).sum();
  if (numeric) view[kFarBelow] = cells[kFarBelow];
  view.tail<kJudged - kOrdinary>() = cells.tail<kJudged - kOrdinary>();
  view[numeric ? kFarAbove : kOther] = cells[numeric ? kFarAbove : kOther];
  return view;
}

}  // namespace

Distance distance(const Cells& observed, const Cells& expected_share, double n, double n0) {
  Distance result;
  if (n <= 0 || n0 <= 0) return result;
  result.d = 4 * ((observed / n).sqrt() - expected_share.sqrt()).square().sum();
  result.mc = std::max(0.5, (4 * n * expected_share).min(1.0).sum() - 1);
  result.a = 1 / n + 1 / n0;
  result.m = result.mc * result.a;
  return result;
}

Distance steady_distance(const Cells& observed, const Cells& expected_share, double n, double n0) {
  Distance result = distance(observed, expected_share, n, n0);
  if (n <= 0 || n0 <= 0) return result;
  const Cells added = expected_share.min(1 / n);
  result.d = 4 * ((observed / n + added).sqrt() - (expected_share + added).sqrt()).square().sum();
  return result;
}

Cells seen(View view, const Cells& cells, bool numeric) {
  if (view == View::special) return special_view(cells, numeric);
  return view == View::coarse && numeric ? coarse_view(cells) : cells;
}

double noise(const Distance& x, double min_effect) {
  return x.a * (x.m / 2 + min_effect) / (x.m + min_effect);
}

double margin(const Distance& x, const Limit& limit, double n) {
  const double g = std::max(1.0, limit.median_n / n);
  return limit.kept * std::sqrt(limit.z * limit.z * noise(x, limit.min_effect) + limit.allowance * g);
}

double ratio(const Distance& x, const Limit& limit, double n, double scale) {
  if (n <= 0 || x.a <= 0) return 0;
  const double needed = scale * margin(x, limit, n);
  if (!(needed < std::numeric_limits<double>::infinity())) return 0;
  const double real = (std::sqrt(x.d) - std::sqrt(x.m)) / needed;
  const double matters =
      (std::sqrt(x.d) - std::sqrt(x.m + limit.min_effect)) * limit.z / (kNormal95 * needed);
  return std::min(real, matters);
}

double firing_effect(const Distance& x, const Limit& limit, double n, double ratio_limit) {
  const double needed = ratio_limit * margin(x, limit, n);
  const double root =
      std::max(std::sqrt(x.m) + needed, std::sqrt(x.m + limit.min_effect) + kNormal95 * needed / limit.z);
  return root * root - x.m;
}

double shift_share(const Cells& observed, const Cells& expected, const Cells& window, const Cells& baseline) {
  const double n = window.sum();
  if (n <= 0 || baseline.sum() <= 0) return 0;
  const Cells q = window / n;
  const Cells p = baseline / baseline.sum();
  const Cells middle = (q + p) / 2;
  return (middle > 0).select((q - p) / middle.max(1e-300) * (observed - expected) / n, 0.0).sum();
}

}  // namespace vedette::drift
