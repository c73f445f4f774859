#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace vedette {

static_assert(std::endian::native == std::endian::little, "scans take the lowest byte as the first");

inline constexpr std::uint64_t kEachByte = 0x0101010101010101ULL;
inline constexpr std::uint64_t kHighBits = kEachByte * 0x80;

inline std::uint64_t load_eight(const char* p) {
  std::uint64_t word;
  std::memcpy(&word, p, sizeof word);
  return word;
}

/// High bit of every byte that is zero; only the lowest one set is exact (Mycroft 1987).
constexpr std::uint64_t zero_bytes(std::uint64_t word) { return (word - kEachByte) & ~word & kHighBits; }

/// The quote that ends the string whose content begins at `p`; nullptr if a backslash or
/// a control character comes first. `high` collects bytes, so that its high bits tell
/// afterwards whether the record must be checked for UTF-8. Needs 8 zero bytes behind.
inline const char* scan_text(const char* p, std::uint64_t& high) {
  for (;; p += 8) {
    const std::uint64_t word = load_eight(p);
    const std::uint64_t control = (word - kEachByte * 0x20) & ~word & kHighBits;
    const std::uint64_t stop =
        zero_bytes(word ^ kEachByte * '"') | zero_bytes(word ^ kEachByte * '\\') | control;
    high |= word;
    if (stop == 0) continue;
    p += std::countr_zero(stop) >> 3;
    return *p == '"' ? p : nullptr;
  }
}

inline bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

inline const char* skip_space(const char* p) {
  while (is_space(*p)) ++p;
  return p;
}

inline bool starts_with_four(const char* p, const char (&word)[5]) { return std::memcmp(p, word, 4) == 0; }

}  // namespace vedette
