#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "decode/word_hash.h"
#include "vedette/dictionary.h"

namespace vedette {

/// Field lists of the records seen -> ShapeId, and the check that no field comes twice,
/// which is made once per shape. A list gets a shape when it is seen for the second time, so
/// that a producer which shuffles its keys does not fill the Dictionary. One per worker.
class Shapes {
 public:
  explicit Shapes(const HashKey& key) : hash_(key), table_(kSlots) {}

  /// The shape of `keys`, or 0 if it has none yet; `guess` is tried first. False if a
  /// field comes twice.
  bool find(std::span<const FieldId> keys, ShapeId guess, Dictionary& dictionary, ShapeId& shape) {
    shape = guess;
    return (guess != 0 && same(keys, dictionary.shape(guess))) || find_slowly(keys, dictionary, shape);
  }
  /// No field of `more` or `keys` comes twice in both together.
  bool all_different(std::span<const FieldId> keys, std::span<const FieldId> more);
  void forget();

 private:
  static constexpr std::size_t kSlots = 8192;  // Twice Dictionary::kMaxShapes.
  struct Entry {
    std::uint64_t hash = 0;
    ShapeId shape = 0;
  };

  static bool same(std::span<const FieldId> keys, const Shape& shape) {
    return keys.size() == shape.fields.size() &&
           std::memcmp(keys.data(), shape.fields.data(), keys.size_bytes()) == 0;
  }
  bool find_slowly(std::span<const FieldId> keys, Dictionary& dictionary, ShapeId& shape);
  bool mark(std::span<const FieldId> keys);

  WordHash hash_;
  std::vector<Entry> table_;
  std::array<std::uint64_t, 1024> once_{};  ///< Hashes of lists seen once.
  std::vector<std::uint32_t> stamps_;       ///< By field: the check that saw it last.
  std::uint32_t stamp_ = 0;
};

}  // namespace vedette
