#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "vedette/hash.h"
#include "vedette/value.h"

namespace vedette {

/// Where in an event a named value stands.
enum class Section : unsigned char { feature, output, probability, segment };

/// A named value of events: `features.age`, `outputs.score`, class `fraud` of the
/// probabilities, `segment.region`.
struct Field {
  Section section = Section::feature;
  std::string name;
};

using FieldId = std::uint32_t;
using ShapeId = std::uint32_t;  ///< 0: no shape, use Batch::keys.

/// The fields of one kind of event, in the order of its values.
struct Shape {
  std::vector<FieldId> fields;
};

/// Interned names, fields and shapes of one worker. Bounded: when a table is full
/// everything is forgotten, the epoch goes up, and ids start again; whoever caches
/// by id drops its cache when the epoch changes. Not thread-safe.
class Dictionary {
 public:
  static constexpr std::size_t kMaxNames = 65536;
  static constexpr std::size_t kMaxFields = 65536;
  static constexpr std::size_t kMaxShapes = 4096;

  explicit Dictionary(HashKey key);

  Symbol symbol(std::string_view name);  ///< "" is 0.
  FieldId field(Section section, std::string_view name);
  /// 0 when the table is full; `reset_if_full` makes room between batches.
  ShapeId shape(const std::vector<FieldId>& fields);

  std::string_view name(Symbol symbol) const { return names_[symbol]; }
  const Field& field(FieldId id) const { return fields_[id]; }
  const Shape& shape(ShapeId id) const { return shapes_[id]; }
  std::uint32_t epoch() const { return epoch_; }

  /// Called before a batch is filled: forgets everything if any table is full.
  void reset_if_full();

 private:
  struct Hasher {
    HashKey key;
    std::size_t operator()(const std::string& text) const { return siphash(key, text); }
  };
  void clear();

  std::vector<std::string> names_;
  std::vector<Field> fields_;
  std::vector<Shape> shapes_;
  std::unordered_map<std::string, std::uint32_t, Hasher> name_ids_;
  std::unordered_map<std::string, std::uint32_t, Hasher> field_ids_;
  std::unordered_map<std::string, std::uint32_t, Hasher> shape_ids_;
  std::uint32_t epoch_ = 1;
};

}  // namespace vedette
