#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "decode/word_hash.h"
#include "vedette/dictionary.h"

namespace vedette {

/// A cache before the Dictionary, which makes a string per look-up. A name has two places, which others
/// share. Holds ids of one epoch: whoever owns it calls `forget` when the epoch changes.
class Names {
 public:
  explicit Names(const HashKey& key) : hash_(key), symbols_(kSlots, 0), fields_(kSlots, kNoField) {}

  Symbol symbol(std::string_view name, Dictionary& dictionary) {
    if (name.empty()) return 0;
    Symbol* const known = &symbols_[place_of(name)];
    if (dictionary.name(known[0]) == name) return known[0];
    if (dictionary.name(known[1]) == name) return known[1];
    known[1] = known[0];
    return known[0] = dictionary.symbol(name);
  }
  /// The same for a name of a record that may yet be refused: 0 if not cached.
  Symbol known_symbol(std::string_view name, const Dictionary& dictionary) const {
    const Symbol* const known = &symbols_[place_of(name)];
    if (dictionary.name(known[0]) == name) return known[0];
    return dictionary.name(known[1]) == name ? known[1] : 0;
  }
  FieldId field(Section section, std::string_view name, Dictionary& dictionary) {
    FieldId& known = fields_[(hash_(name) + static_cast<std::uint64_t>(section) * 0x9e37) % kSlots];
    if (known == kNoField || dictionary.field(known).section != section ||
        dictionary.field(known).name != name)
      known = dictionary.field(section, name);
    return known;
  }
  void forget() {
    symbols_.assign(kSlots, 0);
    fields_.assign(kSlots, kNoField);
  }

 private:
  static constexpr std::size_t kSlots = 32'768;  ///< Thousands of models have one each, nearly.
  static constexpr FieldId kNoField = ~FieldId{0};
  std::size_t place_of(std::string_view name) const { return hash_(name) % kSlots & ~std::size_t{1}; }

  WordHash hash_;
  std::vector<Symbol> symbols_;
  std::vector<FieldId> fields_;
};

}  // namespace vedette
