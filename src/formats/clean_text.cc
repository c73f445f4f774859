#include "formats/clean_text.h"

#include <algorithm>

namespace vedette {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::string_view kEllipsis = "\xE2\x80\xA6";

/// One code point, or how many bytes to step over where there is none.
struct Step {
  std::size_t bytes = 1;
  char32_t code = 0;
  bool valid = false;
};

// Table 3-7 of the Unicode standard: second bytes that would make an overlong form, a
// surrogate or a value above U+10FFFF are refused.
Step next(std::string_view rest) {
  const auto byte = [rest](std::size_t i) { return static_cast<unsigned char>(rest[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {1, lead, true};
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || rest.size() < 2) return {};
  const unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (byte(1) < low || byte(1) > high) return {};
  char32_t code = lead & (0x7F >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if (i >= rest.size() || (byte(i) & 0xC0) != 0x80) return {i, 0, false};
    code = code << 6 | (byte(i) & 0x3F);
  }
  return {length, code, true};
}

bool ends_line(char32_t code) {
  return (code >= 0x09 && code <= 0x0D) || code == 0x85 || code == 0x2028 || code == 0x2029;
}

// C0, DEL, C1; marks and overrides of the reading direction; the byte order mark.
bool controls(char32_t code) {
  return code < 0x20 || (code >= 0x7F && code <= 0x9F) || code == 0x061C || code == 0x200E ||
         code == 0x200F || (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) ||
         code == 0xFEFF;
}

std::string_view shown(const Step& step, std::string_view rest) {
  if (!step.valid) return kReplacement;
  if (ends_line(step.code)) return " ";
  return controls(step.code) ? std::string_view{} : rest.substr(0, step.bytes);
}

}  // namespace

std::string clean_text(std::string_view text, std::size_t max_bytes) {
  const auto printable = [](char c) { return c >= ' ' && c <= '~'; };
  if (text.size() <= max_bytes && std::all_of(text.begin(), text.end(), printable)) return std::string(text);
  std::string out;
  std::size_t whole = 0;  // Length of `out` that leaves room for the ellipsis.
  while (!text.empty()) {
    const Step step = next(text);
    const std::string_view piece = shown(step, text);
    if (out.size() + piece.size() > max_bytes) {
      out.resize(whole);
      return max_bytes < kEllipsis.size() ? out : out.append(kEllipsis);
    }
    out.append(piece);
    if (out.size() + kEllipsis.size() <= max_bytes) whole = out.size();
    text.remove_prefix(step.bytes);
  }
  return out;
}

std::string clean_name(std::string_view text, std::size_t max_bytes) {
  std::string out(text.substr(0, max_bytes));
  for (char& c : out) {
    if (c <= ' ' || c > '~') c = '_';
  }
  return out.empty() ? "-" : out;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const Step step = next(text);
    if (!step.valid) return false;
    text.remove_prefix(step.bytes);
  }
  return true;
}

}  // namespace vedette
