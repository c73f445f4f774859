#include "core/drift_binning.h"

#include <algorithm>
#include <boost/accumulators/accumulators.hpp>
#include <boost/accumulators/statistics/mean.hpp>
#include <boost/accumulators/statistics/stats.hpp>
#include <cmath>
#include <cstdio>
#include <unordered_map>

namespace vedette::drift {
namespace {

namespace acc = boost::accumulators;
using Mean = acc::accumulator_set<double, acc::stats<acc::tag::mean>>;

constexpr std::size_t kFewValues = 16;  ///< Numbers with no more distinct values are categories.

struct Distinct {
  std::uint64_t hash = 0;
  std::string text;
  std::uint64_t count = 0;
};

/// The sampled values of one column, by type.
struct Values {
  std::vector<double> numbers;
  std::unordered_map<std::uint64_t, Distinct> distinct;  ///< Numbers only while they are few.
  std::uint64_t words = 0;
  std::uint64_t booleans = 0;
  std::uint64_t vectors = 0;
  std::uint64_t rows() const { return numbers.size() + words + booleans; }
};

std::string text_of(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", number);
  return text;
}

void count(Values& values, std::uint64_t hash, std::string_view text) {
  Distinct& distinct = values.distinct[hash];
  if (distinct.count++ == 0) {
    distinct.hash = hash;
    distinct.text = text;
  }
}

Values values_of(const Sample& sample, std::size_t column) {
  Values values;
  for (const auto& [rank, row] : sample.rows()) {
    const Value value = column < row.size() ? row[column] : Value::null();
    switch (value.type()) {
      case Value::Type::number:
        values.numbers.push_back(value.number() + 0.0);
        break;
      case Value::Type::boolean:
        ++values.booleans;
        count(values, hash_of(value.boolean()), value.boolean() ? "true" : "false");
        break;
      case Value::Type::word: {
        ++values.words;
        const Sample::Word& word = sample.words()[value.index()];
        count(values, word.hash, word.text);
        break;
      }
      case Value::Type::vector:
        ++values.vectors;
        break;
      case Value::Type::null:
        break;
    }
  }
  std::sort(values.numbers.begin(), values.numbers.end());
  return values;
}

std::size_t distinct_count(const std::vector<double>& sorted) {
  std::size_t distinct = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i) distinct += i == 0 || sorted[i] != sorted[i - 1];
  return distinct;
}

/// Runs of equal values: where each begins.
std::vector<std::size_t> ties(const std::vector<float>& sorted) {
  std::vector<std::size_t> starts;
  for (std::size_t i = 0; i < sorted.size(); ++i)
    if (i == 0 || sorted[i] != sorted[i - 1]) starts.push_back(i);
  starts.push_back(sorted.size());
  return starts;
}

/// Last value of each of at most `cells` bins of nearly equal mass. A value that fills
/// a bin alone gets one of its own, so that neighbours cannot hide in it.
std::vector<std::size_t> bin_ends(const std::vector<float>& sorted, std::size_t cells) {
  const std::vector<std::size_t> starts = ties(sorted);
  const double target = static_cast<double>(sorted.size()) / static_cast<double>(cells);
  std::vector<std::size_t> ends;
  std::vector<double> masses;
  double mass = 0;
  const auto cut = [&](std::size_t end) {
    if (mass <= 0) return;
    ends.push_back(end);
    masses.push_back(mass);
    mass = 0;
  };
  for (std::size_t t = 0; t + 1 < starts.size(); ++t) {
    const auto own = static_cast<double>(starts[t + 1] - starts[t]);
    if (own >= target || mass + own / 2 > target) cut(starts[t]);
    mass += own;
    if (own >= target) cut(starts[t + 1]);
  }
  cut(sorted.size());
  std::vector<std::size_t> merged;
  for (const std::size_t last : merge_neighbours(masses, cells)) merged.push_back(ends[last]);
  return merged;
}

float between(float below, float above) {
  const float middle = below + (above - below) / 2;
  return middle > below && middle <= above ? middle : above;
}

void bin_numbers(const std::vector<double>& numbers, std::size_t cells, ColumnSpec& spec, ColumnText& text) {
  spec.origin = numbers[numbers.size() / 2];
  std::vector<float> offsets;
  for (const double number : numbers) offsets.push_back(static_cast<float>(number - spec.origin));
  std::size_t begin = 0;
  for (const std::size_t end : bin_ends(offsets, cells)) {
    if (begin > 0) spec.edges.push_back(between(offsets[begin - 1], offsets[begin]));
    Mean mean;
    for (std::size_t i = begin; i < end; ++i) mean(numbers[i] - spec.origin);
    text.centre.push_back(spec.origin + acc::mean(mean));
    begin = end;
  }
}

/// The order in which columns were met depends on the split of the events; names do not.
std::vector<std::size_t> by_name(const Sample& sample) {
  std::vector<std::size_t> order(sample.columns().size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return sample.columns()[a].name < sample.columns()[b].name;
  });
  return order;
}

