// Distributions of SageMaker Model Monitor, as rows.
#include <simdjson.h>

#include <algorithm>
#include <cmath>

#include "core/json_text.h"
#include "decode/table_rows.h"
#include "vedette/hash.h"

namespace vedette {
namespace {

using Object = simdjson::dom::object;

/// Numbers between `low` and `high`, or one value.
struct Bucket {
  double count = 0;
  double low = 0;
  double high = 0;
  std::string value;  ///< As JSON; empty: a number.
};

struct Column {
  std::string name;
  double present = 0;
  double missing = 0;
  std::vector<Bucket> buckets;

  double all() const { return present + missing; }
  /// The value below which a part `at` of the rows lies; those without a value come last.
  std::string value_at(double at) const {
    double left = at * all();
    if (left >= present) return "null";
    double sum = 0;
    for (const Bucket& bucket : buckets) sum += bucket.count;
    left *= sum / present;
    for (const Bucket& bucket : buckets) {
      if (left < bucket.count || &bucket == &buckets.back()) {
        if (!bucket.value.empty()) return bucket.value;
        const double part = bucket.count > 0 ? std::min(left / bucket.count, 1.0) : 0;
        return JsonText::number(bucket.low + (bucket.high - bucket.low) * part).print();
      }
      left -= bucket.count;
    }
    return "null";
  }
};

double number_in(const Object& object, const char* pointer) {
  double number = 0;
  const bool found = object.at_pointer(pointer).get(number) == simdjson::SUCCESS;
  return found && std::isfinite(number) && number > 0 ? number : 0;
}

void read_numbers(const Object& feature, Column& column) {
  simdjson::dom::array buckets;
  if (feature.at_pointer("/numerical_statistics/distribution/kll/buckets").get(buckets) != simdjson::SUCCESS)
    return;
  for (const simdjson::dom::element& each : buckets) {
    Bucket bucket;
    if (each["lower_bound"].get(bucket.low) == simdjson::SUCCESS &&
        each["upper_bound"].get(bucket.high) == simdjson::SUCCESS &&
        each["count"].get(bucket.count) == simdjson::SUCCESS && bucket.count > 0)
      column.buckets.push_back(std::move(bucket));
  }
}

void read_texts(const Object& feature, Column& column) {
  simdjson::dom::array buckets;
  if (feature.at_pointer("/string_statistics/distribution/categorical/buckets").get(buckets) !=
      simdjson::SUCCESS)
    return;
  for (const simdjson::dom::element& each : buckets) {
    Bucket bucket;
    std::string_view value;
    if (each["value"].get(value) != simdjson::SUCCESS ||
        each["count"].get(bucket.count) != simdjson::SUCCESS || !(bucket.count > 0))
      continue;
    bucket.value = JsonText::text(value).print();
    column.buckets.push_back(std::move(bucket));
  }
}

/// Rows in an order of the column's own, so that no two columns go together.
std::vector<std::uint32_t> shuffled(std::size_t rows, std::size_t column) {
  std::vector<std::uint32_t> order(rows);
  for (std::size_t i = 0; i < rows; ++i) order[i] = static_cast<std::uint32_t>(i);
  std::sort(order.begin(), order.end(), [column](std::uint32_t a, std::uint32_t b) {
    return mix64((std::uint64_t{column + 1} << 32) + a) < mix64((std::uint64_t{column + 1} << 32) + b);
  });
  return order;
}

}  // namespace

Status TableRows::add_statistics(std::string_view document) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  simdjson::dom::array features;
  if (parser.parse(document.data(), document.size()).get(root) != simdjson::SUCCESS)
    return Status::reject("no JSON document");
  if (root["features"].get(features) != simdjson::SUCCESS)
    return Status::reject("no statistics: want 'features' with a distribution each");
  std::vector<Column> columns;
  for (const simdjson::dom::element& each : features) {
    Object feature;
    std::string_view name;
    if (each.get(feature) != simdjson::SUCCESS || feature["name"].get(name) != simdjson::SUCCESS) continue;
    Column column;
    column.name = name;
    for (const char* kind : {"/numerical_statistics", "/string_statistics"}) {
      column.present += number_in(feature, (std::string(kind) + "/common/num_present").c_str());
      column.missing += number_in(feature, (std::string(kind) + "/common/num_missing").c_str());
    }
    read_numbers(feature, column);
    read_texts(feature, column);
    if (column.buckets.empty() || column.present <= 0) continue;
    columns.push_back(std::move(column));
  }
  if (columns.empty())
    return Status::reject(
        "no feature has a distribution; constraints alone say what is allowed, not what is usual");
  double counted = 0;
  for (const Column& column : columns) counted = std::max(counted, column.all());
  const auto rows = static_cast<std::size_t>(std::clamp(counted, 1.0, static_cast<double>(kMostRows)));
  std::vector<Cells> cells(rows, Cells(*this));
  for (std::size_t at = 0; at < columns.size(); ++at) {
    const std::vector<std::uint32_t> order = shuffled(rows, at);
    for (std::size_t i = 0; i < rows; ++i) {
      const double part = (static_cast<double>(i) + .5) / static_cast<double>(rows);
      const Status status = cells[order[i]].add(columns[at].name, columns[at].value_at(part));
      if (!status.ok()) return status;
    }
  }
  for (Cells& each : cells) {
    const Status status = keep(each.take());
    if (!status.ok()) return status;
  }
  return {};
}

}  // namespace vedette
