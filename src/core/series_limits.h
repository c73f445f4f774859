#pragma once

#include <cstdint>

#include "vedette/common.h"
#include "vedette/series.h"

namespace vedette::series {

/// What a series must exceed to alert, from settings and budget; see `limits_for`.
struct Limits {
  double incident = .23;   ///< Novelty.
  double alone = 1e9;      ///< Novelty that carries the budget without the tail; of levels.
  double log_alpha = -16;  ///< Natural logarithm of the chance per pane.
  /// Least change: logarithm of SeriesSettings::min_change; of levels, which may be 0 or
  /// below, logarithm of one plus the distance in standard deviations.
  double log_change = .69;
  double excess = 20;  ///< Least distance; of shares, in events.
  double share = 0;    ///< Of levels: least distance as a part of what was expected.
  double onset = 0;    ///< What the onset must exceed for a notice; 0: none are given.
  double demand = 1;   ///< The governor's: what the ratio must exceed.
  std::uint32_t warm_up = 60;
  std::uint32_t silent_panes = 5;
  std::uint32_t calm_panes = 10;
  std::uint32_t day = 1440;  ///< Panes.
  SeriesLaw law = SeriesLaw::count;
  bool drops = true;
};

/// Limits of one of `series` series that share a budget of `per_week` false alerts.
/// Null series gave .19, .16, .11 incidents a day at limits .23, .30, .40: an
/// exponential with slope 3.2, followed up to .6; beyond, the tail's probability,
/// Bonferroni over panes and series, carries the budget alone.
Limits limits_for(const SeriesSettings& settings, const Common& common, SeriesLaw law, double per_week,
                  double series);

/// What is added to both sides of a factor, so that zero has one too.
double factor_floor(SeriesLaw law, double excess);

/// Distance of a level that is worth an alert, in standard deviations.
inline constexpr double kLeastSigmas = 3;

/// How often and how far a series has gone beyond `log_change` on one side. Both forget
/// within weeks.
struct Excursions {
  float count = 0;
  float logs = 0;
  void add(double log_change, double most, const Limits& limits);
  /// Logarithm of the chance per pane of going so far, by a Pareto tail (Hill 1975).
  double log_tail(double log_change, std::uint32_t panes, const Limits& limits) const;
};

}  // namespace vedette::series
