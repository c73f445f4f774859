#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "vedette/batch.h"
#include "vedette/bytes.h"

namespace vedette::drift {

/// Whole rows of a scope: those `capacity` with the smallest rank, a hash that is free
/// of position. So it merges exactly, whatever the order and the split. Extremes are
/// those of all rows seen. Owned by an open pane, or by the judge's scope.
class Sample {
 public:
  struct Column {
    std::string name;
    double least = std::numeric_limits<double>::infinity();
    double most = -std::numeric_limits<double>::infinity();
  };
  struct Word {
    std::uint64_t hash = 0;
    std::string text;  ///< At most 48 bytes.
  };
  /// Values by column; missing ones at the end are null. Words index `words()`.
  using Row = std::vector<Value>;

  explicit Sample(std::size_t capacity) : capacity_(capacity) {}

  /// Index of a column, added if new; kMaxColumns when there are too many.
  std::size_t column(std::string_view name);
  /// The same of a known one; kMaxColumns: there is none.
  std::size_t find(std::string_view name) const;
  /// Whether a row of this rank would be kept.
  bool wants(std::uint64_t rank) const;
  void add(std::uint64_t rank, Row row);
  void widen(std::size_t column, double value);
  Value word(std::uint64_t hash, std::string_view text);
  void merge(const Sample& other);

  const std::vector<Column>& columns() const { return columns_; }
  const std::map<std::uint64_t, Row>& rows() const { return rows_; }
  const std::vector<Word>& words() const { return words_; }

  void encode(ByteWriter& out) const;
  static Sample decode(ByteReader& in, std::size_t capacity);

 private:
  std::size_t capacity_;
  std::vector<Column> columns_;
  std::unordered_map<std::string, std::size_t> index_;
  std::map<std::uint64_t, Row> rows_;
  std::vector<Word> words_;
  std::unordered_map<std::uint64_t, std::uint32_t> word_index_;
};

}  // namespace vedette::drift
