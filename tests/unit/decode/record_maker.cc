#include "unit/decode/record_maker.h"

#include <algorithm>

namespace vedette {

std::string RecordMaker::object(Members members, bool shuffle) {
  if (shuffle) std::ranges::shuffle(members, random_);
  const bool spaced = chance(10);
  std::string out = "{";
  for (const auto& [key, value] : members) {
    if (out.size() > 1) out += spaced ? ", " : ",";
    out += '"' + key + (spaced ? "\": " : "\":") + value;
  }
  return out + (chance(3) ? " }" : "}");
}

std::string RecordMaker::number() {
  static constexpr std::string_view kOdd[] = {"0",
                                              "-0",
                                              "-0.0",
                                              "1e5",
                                              "1E+5",
                                              "2.5e-7",
                                              "123456789012345678",
                                              "1234567890123456789",
                                              "9223372036854775808",
                                              "18446744073709551616",
                                              "123456789012345678901234567890",
                                              "0.1234567890123456789012",
                                              "1e308",
                                              "1.8e308",
                                              "1e400",
                                              "5e-324",
                                              "1e-400",
                                              "01",
                                              "1.",
                                              ".5",
                                              "+1",
                                              "1e",
                                              "NaN",
                                              "Infinity",
                                              "-Infinity",
                                              "-",
                                              "0x10",
                                              "4.9406564584124654e-324",
                                              "2.2250738585072011e-308",
                                              "9007199254740993",
                                              "9007199254740993.0",
                                              "0e999",
                                              "1e-22",
                                              "1e23",
                                              "123456789.123456789e10"};
  if (chance(4)) return one_of(kOdd);
  if (chance(40)) return std::to_string(pick(100000));
  std::string digits = std::to_string(pick(1000)) + '.';
  for (std::size_t i = pick(17) + 1; i > 0; --i) digits += static_cast<char>('0' + pick(10));
  return (chance(20) ? "-" : "") + digits;
}

std::string RecordMaker::text() {
  static constexpr std::string_view kTexts[] = {"eu",
                                                "retail-eu",
                                                "",
                                                "svc-checkout",
                                                "python-requests/2.32.3 (Linux; x86_64)",
                                                "a",
                                                "fraud",
                                                "model:fraud-scorer:7",
                                                "/get-artifact",
                                                "203.0.113.45"};
  static constexpr std::string_view kOdd[] = {"nan",
                                              "NaN",
                                              "-Infinity",
                                              "inf",
                                              "NANA",
                                              "m\xc3\xbcnchen",
                                              "\xe6\x9d\xb1\xe4\xba\xac",
                                              "\\u00e9",
                                              "a\\\"b",
                                              "\\n",
                                              "\\ud83d\\ude00",
                                              "\\ud800",
                                              "\\udc00",
                                              "\\u0000",
                                              "bad\xff",
                                              "tab\there",
                                              "\\x",
                                              "\xed\xa0\x80",
                                              "\xc0\x80"};
  return '"' + (chance(4) ? one_of(kOdd) : one_of(kTexts)) + '"';
}

std::string RecordMaker::vector() {
  std::string out = "[";
  for (std::size_t i = pick(6); i > 0; --i) out += number() + (i > 1 ? (chance(10) ? " , " : ",") : "");
  return out + "]";
}

std::string RecordMaker::value() {
  static constexpr std::string_view kOdd[] = {"{}", "{\"a\":1}", "[[1]]", "[1,\"a\"]", "[null]",
                                              "[]", "[ ]",       "nul",   "True"};
  if (chance(2)) return one_of(kOdd);
  if (chance(5)) return vector();
  if (chance(15)) return text();
  if (chance(5)) return "null";
  if (chance(5)) return chance(50) ? "true" : "false";
  return number();
}

std::string RecordMaker::time() {
  static constexpr std::string_view kOdd[] = {"\"2026-03-02T10:15:42+02:00\"",
                                              "\"2026-03-02t10:15:42.5z\"",
                                              "\"2026-03-02 10:15:42-11:30\"",
                                              "\"2026-02-29T00:00:00Z\"",
                                              "\"2026-03-02T24:00:00Z\"",
                                              "\"2026-03-02T10:15:42\"",
                                              "\"1999-12-31T23:59:59Z\"",
                                              "\"2100-01-01T00:00:00Z\"",
                                              "\"2026-12-31T23:59:60Z\"",
                                              "1772446542123.7",
                                              "946684799999",
                                              "946684800000",
                                              "4102444800000",
                                              "0",
                                              "-1",
                                              "1e12",
                                              "null",
                                              "true",
                                              "\"2026-03-02T10:15:42.Z\"",
                                              "\"2026-03-02T10:15:42.123456789Z\"",
                                              "\"\"",
                                              "\"2026-03-02T10:15:42.1+0200\""};
  if (chance(8)) return one_of(kOdd);
  if (chance(20)) return std::to_string(1772446542123 + static_cast<std::int64_t>(pick(1000000)));
  const std::string minute = std::to_string(pick(50) + 10);
  return "\"2026-03-02T10:" + minute + ":4" + std::to_string(pick(10)) + ".1" +
         std::to_string(pick(90) + 10) + "Z\"";
}

std::string RecordMaker::nested(int depth) {
  if (depth == 0 || chance(20)) return value();
  if (chance(50)) return "[" + nested(depth - 1) + (chance(50) ? ", " + nested(0) : "") + "]";
  return "{\"k\":" + nested(depth - 1) + (chance(50) ? ",\"k\":" + nested(0) : "") + "}";
}

void RecordMaker::add_common(Members& members) {
  if (chance(80)) members.emplace_back("id", "\"req-" + std::to_string(pick(1000000)) + "\"");
  if (chance(50)) members.emplace_back("tenant", text());
  if (chance(40))
    members.emplace_back("segment",
                         object({{"region", text()}, {"tier", chance(90) ? text() : value()}}, false));
  if (chance(10)) members.emplace_back("zone", value());
  if (chance(5)) members.emplace_back("meta", nested(static_cast<int>(pick(18))));
  if (chance(3)) members.emplace_back("tenant", "\"twice\"");
  if (chance(2)) members.emplace_back("zone", "1");
  if (chance(2)) members.emplace_back("caf\xc3\xa9", "1");
  if (chance(2)) members.emplace_back("k\\u0065y", "1");
}

RecordMaker::Members RecordMaker::inference() {
  Members features;
  for (std::size_t i = pick(8); i > 0; --i) features.emplace_back("f" + std::to_string(i), value());
  if (chance(2)) features.emplace_back("embedding", vector());
  Members outputs{{"label", text()}, {"score", number()}};
  const Members classes{{"fraud", number()}, {"ok", chance(95) ? number() : value()}};
  if (chance(60)) outputs.emplace_back("probabilities", object(classes, false));
  if (chance(10)) outputs.emplace_back(chance(80) ? "topic" : "label", object(classes, false));
  if (chance(5)) outputs.emplace_back("probabilities", object(classes, false));
  Members members{{"model", "\"model-" + std::to_string(pick(8)) + "\""}, {"version", "\"7\""}};
  members.emplace_back("features", chance(97) ? object(features, chance(10)) : value());
  if (chance(30)) members.emplace_back("embedding", chance(95) ? vector() : value());
  if (chance(90)) members.emplace_back("outputs", object(outputs, chance(10)));
  if (chance(50)) members.emplace_back("principal", text());
  if (chance(50)) members.emplace_back("source_ip", text());
  if (chance(50)) members.emplace_back("user_agent", text());
  if (chance(60)) members.emplace_back("latency_ms", chance(95) ? number() : value());
  if (chance(60)) members.emplace_back("status", chance(95) ? "200" : number());
  if (chance(10)) members.emplace_back("model_digest", "\"sha256:9f2c\"");
  return members;
}

RecordMaker::Members RecordMaker::access() {
  Members members{{"principal", text()}, {"action", "\"download\""}, {"resource", text()}};
  if (chance(80)) members.emplace_back("result", "\"success\"");
  if (chance(50)) members.emplace_back("method", "\"GET\"");
  if (chance(50)) members.emplace_back("path", text());
  if (chance(50)) members.emplace_back("bytes_out", number());
  if (chance(10)) members.emplace_back("labels", value());
  return members;
}

RecordMaker::Members RecordMaker::label() {
  return {{"model", "\"model-1\""}, {"inference_id", text()}, {"label", value()}};
}

RecordMaker::Members RecordMaker::metric() {
  Members members{{"name", "\"gpu_utilisation\""}, {"value", value()}};
  if (chance(70)) members.emplace_back("labels", object({{"node", text()}}, false));
  return members;
}

std::string RecordMaker::make() {
  static constexpr std::string_view kKinds[] = {"inference", "inference", "inference",
                                                "access",    "label",     "metric"};
  const std::string kind = one_of(kKinds);
  Members members{{"schema", chance(98) ? "\"vedette/1\"" : "\"vedette/2\""},
                  {"kind", '"' + kind + '"'},
                  {"time", time()}};
  add_common(members);
  Members own = kind == "inference" ? inference()
                : kind == "access"  ? access()
                : kind == "label"   ? label()
                                    : metric();
  members.insert(members.end(), own.begin(), own.end());
  return object(std::move(members), chance(15));
}

std::string RecordMaker::mutate(std::string record) {
  for (std::size_t i = pick(3) + 1; i > 0 && !record.empty(); --i) mutate_once(record);
  return record;
}

void RecordMaker::mutate_once(std::string& record) {
  static constexpr std::string_view kPieces[] = {" ",
                                                 "\n",
                                                 "\t",
                                                 "\r",
                                                 "\\u0041",
                                                 "\\",
                                                 "\"",
                                                 ",",
                                                 ":",
                                                 "{",
                                                 "}",
                                                 "[",
                                                 "]",
                                                 "{}",
                                                 "[]",
                                                 "null",
                                                 "true",
                                                 "1",
                                                 "-",
                                                 "e",
                                                 ".",
                                                 "0",
                                                 "\"a\":1,",
                                                 ",\"zone\":1",
                                                 "\xc3",
                                                 "\xff",
                                                 "nan",
                                                 "\"id\":\"x\",",
                                                 "}}",
                                                 "{\"a\":",
                                                 std::string_view("\0", 1)};
  const std::size_t at = pick(record.size());
  const std::size_t length = std::min(record.size() - at, pick(8) + 1);
  switch (pick(8)) {
    case 0:
      record[at] = static_cast<char>(record[at] ^ (1 << pick(8)));
      break;
    case 1:
      record.erase(at, length);
      break;
    case 2:
    case 3:
      record.insert(at, one_of(kPieces));
      break;
    case 4:
      std::swap(record[at], record[pick(record.size())]);
      break;
    case 5:
      record.insert(at, record.substr(pick(record.size()), length * 4));
      break;
    case 6:
      record[at] = "0123456789\",:{}[] "[pick(18)];
      break;
    default:
      if (chance(10)) record.resize(at);
      if (const std::size_t comma = record.find(',', at); comma != std::string::npos)
        record.insert(comma + pick(2), chance(50) ? " " : "\n");
      break;
  }
}

}  // namespace vedette
