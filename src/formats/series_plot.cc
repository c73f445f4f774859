#include "formats/series_plot.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>

#include "core/series_limits.h"
#include "formats/timestamp.h"

namespace vedette {
namespace {

constexpr int kWidth = 1200, kLeft = 80, kRight = 15, kColumns = kWidth - kLeft - kRight;
constexpr int kTop = 10, kValues = 320, kGap = 36, kScores = 110, kBottom = 30;
constexpr int kHeight = kTop + kValues + kGap + kScores + kBottom;
constexpr int kScoresTop = kTop + kValues + kGap;
constexpr int kTicks = 6;
/// A score is a logarithm, and few are more; the axis stops here, so that one such does not flatten all
/// others.
constexpr double kMostScore = 6;
constexpr double kLeastIncident = series::Limits{}.incident;
constexpr std::size_t kLongestText = 300;

constexpr const char* kHead =
    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
    "<meta name=\"viewport\" content=\"width=device-width\">"
    "<meta name=\"color-scheme\" content=\"light dark\">\n<style>\n"
    ":root{--ink:#1c2430;--page:#fff;--grid:#d9dee5;--band:#9cc3ee66;--expected:#3b7fc4;--alert:#d3302f;"
    "--label:#e8a80055;--score:#7a52c7}\n"
    "@media(prefers-color-scheme:dark){:root{--ink:#dfe5ee;--page:#12161c;--grid:#2c343f;--band:#3b6ea566;"
    "--expected:#79b4f2;--alert:#ff6b66;--label:#c7930055;--score:#b79cf5}}\n"
    "body{background:var(--page);color:var(--ink);font:14px system-ui,sans-serif;margin:1.5rem}"
    "svg{max-width:100%;height:auto}text{fill:var(--ink);font-size:12px}"
    ".grid{stroke:var(--grid)}.value{stroke:var(--ink);fill:none}.expected{stroke:var(--expected);fill:none}"
    ".band{fill:var(--band)}.score{stroke:var(--score);fill:none}.incident{stroke:var(--alert)}.alert{fill:"
    "var(--alert);fill-opacity:.18;"
    "stroke:var(--alert)}.label{fill:var(--label)}li{margin:.3rem 0}\n</style>\n";

std::string text(const char* format, double a, double b = 0, double c = 0, double d = 0) {
  char buffer[160];
  const int size = std::snprintf(buffer, sizeof buffer, format, a, b, c, d);
  return {buffer, static_cast<std::size_t>(std::clamp(size, 0, static_cast<int>(sizeof buffer) - 1))};
}

/// Nothing in it can end an element or an attribute.
std::string escaped(std::string_view raw) {
  std::string out;
  for (const char c : raw.substr(0, kLongestText)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return out;
}

/// All points that fall into one column of pixels.
struct Column {
  double least = INFINITY, most = -INFINITY;
  double low = INFINITY, high = -INFINITY;
  double expected = 0;
  int expectations = 0;
  double score = -INFINITY;
  double incident = 0;
  bool any() const { return least <= most; }
};

struct Range {
  double from = INFINITY, to = -INFINITY;
  void take(double x) {
    if (!std::isfinite(x)) return;
    from = std::min(from, x);
    to = std::max(to, x);
  }
  /// With some room; something even if it is empty.
  Range rounded() const {
    if (from > to) return {0, 1};
    const double room = std::max((to - from) * .05, std::max(std::abs(to), 1e-9) * 1e-3);
    return {from - room, to + room};
  }
};

/// From times and numbers to places on the page.
struct Frame {
  Time begin{}, end{};
  Range values, scores;

  double x(Time time) const {
    const auto span = static_cast<double>(std::max<std::int64_t>(1, (end - begin).count()));
    return kLeft + kColumns * static_cast<double>((time - begin).count()) / span;
  }
  std::size_t column(Time time) const {
    return static_cast<std::size_t>(std::clamp(x(time) - kLeft, 0.0, kColumns - 1.0));
  }
  double y(double value) const {
    const double part = (value - values.from) / (values.to - values.from);
    return kTop + kValues * (1 - std::clamp(part, 0.0, 1.0));
  }
  double score_y(double value) const {
    return kScoresTop + kScores * (1 - std::clamp(value / scores.to, 0.0, 1.0));
  }
};

std::vector<Column> columns_of(const SeriesPlot& plot, const Frame& frame) {
  std::vector<Column> columns(kColumns);
  for (const PlotPoint& p : plot.points) {
    Column& c = columns[frame.column(p.time)];
    if (std::isfinite(p.value)) {
      c.least = std::min(c.least, p.value);
      c.most = std::max(c.most, p.value);
    }
    if (std::isfinite(p.expected)) {
      c.expected += p.expected;
      ++c.expectations;
    }
    if (std::isfinite(p.low)) c.low = std::min(c.low, p.low);
    if (std::isfinite(p.high)) c.high = std::max(c.high, p.high);
    if (std::isfinite(p.score)) c.score = std::max(c.score, p.score);
    if (std::isfinite(p.incident)) c.incident = std::max(c.incident, p.incident);
  }
  return columns;
}

Frame frame_of(const SeriesPlot& plot) {
  Frame frame;
  if (!plot.points.empty()) {
    frame.begin = plot.points.front().time;
    frame.end = plot.points.back().time;
  }
  Range scores{0, 1};
  for (const PlotPoint& p : plot.points) {
    frame.values.take(p.value);
    frame.values.take(p.expected);
    scores.take(p.score);
  }
  frame.values = frame.values.rounded();
  frame.scores = {0, std::min(scores.to, kMostScore)};
  return frame;
}

/// A line through `at` of all columns that have one; it breaks where several are missing.
std::string line(const std::vector<Column>& columns, const char* name,
                 const std::function<bool(const Column&, std::string&, double)>& at) {
  constexpr std::size_t kBreak = 20;
  std::string path;
  std::size_t last = 0;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    std::string points;
    if (!at(columns[i], points, kLeft + static_cast<double>(i) + .5)) continue;
    path += (path.empty() || i - last > kBreak ? "M" : "L") + points;
    last = i;
  }
  return path.empty() ? path : "<path class=\"" + std::string(name) + "\" d=\"" + path + "\"/>\n";
}

std::string band(const std::vector<Column>& columns, const Frame& frame) {
  std::string there, back;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const Column& c = columns[i];
    if (c.low > c.high) continue;
    const double x = kLeft + static_cast<double>(i) + .5;
    there += text("%.1f,%.1f ", x, frame.y(c.high));
    back.insert(0, text("%.1f,%.1f ", x, frame.y(c.low)));
  }
  return there.empty() ? there : "<polygon class=\"band\" points=\"" + there + back + "\"/>\n";
}

/// Bars as high as each column's largest incident, where it is one; the whole height is 1.
std::string incidents(const std::vector<Column>& columns) {
  std::string path;
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (columns[i].incident >= kLeastIncident)
      path += text("M%.1f,%.0fv%.1f", kLeft + static_cast<double>(i) + .5, kScoresTop + kScores,
                   -kScores * std::min(columns[i].incident, 1.0));
  return path.empty() ? path : "<path class=\"incident\" d=\"" + path + "\"/>\n";
}

std::string marks(const std::vector<PlotMark>& list, const Frame& frame, const char* name) {
  std::string out;
  for (const PlotMark& mark : list) {
    if (mark.to < frame.begin || mark.from > frame.end) continue;
    const double from = frame.x(std::max(mark.from, frame.begin));
    const double to = std::max(from + 1, frame.x(std::min(mark.to, frame.end)));
    out += "<rect class=\"" + std::string(name) + "\"" +
           text(" x=\"%.1f\" width=\"%.1f\" y=\"%.0f\" height=\"%.0f\"><title>", from, to - from, kTop,
                kScoresTop + kScores - kTop) +
           escaped(rfc3339(mark.from) + " to " + rfc3339(mark.to) + ": " + mark.text) + "</title></rect>\n";
  }
  return out;
}

std::string axes(const Frame& frame) {
  std::string out;
  for (int i = 0; i <= kTicks; ++i) {
    const double part = static_cast<double>(i) / kTicks;
    const double value = frame.values.from + part * (frame.values.to - frame.values.from);
    const double y = frame.y(value);
    out += text("<line class=\"grid\" x1=\"%.0f\" x2=\"%.0f\" y1=\"%.1f\" y2=\"%.1f\"/>", kLeft,
                kLeft + kColumns, y, y);
    out += text("<text x=\"%.0f\" y=\"%.1f\" text-anchor=\"end\">%.4g</text>\n", kLeft - 6, y + 4, value);
    const Time at =
        frame.begin +
        Duration{static_cast<std::int64_t>(part * static_cast<double>((frame.end - frame.begin).count()))};
    const char* tick = i < kTicks ? "<text x=\"%.1f\" y=\"%.0f\" text-anchor=\"middle\">"
                                  : "<text x=\"%.1f\" y=\"%.0f\" text-anchor=\"end\">";
    out += text(tick, frame.x(at), kTop + kValues + 18) + rfc3339(at).substr(0, 16) + "</text>\n";
  }
  for (const double score : {0.0, frame.scores.to}) {
    const double y = frame.score_y(score);
    out += text("<line class=\"grid\" x1=\"%.0f\" x2=\"%.0f\" y1=\"%.1f\" y2=\"%.1f\"/>", kLeft,
                kLeft + kColumns, y, y);
    out += text("<text x=\"%.0f\" y=\"%.1f\" text-anchor=\"end\">%.3g</text>\n", kLeft - 6, y + 4, score);
  }
  return out + text("<text x=\"%.0f\" y=\"%.0f\">score</text>\n", kLeft, kHeight - 8);
}

}  // namespace

