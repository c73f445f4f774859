#include "adapters/spdlog/log_line.h"

#include <cstddef>
#include <cstdint>

namespace vedette {
namespace {

constexpr std::size_t kMaxText = 1024;

struct Character {
  std::uint32_t code = 0;
  std::size_t length = 0;  ///< 0: not UTF-8.
};

std::size_t length_of(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead < 0xe0) return 2;
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  return lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
}

Character first_of(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = length_of(lead);
  if (length == 0 || length > text.size()) return {};
  if (length == 1) return {lead, 1};
  std::uint32_t code = lead & (0xffu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xc0) != 0x80) return {};
    code = (code << 6) | (next & 0x3fu);
  }
  constexpr std::uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xd800 && code < 0xe000;
  return code < kSmallest[length] || surrogate || code > 0x10ffff ? Character{} : Character{code, length};
}

bool dangerous(std::uint32_t code) {
  const bool control = code < 0x20 || (code >= 0x7f && code < 0xa0);
  const bool line_end = code == 0x2028 || code == 0x2029;
  // Text that reads backwards can hide what it says (CVE-2021-42574).
  const bool direction = (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
  return control || line_end || direction;
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char character : printable(text)) {
    if (character == '"' || character == '\\') out += '\\';
    out += character;
  }
  out += '"';
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  std::string_view rest = text;
  while (!rest.empty() && out.size() < kMaxText) {
    const Character character = first_of(rest);
    const std::size_t length = character.length == 0 ? 1 : character.length;
    if (character.length == 0 || dangerous(character.code))
      out += '?';
    else
      out += rest.substr(0, length);
    rest.remove_prefix(length);
  }
  if (!rest.empty()) out += "...";
  return out;
}

std::string text_line(std::string_view message, std::initializer_list<Log::Field> fields) {
  std::string line = printable(message);
  for (const auto& [key, value] : fields) {
    line += ' ' + printable(key) + '=';
    if (value.empty() || value.find_first_of(" \"=\\") != std::string::npos)
      append_quoted(line, value);
    else
      line += printable(value);
  }
  return line;
}

std::string json_members(std::string_view message, std::initializer_list<Log::Field> fields) {
  std::string json = "\"message\":";
  append_quoted(json, message);
  if (fields.size() == 0) return json;
  char separator = '{';
  json += ",\"fields\":";
  for (const auto& [key, value] : fields) {
    json += separator;
    append_quoted(json, key);
    json += ':';
    append_quoted(json, value);
    separator = ',';
  }
  return json + '}';
}

}  // namespace vedette
