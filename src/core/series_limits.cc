#include "core/series_limits.h"

#include <algorithm>
#include <cmath>

namespace vedette::series {
namespace {

constexpr double kMostNovelty = .6;  ///< Few real incidents are more.
constexpr float kWeeksKept = 4;
/// Taken for granted of a series that has never gone far: excursions by another 20 %.
constexpr double kPriorLog = .2, kPriorWeight = 4;
/// Best limit of the onset on curves with labels, at the incident's least limit.
constexpr double kOnset = 1.65;
/// A share's smallest part that a factor can be of: from nothing to 1 % is a doubling.
constexpr double kShareFloor = .01;

}  // namespace

void Excursions::add(double log_change, double most, const Limits& limits) {
  const auto keep = 1 - 1 / (kWeeksKept * 7 * static_cast<float>(limits.day));
  count *= keep;
  logs *= keep;
  if (log_change < limits.log_change) return;
  count += 1;
  logs += static_cast<float>(std::min(log_change - limits.log_change, most));
}

double Excursions::log_tail(double log_change, std::uint32_t panes, const Limits& limits) const {
  const double seen = std::min<double>(panes, kWeeksKept * 7 * limits.day);
  const double mean = (logs + kPriorWeight * kPriorLog) / (count + kPriorWeight);
  return std::log((count + 1) / (seen + 1)) - (log_change - limits.log_change) / mean;
}

double factor_floor(SeriesLaw law, double excess) {
  if (law == SeriesLaw::share) return kShareFloor;
  return law == SeriesLaw::amount ? excess / 20 : 1;
}

Limits limits_for(const SeriesSettings& settings, const Common& common, SeriesLaw law, double per_week,
                  double series) {
  Limits limits;
  const double per_day = std::max(per_week / 7 / std::max(series, 1.0), 1e-12);
  const double panes = static_cast<double>(kDay.count()) / static_cast<double>(common.window.count());
  const bool level = law == SeriesLaw::level;
  limits.law = law;
  const double novelty = std::max(.23, .23 + std::log(.19 / per_day) / 3.2);
  limits.incident = std::min(novelty, kMostNovelty);
  if (level) limits.alone = novelty;
  limits.onset = settings.notices ? kOnset + limits.incident - .23 : 0;
  limits.log_alpha = std::log(std::min(per_day / panes, .01));
  limits.log_change = level ? std::log1p(kLeastSigmas) : std::log(settings.min_change);
  limits.share = level ? settings.min_change - 1 : 0;
  limits.excess = std::max(settings.min_excess, 1e-9);
  limits.warm_up = static_cast<std::uint32_t>(settings.warm_up);
  limits.silent_panes = static_cast<std::uint32_t>(settings.silent_panes);
  limits.calm_panes = static_cast<std::uint32_t>(settings.calm_panes);
  limits.day = static_cast<std::uint32_t>(panes);
  return limits;
}

}  // namespace vedette::series
