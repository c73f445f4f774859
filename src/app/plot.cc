#include <charconv>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>

#include "app/commands.h"
#include "app/csv_lines.h"
#include "app/score_folder.h"
#include "decode/time_text.h"
#include "formats/ocsf_reader.h"
#include "formats/series_plot.h"

namespace vedette {
namespace {

bool number(std::string_view text, double& value) {
  value = kUnknown;
  return text.empty() ||
         std::from_chars(text.data(), text.data() + text.size(), value).ptr == text.data() + text.size();
}

Status read_points(const std::string& path, SeriesPlot& plot) {
  TimeReader clock;
  return read_lines(path, true, [&](std::string_view line) {
    PlotPoint p;
    const auto cells = cells_of(line);
    bool sound = cells.size() == 8 && clock.parse(cells[0], p.time);
    std::size_t at = 1;
    for (double* value : {&p.value, &p.expected, &p.low, &p.high, &p.score, &p.onset, &p.incident})
      sound = sound && number(cells[at++], *value);
    if (!sound) return Status::reject("not a line of scores as `backtest --scores` writes it");
    plot.points.push_back(p);
    return Status{};
  });
}

/// Alerts of the series whose file is called so, from their evidence to their close.
Status read_alerts(const std::string& path, const std::string& series, SeriesPlot& plot) {
  std::map<std::string, std::size_t> open;
  return read_lines(path, false, [&](std::string_view line) {
    const Result<AlertLine> alert = read_ocsf(line);
    if (!alert.ok()) return alert.status();
    if (score_name(alert->entity, alert->subject) != series) return Status{};
    const auto known = open.find(alert->uid);
    if (known == open.end()) {
      open[alert->uid] = plot.alerts.size();
      plot.alerts.push_back({alert->start, alert->time, alert->message});
    } else {
      plot.alerts[known->second].to = alert->time;
    }
    return Status{};
  });
}

Status write(const std::string& path, const std::string& page) {
  if (path == "-") {
    std::cout << page;
    return std::cout.flush() ? Status{} : Status::stop("standard output cannot be written");
  }
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << page;
  return out.flush() ? Status{} : Status::stop(path + ": cannot be written");
}

}  // namespace

int plot_series(const PlotArguments& arguments) {
  SeriesPlot plot;
  plot.title = std::filesystem::path(arguments.scores).stem().string();
  Status status = read_points(arguments.scores, plot);
  if (status.ok() && !arguments.alerts.empty()) status = read_alerts(arguments.alerts, plot.title, plot);
  if (status.ok() && !arguments.labels.empty()) {
    auto labels = read_marks(arguments.labels);
    status = labels.status();
    if (labels.ok()) plot.labels = std::move(*labels);
  }
  if (status.ok()) status = write(arguments.output, series_page(plot));
  if (status.ok()) return 0;
  std::cerr << status.message() << '\n';
  return 1;
}

}  // namespace vedette
