// What `vedette baseline` shows of a drift judge.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <tuple>

#include "core/drift_judge.h"

namespace vedette::drift {
namespace {

constexpr double kBarWidth = 30;
constexpr std::size_t kWordsShown = 10;

std::string number(double value) {
  char text[32];
  const int size = std::snprintf(text, sizeof text, "%.4g", value);
  return {text, static_cast<std::size_t>(size)};
}

std::string percent(double share) { return number(100 * share) + " %"; }

const char* rhythm_of(Season season) {
  return season == Season::flat ? "no rhythm" : season == Season::daily ? "daily rhythm" : "weekly rhythm";
}

/// Shares of a column's cells in the whole baseline.
Cells shares_of(const SeasonProfile& profile) {
  Cells sum = Cells::Zero();
  for (const Cells& slot : profile.slots) sum += slot;
  const double n = std::accumulate(profile.n.begin(), profile.n.end(), 0.0);
  return n > 0 ? Cells(sum / n) : sum;
}

/// `height` of the bar, as a part of the highest.
std::string bar_line(const std::string& name, double share, double height) {
  char text[64];
  const int size = std::snprintf(text, sizeof text, "  %8s  ", percent(share).c_str());
  const auto width = static_cast<std::size_t>(kBarWidth * std::clamp(height, 0.0, 1.0) + .5);
  std::string line = "  " + name;
  line.resize(std::max<std::size_t>(line.size(), 30), ' ');
  return line + std::string(text, static_cast<std::size_t>(size)) + std::string(width, '#');
}

/// The bins of a numeric column between its edges.
struct Histogram {
  const ColumnSpec& spec;
  const ColumnText& text;
  const Cells& shares;

  std::size_t bins() const { return spec.edges.size() + 1; }
  double share(std::size_t bin) const { return shares[static_cast<Eigen::Index>(bin) + 1]; }
  double edge(std::size_t at) const { return spec.origin + static_cast<double>(spec.edges[at]); }
  double centre(std::size_t bin) const { return bin < text.centre.size() ? text.centre[bin] : spec.origin; }
  std::string name(std::size_t bin) const {
    if (spec.edges.empty()) return "any number";
    if (bin == 0) return "below " + number(edge(0));
    if (bin == spec.edges.size()) return number(edge(bin - 1)) + " and above";
    return number(edge(bin - 1)) + " .. " + number(edge(bin));
  }
  /// Share per unit, since bins are about equally full. The outer bins are taken for twice as
  /// wide as their mean is from their edge.
  double density(std::size_t bin) const {
    if (spec.edges.empty()) return 1;
    const double outer = 2 * std::abs(centre(bin) - edge(bin == 0 ? 0 : spec.edges.size() - 1));
    const double width = bin == 0 || bin == spec.edges.size() ? outer : edge(bin) - edge(bin - 1);
    return width > 0 ? share(bin) / width : 0;
  }
  /// Between the edges of its bin; the outer bins have one edge only and answer their mean.
  double quantile(double part) const {
    double total = 0;
    for (std::size_t bin = 0; bin < bins(); ++bin) total += share(bin);
    double left = part * total;
    for (std::size_t bin = 0; bin < bins(); ++bin) {
      if (left > share(bin) && bin + 1 < bins()) {
        left -= share(bin);
        continue;
      }
      if (bin == 0 || bin + 1 == bins() || share(bin) <= 0) return centre(bin);
      return edge(bin - 1) + (edge(bin) - edge(bin - 1)) * left / share(bin);
    }
    return centre(0);
  }
};

void show_numbers(const Histogram& histogram, std::string& head, std::vector<std::string>& lines) {
  head += "; quantiles";
  for (const int part : {10, 25, 50, 75, 90})
    head +=
        (part == 10 ? " " : ", ") + std::to_string(part) + " %: " + number(histogram.quantile(part / 100.0));
  double highest = 1e-300;
  for (std::size_t bin = 0; bin < histogram.bins(); ++bin)
    highest = std::max(highest, histogram.density(bin));
  for (std::size_t bin = 0; bin < histogram.bins(); ++bin)
    lines.push_back(bar_line(histogram.name(bin), histogram.share(bin), histogram.density(bin) / highest));
}

void show_words(const ColumnText& text, const Cells& shares, std::string& head,
                std::vector<std::string>& lines) {
  const std::size_t known = std::min<std::size_t>(text.cells.size(), kOther);
  std::vector<std::size_t> order(known);
  std::iota(order.begin(), order.end(), 0);
  const auto share = [&shares](std::size_t cell) { return shares[static_cast<Eigen::Index>(cell)]; };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return share(a) > share(b); });
  double others = shares[kOther];
  const double most = std::max(known > 0 ? share(order[0]) : others, 1e-300);
  for (std::size_t i = 0; i < known; ++i) {
    if (i < kWordsShown)
      lines.push_back(bar_line(text.cells[order[i]], share(order[i]), share(order[i]) / most));
    else
      others += share(order[i]);
  }
  if (others > 0) lines.push_back(bar_line("(other values)", others, others / most));
  head += "; " + std::to_string(known) + (known == 1 ? " common value" : " common values");
}

