#pragma once

#include <string_view>
#include <vector>

#include "decode/row.h"
#include "decode/skeleton.h"
#include "decode/time_text.h"

namespace vedette {

/// Decodes records whose layout the skeleton knows: compares literals, parses values.
/// Accepts only what the parser would accept, with the same values; anything else is
/// "don't know", never a verdict. One per decoder.
class FastPath {
 public:
  enum class Outcome : unsigned char { done, unsure, other_kind };

  FastPath(Skeleton& skeleton, RowWriter& rows, TimeReader& times, std::size_t max_depth)
      : skeleton_(skeleton), rows_(rows), times_(times), max_depth_(max_depth) {}

  /// Fills `row`. `record` has 64 zero bytes behind it. On `other_kind` the row's kind
  /// is what the record says, and reading has to begin again.
  Outcome read(std::string_view record, Row& row, Batch& batch);

 private:
  struct Cursor;

  const char* read_top(Cursor& at, const char* p, const Literal& literal);
  const char* read_value(Cursor& at, const char* p, const Literal& literal);
  const char* read_text(Cursor& at, const char* p, Slot slot);
  const char* read_below(Cursor& at, const char* p, const Literal& literal);
  const char* read_feature(Cursor& at, const char* p, FieldId field);
  const char* read_own_value(Cursor& at, const char* p, Slot slot);
  const char* read_word(Cursor& at, const char* p, Value& value);
  const char* read_scalar(Cursor& at, const char* p, Value& value);
  const char* read_vector(const char* p, Value& value, Batch& batch);
  const char* read_schema(Cursor& at, const char* p);
  const char* read_kind(Cursor& at, const char* p);
  const char* read_time(Cursor& at, const char* p);
  const char* read_unknown(Cursor& at, const char* p, std::uint32_t key);

  Skeleton& skeleton_;
  RowWriter& rows_;
  TimeReader& times_;
  std::size_t max_depth_;
  std::vector<float> vector_;
  std::vector<std::uint32_t> unknown_keys_;
};

}  // namespace vedette
