#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "decode/key_set.h"
#include "decode/row.h"
#include "decode/time_text.h"

namespace vedette {

/// Decodes any record through the parser: the judge of all that the fast path does not
/// know, and the only one that gives reasons. One per decoder.
class DomPath {
 public:
  DomPath(const DecodeOptions& options, RowWriter& rows, TimeReader& times);
  ~DomPath();
  /// Fills `row`. `record` has 64 readable bytes behind it.
  Refusal read(std::string_view record, Row& row, Batch& batch);

 private:
  struct Parsed;  ///< Keeps simdjson's header out of this one.
  struct Walk;

  RowWriter& rows_;
  TimeReader& times_;
  WordHash hash_;
  std::unique_ptr<Parsed> parsed_;
  KeySet unknown_keys_;
  std::vector<float> vector_;
};

bool is_valid_utf8(std::string_view text);

}  // namespace vedette
