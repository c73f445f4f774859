#include "core/unusual_column.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace vedette::unusual {
namespace {

constexpr double kHalf = 0.5;
constexpr double kMostBeyond = 0.5;  ///< Of the last third, beyond all of the first third: a trend.
constexpr std::size_t kFewestOfTrend = 30;

/// Surprise of each, by its count among `n`: of all that came as often or less, and of `unseen` rows.
std::vector<double> surprises(const std::vector<double>& counts, double unseen, double n) {
  std::vector<double> result;
  for (const double count : counts) {
    double rows = unseen;
    for (const double other : counts) rows += other <= count ? other : 0;
    result.push_back(surprise_of((rows + kHalf) / (n + 1)));
  }
  return result;
}

/// Whether the latest numbers have left the range of the first ones; `numbers` are in order of time.
bool one_way(const std::vector<double>& numbers) {
  const std::size_t third = numbers.size() / 3;
  if (third < kFewestOfTrend) return false;
  const auto first_end = numbers.begin() + static_cast<std::ptrdiff_t>(third);
  const auto last_begin = numbers.end() - static_cast<std::ptrdiff_t>(third);
  const auto range = std::minmax_element(numbers.begin(), first_end);
  const auto beyond = std::count_if(last_begin, numbers.end(), [&range](double number) {
    return number < *range.first || number > *range.second;
  });
  return static_cast<double>(beyond) > kMostBeyond * static_cast<double>(third);
}

bool is_value(const Cell& cell) { return cell.form == Form::text || cell.form == Form::boolean; }

}  // namespace

ColumnNorm ColumnNorm::fit(NameHash field, std::string text, const std::vector<Cell>& cells) {
  ColumnNorm norm;
  norm.field_ = field;
  norm.text_ = std::move(text);
  norm.fit_forms(cells);
  norm.fit_numbers(cells);
  norm.fit_values(cells);
  return norm;
}

void ColumnNorm::fit_forms(const std::vector<Cell>& cells) {
  std::vector<double> counts(quality::kFormsInRows);
  for (const Cell& cell : cells) ++counts[static_cast<std::size_t>(cell.form)];
  const std::vector<double> result = surprises(counts, 0, static_cast<double>(cells.size()));
  std::copy(result.begin(), result.end(), forms_.begin());
}

void ColumnNorm::fit_numbers(const std::vector<Cell>& cells) {
  std::vector<double> numbers;
  for (const Cell& cell : cells)
    if (cell.form == Form::number) numbers.push_back(number_of(cell));
  trends_ = one_way(numbers);
  numbers_ = fit_tails(std::move(numbers));
}

void ColumnNorm::fit_values(const std::vector<Cell>& cells) {
  std::map<std::uint64_t, double> counts;
  double n = 0;
  for (const Cell& cell : cells)
    if (is_value(cell)) {
      ++counts[cell.bits];
      ++n;
    }
  std::vector<std::pair<double, std::uint64_t>> ranked;
  double once = 0;
  for (const auto& [value, count] : counts) {
    ranked.emplace_back(-count, value);
    once += count == 1 ? 1 : 0;
  }
  std::sort(ranked.begin(), ranked.end());
  double left_out = once;  // Good, Turing: so many would be new among as many rows.
  for (std::size_t i = kMostValues; i < ranked.size(); ++i) left_out -= ranked[i].first;
  ranked.resize(std::min(ranked.size(), kMostValues));
  std::vector<double> known;
  for (const auto& [count, value] : ranked) known.push_back(-count);
  const std::vector<double> result = surprises(known, left_out, n);
  for (std::size_t i = 0; i < ranked.size(); ++i) values_.emplace_back(ranked[i].second, result[i]);
  std::sort(values_.begin(), values_.end());
  unseen_ = surprise_of((left_out + kHalf) / (n + 1));
}

double ColumnNorm::surprise_of_value(std::uint64_t value) const {
  const auto found = std::lower_bound(values_.begin(), values_.end(), std::pair(value, -1.0));
  return found != values_.end() && found->first == value ? found->second : unseen_;
}

double ColumnNorm::surprise(const Cell& cell) const {
  const double form = forms_[static_cast<std::size_t>(cell.form)];
  if (cell.form == Form::number) return trends_ ? form : std::max(form, numbers_.surprise(number_of(cell)));
  return is_value(cell) ? std::max(form, surprise_of_value(cell.bits)) : form;
}

void ColumnNorm::encode(ByteWriter& out) const {
  out.fixed64(field_);
  out.text(text_);
  out.flag(trends_);
  for (const double form : forms_) out.f64(form);
  numbers_.encode(out);
  out.u64(values_.size());
  for (const auto& [value, surprise] : values_) {
    out.fixed64(value);
    out.f64(surprise);
  }
  out.f64(unseen_);
}

bool ColumnNorm::decode(ByteReader& in) {
  field_ = in.fixed64();
  text_ = in.text();
  trends_ = in.flag();
  bool sound = true;
  for (double& form : forms_) {
    form = in.f64();
    sound = sound && std::isfinite(form);
  }
  sound = numbers_.decode(in) && sound;
  const std::size_t count = in.count(16);
  if (count > kMostValues || text_.size() > quality::Sample::kTextBytes) return false;
  values_.resize(count);
  for (auto& [value, surprise] : values_) {
    value = in.fixed64();
    surprise = in.f64();
    sound = sound && std::isfinite(surprise);
  }
  unseen_ = in.f64();
  return in.ok() && sound && std::isfinite(unseen_);
}

}  // namespace vedette::unusual
