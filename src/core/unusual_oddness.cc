#include "core/unusual_oddness.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <tuple>

#include "vedette/drift.h"

namespace vedette::unusual {
namespace {

using quality::Row;

constexpr std::uint64_t kVersion = 1;
constexpr double kFewestOfField = 0.01;  ///< Of the rows, for a field to be looked at.
constexpr double kTailMass = 0.05;
/// Of an exponential tail in nats 1 is what a perfect fit has.
constexpr double kLeastScale = 0.25;
constexpr double kMostScale = 4;
constexpr double kLeastTail = 1e-15;
constexpr std::string_view kJoint = "joint";

const Cell kAbsent{0, 0, Form::absent};

bool earlier(const Row* a, const Row* b) { return std::tie(a->time, a->rank) < std::tie(b->time, b->rank); }

/// What a column is called among the relations; empty: it is no part of them.
std::string relation_name(const ColumnNorm& column) {
  const std::string& text = column.text();
  if (text.empty() || column.trends()) return {};
  const auto section = static_cast<Section>(text.front() - '0');
  if (section == Section::feature) return text.substr(1);
  return section == Section::output ? text.substr(1) + std::string(kOutcome) : std::string{};
}

}  // namespace

double Calibration::tail(double surprise) const {
  if (surprise <= start) return 1;
  return std::max(kLeastTail, mass * std::exp(-(surprise - start) / scale));
}

std::array<double, kLevels> Calibration::thresholds() const {
  std::array<double, kLevels> result{};
  for (std::size_t level = 0; level < kLevels; ++level)
    result[level] = start + std::max(0.0, scale * std::log(mass / kTailLevels[level]));
  return result;
}

Calibration calibrate(std::vector<double> surprises) {
  Calibration result;
  if (surprises.empty()) return result;
  std::sort(surprises.begin(), surprises.end());
  const auto at = [&](double part) {
    return surprises[static_cast<std::size_t>(part * static_cast<double>(surprises.size() - 1))];
  };
  result.middle = at(0.5);
  result.start = at(1 - kTailMass);
  double beyond = 0;
  double excess = 0;
  for (const double surprise : surprises) {
    if (surprise <= result.start) continue;
    ++beyond;
    excess += surprise - result.start;
  }
  result.mass = (beyond + 0.5) / (static_cast<double>(surprises.size()) + 1);
  result.scale = std::clamp(beyond > 0 ? excess / beyond : 1.0, kLeastScale, kMostScale);
  return result;
}

std::optional<Oddness> Oddness::fit(const quality::Sample& sample) {
  std::vector<const Row*> fitted;
  std::vector<const Row*> held_out;
  for (const auto& [rank, row] : sample.rows()) (rank % 2 == 0 ? fitted : held_out).push_back(&row);
  if (sample.rows().size() < kFewestRows || std::min(fitted.size(), held_out.size()) < kFewestRows / 4)
    return std::nullopt;
  std::sort(fitted.begin(), fitted.end(), earlier);
  Oddness result;
  result.rows_ = static_cast<double>(sample.rows().size());
  result.fit_columns(fitted, sample);
  if (result.columns_.empty()) return std::nullopt;
  result.fit_relations(fitted);
  Scratch scratch;
  std::vector<double> surprises;
  for (const Row* row : held_out) surprises.push_back(result.score(result.cells_of(*row), scratch).surprise);
  result.calibration_ = calibrate(std::move(surprises));
  result.id_ = hash_of(result.encode());
  return result;
}

void Oddness::fit_columns(const std::vector<const Row*>& rows, const quality::Sample& sample) {
  std::map<NameHash, std::size_t> counts;
  for (const Row* row : rows)
    for (const Cell& cell : row->cells) ++counts[cell.field];
  for (const auto& [field, count] : counts) {
    const auto text = sample.texts().find(field);
    const bool some = static_cast<double>(count) >= kFewestOfField * static_cast<double>(rows.size());
    if (!some || text == sample.texts().end() || columns_.size() >= quality::kMostFields) continue;
    std::vector<Cell> cells;
    for (const Row* row : rows) {
      const auto found = std::lower_bound(row->cells.begin(), row->cells.end(), field,
                                          [](const Cell& cell, NameHash hash) { return cell.field < hash; });
      cells.push_back(found != row->cells.end() && found->field == field ? *found : kAbsent);
    }
    columns_.push_back(ColumnNorm::fit(field, text->second, cells));
  }
}

drift::Sample Oddness::numbers_of(const std::vector<const Row*>& rows) const {
  std::vector<std::pair<std::string, std::size_t>> named;
  for (std::size_t column = 0; column < columns_.size(); ++column)
    if (std::string name = relation_name(columns_[column]); !name.empty())
      named.emplace_back(std::move(name), column);
  std::sort(named.begin(), named.end());
  named.resize(std::min(named.size(), kMostInputs));
  drift::Sample sample(rows.size());
  for (const auto& [name, column] : named) sample.column(name);
  for (const Row* row : rows) {
    const std::vector<Cell> cells = cells_of(*row);
    drift::Sample::Row numbers;
    for (const auto& [name, column] : named) {
      const Cell& cell = cells[column];
      // What is no number makes a column one of categories.
      if (cell.form == Form::number)
        numbers.emplace_back(number_of(cell));
      else
        numbers.push_back(cell.form <= Form::null ? Value::null() : Value::boolean(true));
    }
    sample.add(row->rank, std::move(numbers));
  }
  return sample;
}

void Oddness::fit_relations(const std::vector<const Row*>& rows) {
  const drift::Sample sample = numbers_of(rows);
  relations_ = drift::Projection::fit(sample, Projects::relations);
  if (relations_.empty()) return;
  bind_inputs();
  const drift::Sample projected = relations_.project(sample);
  for (std::size_t column = 0; column < relations_.columns().size(); ++column) {
    std::vector<double> numbers;
    for (const auto& [rank, row] : projected.rows())
      if (row[column].is_number()) numbers.push_back(row[column].number());
    Tails& tails = related_.emplace_back(fit_tails(std::move(numbers)));
    // An event in the very middle of all is nothing to look at.
    if (relations_.columns()[column] == kJoint) tails.low.start = std::numeric_limits<double>::lowest();
  }
}

void Oddness::bind_inputs() {
  inputs_.clear();
  std::map<std::string, std::size_t> places;
  for (std::size_t column = 0; column < columns_.size(); ++column)
    if (std::string name = relation_name(columns_[column]); !name.empty())
      places.emplace(std::move(name), column);
  for (const std::string& input : relations_.inputs()) {
    const auto found = places.find(input);
    inputs_.push_back(found == places.end() ? columns_.size() : found->second);
  }
}

std::vector<Cell> Oddness::cells_of(const Row& row) const {
  std::vector<Cell> cells(columns_.size(), kAbsent);
  auto cell = row.cells.begin();
  for (std::size_t column = 0; column < columns_.size(); ++column) {
    while (cell != row.cells.end() && cell->field < columns_[column].field()) ++cell;
    if (cell != row.cells.end() && cell->field == columns_[column].field()) cells[column] = *cell;
  }
  return cells;
}

std::string Oddness::name_of(std::size_t part) const {
  if (part >= columns_.size()) return relations_.columns()[part - columns_.size()];
  const std::string& text = columns_[part].text();
  return text.empty() ? text : text.substr(1);
}

template <class Each>
void Oddness::each_part(std::span<const Cell> cells, Scratch& scratch, const Each& each) const {
  for (std::size_t column = 0; column < columns_.size(); ++column)
    each(column, columns_[column].surprise(cells[column]));
  if (related_.empty()) return;
  scratch.inputs.resize(inputs_.size());
  scratch.related.resize(related_.size());
  for (std::size_t input = 0; input < inputs_.size(); ++input) {
    const bool known = inputs_[input] < cells.size() && cells[inputs_[input]].form == Form::number;
    scratch.inputs[input] = known ? number_of(cells[inputs_[input]]) : kUnknown;
  }
  relations_.project(scratch.inputs, scratch.related);
  for (std::size_t i = 0; i < related_.size(); ++i)
    each(columns_.size() + i, std::isnan(scratch.related[i]) ? 0 : related_[i].surprise(scratch.related[i]));
}

Odd Oddness::score(std::span<const Cell> cells, Scratch& scratch) const {
  Odd odd;
  each_part(cells, scratch, [&odd](std::size_t part, double surprise) {
    if (surprise > odd.surprise) odd = {surprise, static_cast<std::uint32_t>(part)};
  });
  return odd;
}

void Oddness::surprises(std::span<const Cell> cells, Scratch& scratch, std::vector<double>& out) const {
  out.assign(parts(), 0);
  each_part(cells, scratch, [&out](std::size_t part, double surprise) { out[part] = surprise; });
}

std::string Oddness::encode() const {
  std::string bytes;
  ByteWriter out(bytes);
  out.u64(kVersion);
  out.f64(rows_);
  out.u64(columns_.size());
  for (const ColumnNorm& column : columns_) column.encode(out);
  relations_.encode(out);
  out.u64(related_.size());
  for (const Tails& tails : related_) tails.encode(out);
  for (const double number : {calibration_.middle, calibration_.start, calibration_.mass, calibration_.scale})
    out.f64(number);
  return bytes;
}

std::optional<Oddness> Oddness::decode(std::string_view bytes) {
  ByteReader in(bytes);
  Oddness result;
  if (in.u64() != kVersion) return std::nullopt;
  result.rows_ = in.f64();
  const std::size_t columns = in.count(64);
  if (columns == 0 || columns > quality::kMostFields) return std::nullopt;
  result.columns_.resize(columns);
  for (ColumnNorm& column : result.columns_)
    if (!column.decode(in)) return std::nullopt;
  result.relations_ = drift::Projection::decode(in);
  const std::size_t related = in.count(64);
  if (related != result.relations_.columns().size()) return std::nullopt;
  result.related_.resize(related);
  for (Tails& tails : result.related_)
    if (!tails.decode(in)) return std::nullopt;
  Calibration& law = result.calibration_;
  for (double* const number : {&law.middle, &law.start, &law.mass, &law.scale}) *number = in.f64();
  const bool sound = std::isfinite(law.middle) && std::isfinite(law.start) && law.mass > 0 && law.mass <= 1 &&
                     law.scale >= kLeastScale && law.scale <= kMostScale;
  if (!in.done() || !sound) return std::nullopt;
  result.bind_inputs();
  result.id_ = hash_of(bytes);
  return result;
}

}  // namespace vedette::unusual
