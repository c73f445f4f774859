#include "real_rows.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <random>
#include <sstream>

namespace vedette::bench {
namespace {

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream in(line);
  for (std::string cell; std::getline(in, cell, ',');) cells.push_back(cell);
  return cells;
}

/// False: a cell is no number, or the last one is neither 0 nor 1.
bool add_row(const std::vector<std::string>& cells, RealTable& table) {
  std::vector<double> row;
  for (const std::string& cell : cells) {
    double number = 0;
    const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), number);
    if (error != std::errc() || end != cell.data() + cell.size() || !std::isfinite(number)) return false;
    row.push_back(number);
  }
  if (row.size() != table.columns.size() + 1 || (row.back() != 0 && row.back() != 1)) return false;
  table.truths.push_back(row.back() == 1);
  row.pop_back();
  table.rows.push_back(std::move(row));
  return true;
}

/// Mean and deviation of a column, and how far its means of the two classes are apart.
struct Column {
  double mean = 0;
  double deviation = 1;
  double apart = 0;
};

Column column_of(const RealTable& table, std::size_t at) {
  const auto count = static_cast<double>(table.rows.size());
  double sum = 0;
  double squares = 0;
  double of_class[2] = {};
  double size[2] = {};
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const double value = table.rows[i][at];
    sum += value;
    squares += value * value;
    of_class[table.truths[i] ? 1 : 0] += value;
    ++size[table.truths[i] ? 1 : 0];
  }
  Column column;
  column.mean = sum / count;
  column.deviation = std::sqrt(std::max(squares / count - column.mean * column.mean, 1e-12));
  column.apart =
      (of_class[1] / std::max(size[1], 1.0) - of_class[0] / std::max(size[0], 1.0)) / column.deviation;
  return column;
}

class Shuffled final : public NullRows {
 public:
  Shuffled(const RealTable& table, std::uint64_t seed)
      : table_(table), random_(seed), order_(table.rows.size()) {
    for (std::size_t at = 0; at < table.columns.size(); ++at) columns_.push_back(column_of(table, at));
    const double ones = static_cast<double>(std::count(table.truths.begin(), table.truths.end(), true)) /
                        static_cast<double>(table.truths.size());
    bias_ = std::log((ones + 1e-3) / (1 - ones + 1e-3));
    std::iota(order_.begin(), order_.end(), std::size_t{0});
  }

  std::vector<std::string> names() const override {
    std::vector<std::string> names = table_.columns;
    names.emplace_back("embedding");
    return names;
  }

  NullRow next(std::size_t /*client*/, const Shift& /*shift*/, BatchTexts& texts) override {
    if (at_ == 0) std::shuffle(order_.begin(), order_.end(), random_);
    const std::size_t index = order_[at_];
    at_ = (at_ + 1) % order_.size();
    NullRow row;
    double logit = bias_;
    std::vector<float> numbers;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const double value = table_.rows[index][i];
      const double z = (value - columns_[i].mean) / columns_[i].deviation;
      logit += columns_[i].apart * z;
      row.features.emplace_back(value);
      numbers.push_back(static_cast<float>(z));
    }
    row.features.push_back(texts.vector(std::move(numbers)));
    row.yes = 1 / (1 + std::exp(-logit));
    row.truth = table_.truths[index];
    return row;
  }

 private:
  const RealTable& table_;
  std::mt19937_64 random_;
  std::vector<std::size_t> order_;
  std::size_t at_ = 0;
  std::vector<Column> columns_;
  double bias_ = 0;
};

}  // namespace

Result<RealTable> read_table(const std::string& path) {
  std::ifstream in(path);
  RealTable table;
  table.name = std::filesystem::path(path).stem().string();
  std::string line;
  if (!std::getline(in, line)) return Status::reject(path + ": cannot be read");
  table.columns = cells_of(line);
  if (table.columns.size() < 2) return Status::reject(path + ": needs two columns at least");
  table.columns.pop_back();
  while (std::getline(in, line))
    if (!add_row(cells_of(line), table))
      return Status::reject(path + ": row " + std::to_string(table.rows.size() + 2) +
                            " is not of numbers and a truth of 0 or 1");
  if (table.rows.empty()) return Status::reject(path + ": has no rows");
  return table;
}

std::unique_ptr<NullRows> shuffled_rows(const RealTable& table, std::uint64_t seed) {
  return std::make_unique<Shuffled>(table, seed);
}

}  // namespace vedette::bench
