#include "core/baseline_diff.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <numeric>

namespace vedette {
namespace {

std::string short_number(double value) {
  char text[32];
  const int size = std::snprintf(text, sizeof text, "%.4g", value);
  return {text, static_cast<std::size_t>(size)};
}

std::string percent(double share) { return short_number(100 * share) + " %"; }

/// A cell that both columns have.
struct Cell {
  std::string name;
  double before = 0;
  double after = 0;
  double distance() const {
    const double apart = std::sqrt(std::max(after, 0.0)) - std::sqrt(std::max(before, 0.0));
    return 4 * apart * apart;
  }
};

double all_of(const BaselineColumn& column) {
  return std::accumulate(column.shares.begin(), column.shares.end(), 0.0);
}

/// Share of the column's numbers below `value`; with it, if they are `up_to` it.
double share_below(const BaselineColumn& column, double value, bool up_to) {
  double sum = 0;
  for (std::size_t bin = 0; bin < column.shares.size(); ++bin) {
    const double low = column.edges[bin];
    const double high = column.edges[bin + 1];
    if (high < value || (high == value && (up_to || low < high))) {
      sum += column.shares[bin];
    } else if (low < value && low < high) {
      sum += column.shares[bin] * (value - low) / (high - low);
    }
  }
  return sum;
}

/// The bins of the first baseline, as detectors compare with it; the outer ones have no end. Of a single
/// number: below, it, above.
std::vector<Cell> number_cells(const BaselineColumn& before, const BaselineColumn& after) {
  const auto cell = [&](std::string name, auto&& share) {
    return Cell{std::move(name), share(before), share(after)};
  };
  const std::vector<double>& edges = before.edges;
  const double first = edges.front();
  if (first == edges.back())
    return {cell("below " + short_number(first), [=](const auto& c) { return share_below(c, first, false); }),
            cell(short_number(first),
                 [=](const auto& c) { return share_below(c, first, true) - share_below(c, first, false); }),
            cell("above " + short_number(first),
                 [=](const auto& c) { return all_of(c) - share_below(c, first, true); })};
  std::vector<Cell> cells;
  for (std::size_t bin = 0; bin + 1 < edges.size(); ++bin) {
    const bool lowest = bin == 0;
    const bool highest = bin + 2 == edges.size();
    const double low = edges[bin];
    const double high = edges[bin + 1];
    std::string name = short_number(low) + " .. " + short_number(high);
    if (lowest) name = "below " + short_number(high);
    if (highest) name = short_number(low) + " and above";
    cells.push_back(cell(std::move(name), [=](const BaselineColumn& c) {
      return (highest ? all_of(c) : share_below(c, high, false)) - (lowest ? 0 : share_below(c, low, false));
    }));
  }
  return cells;
}

std::vector<Cell> value_cells(const BaselineColumn& before, const BaselineColumn& after) {
  std::map<std::string, Cell> cells;
  for (std::size_t i = 0; i < before.values.size(); ++i) cells[before.values[i]].before = before.shares[i];
  for (std::size_t i = 0; i < after.values.size(); ++i) cells[after.values[i]].after = after.shares[i];
  // What only one of them names is, in the other one, among the rest: it cannot be told apart.
  Cell rest{"(other values)", before.other, after.other};
  std::vector<Cell> result;
  for (auto& [value, cell] : cells) {
    const bool both = cell.before > 0 && cell.after > 0;
    if (both || (cell.before > 0 ? after.other : before.other) <= 0) {
      cell.name = '"' + value + '"';
      result.push_back(cell);
    } else {
      rest.before += cell.before;
      rest.after += cell.after;
    }
  }
  result.push_back(rest);
  return result;
}

/// Value below which half of the numbers are.
double median(const BaselineColumn& column) {
  double left = all_of(column) / 2;
  for (std::size_t bin = 0; bin < column.shares.size(); ++bin) {
    const double low = column.edges[bin];
    if (left <= column.shares[bin] && column.shares[bin] > 0)
      return low + (column.edges[bin + 1] - low) * left / column.shares[bin];
    left -= column.shares[bin];
  }
  return column.edges.back();
}

ColumnDifference compare(const BaselineColumn& before, const BaselineColumn& after, double noise) {
  ColumnDifference difference;
  difference.name = before.name;
  if (before.numeric != after.numeric) {
    difference.distance = 8;  // As if nothing were left of what was.
    difference.what = before.numeric ? "numbers became categories" : "categories became numbers";
    return difference;
  }
  std::vector<Cell> cells = before.numeric ? number_cells(before, after) : value_cells(before, after);
  if (before.numeric) cells.push_back({"(new values)", before.other, after.other});
  cells.push_back({"null", before.null, after.null});
  for (const Cell& cell : cells) difference.distance += cell.distance();
  const std::size_t bins = std::min(before.shares.size(), after.shares.size());
  difference.chance = static_cast<double>(std::max<std::size_t>(bins, 2) - 1) * noise;
  const auto most = std::max_element(
      cells.begin(), cells.end(), [](const Cell& a, const Cell& b) { return a.distance() < b.distance(); });
  difference.what = most->name + ": " + percent(most->before) + " -> " + percent(most->after);
  if (before.numeric)
    difference.what += ", median " + short_number(median(before)) + " -> " + short_number(median(after));
  return difference;
}

}  // namespace

std::vector<ColumnDifference> differences(const BaselineView& before, const BaselineView& after) {
  const double noise = 1 / std::max(before.events, 1.0) + 1 / std::max(after.events, 1.0);
  std::map<std::string, std::pair<const BaselineColumn*, const BaselineColumn*>> pairs;
  for (const BaselineColumn& column : before.columns) pairs[column.name].first = &column;
  for (const BaselineColumn& column : after.columns) pairs[column.name].second = &column;
  std::vector<ColumnDifference> all;
  for (const auto& [name, pair] : pairs) {
    const auto& [old, now] = pair;
    if (old != nullptr && now != nullptr)
      all.push_back(compare(*old, *now, noise));
    else
      all.push_back({name, old != nullptr, now != nullptr, 8, 0, old != nullptr ? "is gone" : "is new"});
  }
  std::stable_sort(all.begin(), all.end(), [](const ColumnDifference& a, const ColumnDifference& b) {
    return a.distance > b.distance;
  });
  return all;
}

}  // namespace vedette
