#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vedette/status.h"
#include "vedette/time.h"

namespace vedette {

/// What the rows of a table are as events.
struct TableNames {
  std::string model;
  std::string version;
  std::vector<std::string> outputs;  ///< Columns that are outputs; the others are features.
  std::string time;  ///< Column with the time, RFC 3339 or epoch milliseconds; empty: there is none.
};

/// Turns tables of features into native inference events: CSV with a header (RFC 4180), JSON objects one a
/// line, or the distributions of SageMaker's statistics.json. Of more than kMostRows those are kept whose
/// numbers have the smallest hashes. Errors name the line. One table each; not thread-safe.
class TableRows {
 public:
  static constexpr std::size_t kMostRows = 100'000;

  explicit TableRows(TableNames names);
  ~TableRows();

  /// The next bytes of CSV.
  Status add_csv(std::string_view bytes);
  Status end_csv();
  Status add_json(std::string_view line);
  /// As many rows as were counted, at most kMostRows, drawn evenly from each column's buckets by itself:
  /// how columns go together is not known.
  Status add_statistics(std::string_view document);

  std::uint64_t rows() const { return rows_; }  ///< Seen so far.
  /// Events in order of time. Rows without a time are shuffled and spread evenly over the 23 hours before
  /// `end`: their order may have a meaning, but none that has to do with time.
  std::vector<std::string> events(Time end) const;

 private:
  struct Csv;
  struct Row {
    Time time = kDawn;
    std::uint64_t number = 0;
    std::string features;  ///< Members, as JSON.
    std::string outputs;
  };
  /// One row in the making.
  class Cells {
   public:
    explicit Cells(const TableRows& table) : table_(&table) {}
    Status add(std::string_view column, const std::string& json);
    Row take() { return std::exchange(row_, {}); }

   private:
    const TableRows* table_;
    Row row_;
  };

  Status keep(Row row);
  Status set_time(std::string_view text, Row& row) const;

  TableNames names_;
  std::unique_ptr<Csv> csv_;
  std::uint64_t rows_ = 0;
  std::map<std::uint64_t, Row> kept_;  ///< By hash of their numbers.
};

}  // namespace vedette
