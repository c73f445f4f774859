#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "vedette/batch.h"
#include "vedette/hash.h"
#include "vedette/position.h"

namespace vedette {

/// Why a record was refused. Labels of the reject counters, so a closed set.
enum class Reject : unsigned char {
  none,
  empty,
  too_large,
  malformed,
  invalid_utf8,
  too_deep,
  duplicate_key,
  wrong_type,
  missing_field,
  bad_number,
  bad_time,
  future,
  unsupported_schema,
  too_many_values,
};
std::string_view to_string(Reject reason);

struct Verdict {
  Reject reason = Reject::none;
  std::string detail;  ///< At most 200 bytes, no payload. Empty when accepted.
  bool ok() const { return reason == Reject::none; }
};

/// What a decoder needs from the configuration.
struct DecodeOptions {
  std::size_t max_record_bytes = 1 << 20;
  std::size_t max_depth = 16;
  std::size_t max_values = 4096;  ///< Features, outputs, classes and segments of one event.
  bool pseudonymise = true;
  HashKey key;                ///< Pseudonyms, word hashes, identities.
  std::string key_id = "k0";  ///< Rotation-ready prefix: `p:<key_id>:<16 hex digits>`.
};

/// Bytes -> rows of a Batch, or a reason. Total: no input crashes it, hangs it or
/// makes it allocate without bound. One per worker and wire format; keeps what it has
/// learned of the producers' layout. A refused record leaves the batch as it was.
class Decoder {
 public:
  virtual ~Decoder() = default;
  /// The record's bytes must stay readable until `batch` is cleared.
  virtual Verdict decode(const Record& record, Batch& batch) = 0;
  /// Records that took the slow path, for metrics.
  virtual std::uint64_t slow_records() const { return 0; }
};

struct DecoderKind {
  std::string_view name;
  std::string_view doc;
  std::unique_ptr<Decoder> (*create)(const DecodeOptions&);
};

}  // namespace vedette
