#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <system_error>

namespace vedette {

inline constexpr std::array<double, 23> kPowersOfTen = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                        1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                        1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

inline unsigned digit_at(const char* p) { return static_cast<unsigned>(*p) - unsigned{'0'}; }

/// Behind the `e` and digits at `p`, or nullptr; adds what they say to `sum`, saturated.
inline const char* scan_exponent(const char* p, int& sum) {
  ++p;
  const bool minus = *p == '-';
  if (minus || *p == '+') ++p;
  if (digit_at(p) > 9) return nullptr;
  int exponent = 0;
  for (; digit_at(p) <= 9; ++p)
    if (exponent < 100000) exponent = exponent * 10 + static_cast<int>(digit_at(p));
  sum += minus ? -exponent : exponent;
  return p;
}

/// Parses a JSON number strictly. Returns the byte behind it, or nullptr for what is
/// no number or must be judged elsewhere (it may not fit a double). Correctly rounded:
/// a mantissa below 2^53 with a power of ten up to 22 is one exact operation (Clinger
/// 1990), the rest goes through from_chars. Minus zero becomes zero. Needs a byte
/// behind that is no part of a number.
inline const char* parse_number(const char* p, double& number) {
  const char* const begin = p;
  const bool minus = *p == '-';
  if (minus) ++p;
  const char* const digits = p;
  std::uint64_t mantissa = 0;
  int exponent = 0;
  for (unsigned digit = digit_at(p); digit <= 9; digit = digit_at(++p)) mantissa = mantissa * 10 + digit;
  auto count = p - digits;
  if (count == 0 || (*digits == '0' && count > 1)) return nullptr;
  if (*p == '.') {
    const char* const fraction = ++p;
    for (unsigned digit = digit_at(p); digit <= 9; digit = digit_at(++p)) mantissa = mantissa * 10 + digit;
    if (p == fraction) return nullptr;
    exponent = static_cast<int>(fraction - p);
    count += p - fraction;
  }
  if ((*p | 0x20) == 'e' && (p = scan_exponent(p, exponent)) == nullptr) return nullptr;
  if (count <= 18 && mantissa < std::uint64_t{1} << 53 && exponent >= -22 && exponent <= 22) {
    const auto whole = static_cast<double>(static_cast<std::int64_t>(mantissa));
    const double value = exponent < 0 ? whole / kPowersOfTen[static_cast<std::size_t>(-exponent)]
                                      : whole * kPowersOfTen[static_cast<std::size_t>(exponent)];
    number = (minus ? -value : value) + 0.0;
    return p;
  }
  const auto [end, error] = std::from_chars(begin, p, number);
  number += 0.0;
  return error == std::errc{} && end == p ? p : nullptr;
}

}  // namespace vedette
