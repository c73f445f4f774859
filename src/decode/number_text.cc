#include "decode/number_text.h"

#include <charconv>
#include <system_error>

namespace vedette {
namespace {

const char* skip_digits(const char* p) {
  while (digit_at(p) <= 9) ++p;
  return p;
}

}  // namespace

const char* parse_long_number(const char* p, double& number) {
  const char* const begin = p;
  if (*p == '-') ++p;
  const char* const digits = p;
  p = skip_digits(p);
  if (p == digits || (*digits == '0' && p - digits > 1)) return nullptr;
  if (*p == '.') {
    const char* const fraction = ++p;
    p = skip_digits(p);
    if (p == fraction) return nullptr;
  }
  if ((*p | 0x20) == 'e') {
    ++p;
    if (*p == '-' || *p == '+') ++p;
    const char* const exponent = p;
    p = skip_digits(p);
    if (p == exponent) return nullptr;
  }
  // Overflow is refused by the parser, underflow accepted: not ours to tell apart.
  const auto [end, error] = std::from_chars(begin, p, number);
  number += 0.0;
  return error == std::errc{} && end == p ? p : nullptr;
}

}  // namespace vedette