void show_column(const ColumnSpec& spec, const ColumnText& text, const SeasonProfile& profile,
                 std::vector<std::string>& lines) {
  const Cells shares = shares_of(profile);
  std::string head = spec.name + ": " + (spec.numeric ? "numeric" : "categorical") + ", " +
                     rhythm_of(profile.season) + "; null " + percent(shares[kNull]) + ", new " +
                     percent(shares[kNew]);
  std::vector<std::string> bars;
  if (spec.numeric)
    show_numbers({spec, text, shares}, head, bars);
  else
    show_words(text, shares, head, bars);
  lines.push_back(std::move(head));
  lines.insert(lines.end(), bars.begin(), bars.end());
}

/// The outer bins end where they would if they were twice as wide as their mean is from their edge.
std::vector<double> edges_of(const Histogram& histogram) {
  const std::size_t inner = histogram.spec.edges.size();
  if (inner == 0) return {histogram.centre(0), histogram.centre(0)};
  const auto outer = [&histogram](double edge, std::size_t bin) {
    return edge + 2 * (histogram.centre(bin) - edge);
  };
  std::vector<double> edges{std::min(histogram.edge(0), outer(histogram.edge(0), 0))};
  for (std::size_t at = 0; at < inner; ++at) edges.push_back(histogram.edge(at));
  edges.push_back(std::max(edges.back(), outer(edges.back(), inner)));
  return edges;
}

BaselineColumn column_of(const ColumnSpec& spec, const ColumnText& text, const SeasonProfile& profile) {
  const Cells shares = shares_of(profile);
  const auto share = [&shares](std::size_t cell) { return shares[static_cast<Eigen::Index>(cell)]; };
  BaselineColumn column{spec.name, spec.numeric, {}, {}, {}, shares[kNew], shares[kNull]};
  if (!spec.numeric) {
    column.values.assign(
        text.cells.begin(),
        text.cells.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(text.cells.size(), kOther)));
    for (std::size_t cell = 0; cell < column.values.size(); ++cell) column.shares.push_back(share(cell));
    column.other += shares[kOther];
    return column;
  }
  const Histogram histogram{spec, text, shares};
  column.edges = edges_of(histogram);
  for (std::size_t bin = 0; bin < histogram.bins(); ++bin) column.shares.push_back(histogram.share(bin));
  column.shares.front() += shares[kFarBelow];
  column.shares.back() += shares[kFarAbove];
  return column;
}

void show_sample(const Sample& sample, std::vector<std::string>& lines) {
  for (const Sample::Column& column : sample.columns()) {
    std::string line = column.name + ": not yet divided into cells";
    if (column.least <= column.most) line += ", " + number(column.least) + " .. " + number(column.most);
    lines.push_back(std::move(line));
  }
}

}  // namespace

BaselineView ScopeJudge::view() const {
  constexpr const char* kStates[] = {"sampling", "learning", "learning", "watching"};
  BaselineView view;
  view.entity = entity_;
  view.state = kStates[static_cast<std::size_t>(stage_)];
  view.events = static_cast<double>(events_);
  if (stage_ == Stage::sampling) {
    if (first_ < last_) std::tie(view.from, view.to) = std::tie(first_, last_);
    show_sample(sample_, view.details);
    return view;
  }
  view.from = view.to = learn_start_;
  if (seen_ > learn_start_) view.to = seen_;
  const Binning& binning = fine_.profile.specs.empty() ? final_ : fine_;
  if (!watch_) {
    for (const ColumnSpec& spec : binning.profile.specs)
      view.details.push_back(spec.name + ": " + (spec.numeric ? "numeric" : "categorical") +
                             ", being counted");
    return view;
  }
  const BaselineModel& model = watch_->model();
  if (unsettled_ || model.span < kFullSpan) view.state = "provisional";
  if (waits_) view.state = "waiting";
  view.events = model.events;
  if (stands_in()) {
    view.state = "fallback";
    view.baseline_version = baseline_version_;
  } else {
    view.to = trail_.learned == kDawn ? watch_start_ : trail_.learned;
    view.from = view.to - model.span;
    if (held()) view.state = "held";
  }
  view.details.push_back("panes of " + to_text(model.pane) + ", windows of up to " +
                         to_text(model.pane * window_panes(std::max(0, model.levels - 1))) + ", " +
                         std::to_string(watch_->life().open_alerts()) + " open alerts");
  if (unsettled_)
    view.details.emplace_back("has not settled: its last quarter would be told as drift from the rest of it");
  if (trail_.walk) view.details.push_back(trail_.line(final_.profile.specs[trail_.walk->column].name));
  for (std::size_t column = 0; column < model.columns.size(); ++column) {
    const ColumnSpec& spec = final_.profile.specs[column];
    show_column(spec, final_.texts[column], model.columns[column].profile, view.details);
    view.columns.push_back(column_of(spec, final_.texts[column], model.columns[column].profile));
  }
  return view;
}

std::vector<BaselineView> DriftJudge::baselines() {
  std::vector<BaselineView> views;
  for (const auto& [key, entry] : scopes_) views.push_back(entry.scope->view());
  return views;
}

}  // namespace vedette::drift
