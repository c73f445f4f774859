#pragma once

#include <string_view>

#include <simdjson.h>

#include "vedette/decoder.h"

namespace vedette {

/// One record parsed as a whole by simdjson's DOM, the judge of what is JSON. Adds what
/// it leaves open: integers of any length that fit a double, and the exact depth.
/// Reused; the element dies with the next `parse`.
class JsonDocument {
 public:
  explicit JsonDocument(std::size_t max_depth);
  /// `record` has 64 readable bytes behind it.
  Reject parse(std::string_view record, simdjson::dom::element& root);

 private:
  simdjson::dom::parser parser_;
  simdjson::padded_string widened_;
  std::size_t max_depth_;
};

}  // namespace vedette
