#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace vedette {

/// 128-bit secret of a keyed hash.
struct HashKey {
  std::uint64_t k0 = 0;
  std::uint64_t k1 = 0;
};

/// SipHash-2-4 (Aumasson, Bernstein 2012): 64 bits, safe against chosen input.
std::uint64_t siphash(const HashKey& key, std::string_view bytes);

/// Finaliser of MurmurHash3: spreads an integer over 64 bits. Not keyed.
constexpr std::uint64_t mix64(std::uint64_t x) {
  x ^= x >> 33;
  x *= 0xff51afd7ed558ccdULL;
  x ^= x >> 33;
  x *= 0xc4ceb9fe1a85ec53ULL;
  return x ^ (x >> 33);
}

/// SHA-256 of `bytes`, the first `digits` hexadecimal digits (at most 64). For ids.
std::string sha256_hex(std::string_view bytes, int digits);
/// The same of all that `next` answers until it answers nothing.
std::string sha256_hex(const std::function<std::string_view()>& next, int digits);

}  // namespace vedette
