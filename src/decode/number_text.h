#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "decode/text_scan.h"

namespace vedette {

inline constexpr std::array<double, 19> kPowersOfTen = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};
inline constexpr std::array<std::uint64_t, 9> kWholePowersOfTen = {1,      10,      100,      1000,     10000,
                                                                   100000, 1000000, 10000000, 100000000};

inline unsigned digit_at(const char* p) { return static_cast<unsigned>(*p) - unsigned{'0'}; }

/// Behind the digits that begin at `p`; appends them to `number`. Eight at a time and without
/// a branch on how many there are (Lemire 2018), for the length of fractions is random.
inline const char* scan_digits(const char* p, std::uint64_t& number) {
  for (;;) {
    std::uint64_t word = load_eight(p) ^ kEachByte * '0';
    const std::uint64_t others = (word | (word + kEachByte * 0x76)) & kHighBits;
    const auto count = static_cast<unsigned>(std::countr_zero(others)) / 8;
    if (count == 0) return p;
    word <<= 64 - 8 * count;
    word = (word * 10 + (word >> 8)) & 0x00ff00ff00ff00ffULL;
    word = (word * 100 + (word >> 16)) & 0x0000ffff0000ffffULL;
    word = (word * 10000 + (word >> 32)) & 0xffffffffULL;
    number = number * kWholePowersOfTen[count] + word;
    p += count;
    if (count < 8) return p;
  }
}

/// `parse_number` for what is long, has an exponent, or is no number.
const char* parse_long_number(const char* p, double& number);

/// Parses a JSON number strictly. Returns the byte behind it, or nullptr for what is
/// no number or must be judged elsewhere (it may not fit a double). Correctly rounded:
/// a mantissa below 2^53 divided by a power of ten up to 22 is one exact operation
/// (Clinger 1990). Minus zero becomes zero. Needs 8 zero bytes behind.
[[gnu::always_inline]] inline const char* parse_number(const char* p, double& number) {
  constexpr std::ptrdiff_t kMostDigits = 18;
  const char* const begin = p;
  const bool minus = *p == '-';
  p += minus ? 1 : 0;
  const char* const digits = p;
  unsigned digit = digit_at(p);
  if (digit > 9) return nullptr;
  std::uint64_t mantissa = digit;
  const bool leading_zero = digit == 0;
  for (digit = digit_at(++p); digit <= 9; digit = digit_at(++p)) mantissa = mantissa * 10 + digit;
  if (leading_zero && p - digits > 1) return nullptr;
  double scale = 1;
  if (*p == '.') {
    const char* const fraction = ++p;
    p = scan_digits(p, mantissa);
    const std::ptrdiff_t places = p - fraction;
    if (places == 0 || p - digits > kMostDigits + 1) [[unlikely]]
      return parse_long_number(begin, number);
    scale = kPowersOfTen[static_cast<std::size_t>(places)];
  }
  if ((*p | 0x20) == 'e' || p - digits > kMostDigits || mantissa >> 53 != 0) [[unlikely]]
    return parse_long_number(begin, number);
  const double value = static_cast<double>(static_cast<std::int64_t>(mantissa)) / scale;
  number = minus ? 0.0 - value : value;
  return p;
}

}  // namespace vedette