std::string series_page(const SeriesPlot& plot) {
  const Frame frame = frame_of(plot);
  const std::vector<Column> columns = columns_of(plot, frame);
  std::string page = kHead + ("<title>" + escaped(plot.title) + "</title></head><body>\n<h1>" +
                              escaped(plot.title) + "</h1>\n");
  page += text("<svg viewBox=\"0 0 %.0f %.0f\" role=\"img\">\n", kWidth, kHeight);
  page += marks(plot.labels, frame, "label") + axes(frame) + band(columns, frame);
  page += line(columns, "expected", [&](const Column& c, std::string& points, double x) {
    if (c.expectations == 0) return false;
    points = text("%.1f,%.1f", x, frame.y(c.expected / c.expectations));
    return true;
  });
  page += line(columns, "value", [&](const Column& c, std::string& points, double x) {
    if (!c.any()) return false;
    points = text("%.1f,%.1fL%.1f,%.1f", x, frame.y(c.least), x, frame.y(c.most));
    return true;
  });
  page += incidents(columns) + line(columns, "score", [&](const Column& c, std::string& points, double x) {
            if (c.score < 0) return false;
            points = text("%.1f,%.1f", x, frame.score_y(c.score));
            return true;
          });
  page += marks(plot.alerts, frame, "alert") +
          "</svg>\n<p>Line: value; blue: expected, with its band; red: alerts;" +
          " yellow: labels. Below, purple: score; red: incident, the whole height is 1. Times are "
          "UTC.</p>\n<ol>\n";
  for (const PlotMark& alert : plot.alerts)
    page += "<li>" + escaped(rfc3339(alert.from) + ": " + alert.text) + "</li>\n";
  return page + "</ol></body></html>\n";
}

}  // namespace vedette
