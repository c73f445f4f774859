#include "formats/dead_letter.h"

#include <cstdint>

#include <nlohmann/json.hpp>

#include "formats/clean_text.h"
#include "formats/timestamp.h"

namespace vedette {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMaxReason = 200;

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k)
      out.push_back(i + k <= bytes.size() ? kDigits[group >> (18 - 6 * k) & 63] : '=');
  }
  return out;
}

void put_bytes(Json& object, const std::string& name, const std::string& bytes) {
  if (bytes.empty()) return;
  if (is_utf8(bytes)) {
    object[name] = bytes;
  } else {
    object[name + "_base64"] = base64(bytes);
  }
}

// ASCII only: what is inside cannot move a terminal or end a line.
std::string line_of(const Json& object) { return object.dump(-1, ' ', true, Json::error_handler_t::replace); }

}  // namespace

std::string dead_letter_json(const DeadLetter& letter, Time logged_at) {
  Json object = Json::object();
  if (logged_at != kDawn) object["time"] = rfc3339(logged_at);
  object["reason"] = clean_text(letter.reason, kMaxReason);
  object["detail"] = clean_text(letter.detail, kMaxReason);
  object["topic"] = clean_text(letter.position.partition.topic);
  object["partition"] = letter.position.partition.partition;
  object["offset"] = letter.position.offset;
  if (letter.broker_time != kDawn) object["broker_time"] = rfc3339(letter.broker_time);
  put_bytes(object, "payload", letter.bytes);
  return line_of(object);
}

Message dead_letter_message(const DeadLetter& letter, Time logged_at) {
  Message message;
  message.bytes = letter.bytes.empty() ? dead_letter_json(letter, logged_at) : letter.bytes;
  message.headers = {{"x-orig-topic", clean_text(letter.position.partition.topic)},
                     {"x-orig-partition", std::to_string(letter.position.partition.partition)},
                     {"x-orig-offset", std::to_string(letter.position.offset)},
                     {"x-error-class", clean_text(letter.reason, kMaxReason)},
                     {"x-error-msg", clean_text(letter.detail, kMaxReason)}};
  if (letter.broker_time != kDawn)
    message.headers.emplace_back("x-orig-timestamp", std::to_string(to_ms(letter.broker_time)));
  return message;
}

std::string refused_json(const Message& message, std::string_view sink, std::string_view why, Time at) {
  Json object = {{"time", rfc3339(at)}, {"sink", clean_text(sink)}, {"reason", clean_text(why)}};
  if (!message.key.empty()) object["alert"] = clean_text(message.key);
  put_bytes(object, "message", message.bytes);
  return line_of(object);
}

}  // namespace vedette