std::vector<Distinct> by_count(const Values& values) {
  std::vector<Distinct> all;
  for (const auto& [hash, distinct] : values.distinct) all.push_back(distinct);
  std::sort(all.begin(), all.end(), [](const Distinct& a, const Distinct& b) {
    return a.count != b.count ? a.count > b.count : a.hash < b.hash;
  });
  return all;
}

void bin_values(const Values& values, Grain grain, ColumnSpec& spec, ColumnText& text) {
  std::vector<Distinct> all = by_count(values);
  const bool fine = grain == Grain::fine;
  const std::size_t known = std::min<std::size_t>(all.size(), fine ? kFineWords : kMaxWords);
  const std::size_t own = fine ? kFineWords : kBins;
  const auto once = std::count_if(all.begin(), all.end(), [](const Distinct& d) { return d.count == 1; });
  const bool open = static_cast<double>(once) > kOpenEnded * static_cast<double>(values.rows());
  spec.numeric = false;
  spec.new_is_other = !fine && (open || known < all.size());
  spec.types = (values.numbers.empty() ? 0 : kHasNumbers) | (values.booleans > 0 ? kHasBooleans : 0) |
               (values.words > 0 ? kHasWords : 0);
  for (std::size_t i = 0; i < known; ++i) {
    spec.words.push_back({all[i].hash, static_cast<std::uint32_t>(std::min(i, own))});
    if (i < own) text.cells.push_back(all[i].text);
  }
}

}  // namespace

std::vector<std::size_t> merge_neighbours(std::span<const double> masses, std::size_t cells) {
  std::vector<double> mass(masses.begin(), masses.end());
  std::vector<std::size_t> last(masses.size());
  for (std::size_t i = 0; i < last.size(); ++i) last[i] = i;
  while (mass.size() > cells) {
    std::size_t least = 0;
    for (std::size_t i = 1; i + 1 < mass.size(); ++i)
      if (mass[i] + mass[i + 1] < mass[least] + mass[least + 1]) least = i;
    mass[least] += mass[least + 1];
    last[least] = last[least + 1];
    mass.erase(mass.begin() + static_cast<std::ptrdiff_t>(least) + 1);
    last.erase(last.begin() + static_cast<std::ptrdiff_t>(least) + 1);
  }
  return last;
}

Binning bin_sample(const Sample& sample, Grain grain, Holds holds) {
  Binning result;
  result.profile.fine = grain == Grain::fine;
  for (const std::size_t column : by_name(sample)) {
    Values values = values_of(sample, column);
    if (values.vectors > values.rows()) continue;
    ColumnSpec spec;
    ColumnText text;
    spec.name = sample.columns()[column].name;
    const bool few = holds == Holds::by_values && distinct_count(values.numbers) <= kFewValues;
    if (!few && values.numbers.size() > values.words + values.booleans) {
      bin_numbers(values.numbers, result.profile.fine ? kFineBins : kBins, spec, text);
      if (grain == Grain::final)
        spec.set_far_limits(sample.columns()[column].least, sample.columns()[column].most);
    } else {
      for (const double number : values.numbers) count(values, hash_of(number), text_of(number));
      bin_values(values, grain, spec, text);
    }
    result.profile.specs.push_back(std::move(spec));
    result.texts.push_back(std::move(text));
  }
  result.profile.compile();
  return result;
}

void ColumnText::encode(ByteWriter& out) const {
  out.u64(cells.size());
  for (const std::string& cell : cells) out.text(cell);
  out.u64(centre.size());
  for (const double value : centre) out.f64(value);
}

ColumnText ColumnText::decode(ByteReader& in) {
  ColumnText text;
  text.cells.resize(in.count());
  for (std::string& cell : text.cells) cell = in.text();
  text.centre.resize(in.count(8));
  for (double& value : text.centre) value = in.f64();
  return text;
}

}  // namespace vedette::drift
