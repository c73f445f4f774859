#pragma once

#include <limits>
#include <string>
#include <vector>

#include "vedette/time.h"

namespace vedette {

/// One line of a series' scores; NaN: not known.
struct PlotPoint {
  Time time{};
  double value = std::numeric_limits<double>::quiet_NaN();
  double expected = value, low = value, high = value;
  double score = value, onset = value, incident = value;
};

/// A stretch of time with something to say about it.
struct PlotMark {
  Time from{};
  Time to{};
  std::string text;
};

/// A series against what was expected of it.
struct SeriesPlot {
  std::string title;
  std::vector<PlotPoint> points;  ///< In order of time.
  std::vector<PlotMark> alerts;   ///< From the first evidence to the close.
  std::vector<PlotMark> labels;   ///< What is known to have been wrong.
};

/// A page of HTML with two drawings (SVG): values with their expected band, and scores with the
/// alerts below. It needs nothing else, reads in light and dark, and shows the extremes of a long
/// series however little room they have.
std::string series_page(const SeriesPlot& plot);

}  // namespace vedette
