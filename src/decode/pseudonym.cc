#include "decode/pseudonym.h"

namespace vedette {

std::uint64_t pseudonym(const HashKey& key, std::string_view name) {
  if (name.empty()) return 0;
  const std::uint64_t hash = siphash(key, name);
  return hash == 0 ? 1 : hash;
}

std::string pseudonym_text(std::string_view key_id, std::uint64_t pseudonym) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text = "p:";
  text.append(key_id);
  text.push_back(':');
  for (int shift = 60; shift >= 0; shift -= 4) text.push_back(kDigits[pseudonym >> shift & 15]);
  return text;
}

}  // namespace vedette
