#include "vedette/dictionary.h"

#include <cassert>

namespace vedette {

Dictionary::Dictionary(HashKey key)
    : name_ids_(16, Hasher{key}), field_ids_(16, Hasher{key}), shape_ids_(16, Hasher{key}) {
  clear();
}

void Dictionary::clear() {
  names_.assign(1, {});
  fields_.clear();
  shapes_.assign(1, {});
  name_ids_.clear();
  field_ids_.clear();
  shape_ids_.clear();
}

Symbol Dictionary::symbol(std::string_view name) {
  if (name.empty()) return 0;
  const auto [entry, is_new] = name_ids_.try_emplace(std::string(name), static_cast<Symbol>(names_.size()));
  if (is_new) names_.emplace_back(name);
  return entry->second;
}

FieldId Dictionary::field(Section section, std::string_view name) {
  std::string key(1, static_cast<char>('0' + static_cast<int>(section)));
  key.append(name);
  const auto [entry, is_new] = field_ids_.try_emplace(std::move(key), static_cast<FieldId>(fields_.size()));
  if (is_new) fields_.push_back({section, std::string(name)});
  return entry->second;
}

ShapeId Dictionary::shape(const std::vector<FieldId>& fields) {
  const std::string key(reinterpret_cast<const char*>(fields.data()), fields.size() * sizeof(FieldId));
  const auto known = shape_ids_.find(key);
  if (known != shape_ids_.end()) return known->second;
  if (shapes_.size() >= kMaxShapes) return 0;
  const auto id = static_cast<ShapeId>(shapes_.size());
  shapes_.push_back({fields});
  shape_ids_.emplace(key, id);
  return id;
}

// The limits may be passed within one batch (ids handed out must stay valid for it),
// by at most what one batch can hold.
void Dictionary::reset_if_full() {
  if (names_.size() < kMaxNames && fields_.size() < kMaxFields && shapes_.size() < kMaxShapes) return;
  clear();
  ++epoch_;
}

}  // namespace vedette
