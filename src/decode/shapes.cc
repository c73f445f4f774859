#include "decode/shapes.h"

#include <algorithm>

namespace vedette {

static_assert(Dictionary::kMaxShapes * 2 <= 8192, "the table is never more than half full");

bool Shapes::find_slowly(std::span<const FieldId> keys, Dictionary& dictionary, ShapeId& shape) {
  shape = 0;
  if (keys.empty()) return true;
  const std::uint64_t hash = hash_({reinterpret_cast<const char*>(keys.data()), keys.size_bytes()});
  std::size_t at = hash % kSlots;
  for (; table_[at].shape != 0; at = (at + 1) % kSlots) {
    if (table_[at].hash != hash || !same(keys, dictionary.shape(table_[at].shape))) continue;
    shape = table_[at].shape;
    return true;
  }
  if (!all_different(keys, {})) return false;
  std::uint64_t& once = once_[hash >> 32 & (once_.size() - 1)];
  if (once != hash) {
    once = hash;
    return true;
  }
  shape = dictionary.shape({keys.begin(), keys.end()});
  if (shape != 0) table_[at] = {hash, shape};
  return true;
}

bool Shapes::mark(std::span<const FieldId> keys) {
  for (const FieldId key : keys) {
    if (key >= stamps_.size()) stamps_.resize(key + 1024, 0);
    if (stamps_[key] == stamp_) return false;
    stamps_[key] = stamp_;
  }
  return true;
}

bool Shapes::all_different(std::span<const FieldId> keys, std::span<const FieldId> more) {
  if (++stamp_ == 0) {
    std::ranges::fill(stamps_, 0);
    stamp_ = 1;
  }
  return mark(keys) && mark(more);
}

void Shapes::forget() {
  std::ranges::fill(table_, Entry{});
  once_.fill(0);
}

}  // namespace vedette
