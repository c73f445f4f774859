#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include "vedette/hash.h"

namespace vedette {

/// Keyed 64-bit hash of short texts, after wyhash (Wang Yi, final version 4, public
/// domain) with both secrets taken from the key. For tables, words and identities:
/// fast, but no pseudonym and no signature. Never 0; the same on every machine.
class WordHash {
 public:
  explicit WordHash(const HashKey& key)
      : seed_(mix64(key.k0 ^ 0xa0761d6478bd642fULL)), secret_(mix64(key.k1 ^ 0xe7037ed1a0b428dbULL) | 1) {}

  std::uint64_t operator()(std::string_view text) const {
    const char* p = text.data();
    std::size_t rest = text.size();
    std::uint64_t seed = seed_, a = 0, b = 0;
    if (rest > 16) {
      for (; rest > 16; rest -= 16, p += 16) seed = fold(word(p) ^ secret_, word(p + 8) ^ seed);
      a = word(p + rest - 16);
      b = word(p + rest - 8);
    } else if (rest >= 4) {
      const std::size_t step = rest >> 3 << 2;
      a = half(p) << 32 | half(p + step);
      b = half(p + rest - 4) << 32 | half(p + rest - 4 - step);
    } else if (rest > 0) {
      a = byte(p[0]) << 16 | byte(p[rest >> 1]) << 8 | byte(p[rest - 1]);
    }
    const std::uint64_t hash = fold(secret_ ^ text.size(), fold(a ^ secret_, b ^ seed));
    return hash == 0 ? 1 : hash;
  }

 private:
  static std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
    const auto product = static_cast<unsigned __int128>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  }
  static std::uint64_t word(const char* p) {
    std::uint64_t value;
    std::memcpy(&value, p, sizeof value);
    return value;
  }
  static std::uint64_t half(const char* p) {
    std::uint32_t value;
    std::memcpy(&value, p, sizeof value);
    return value;
  }
  static std::uint64_t byte(char c) { return static_cast<unsigned char>(c); }

  std::uint64_t seed_;
  std::uint64_t secret_;
};

}  // namespace vedette
