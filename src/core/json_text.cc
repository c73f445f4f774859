#include "core/json_text.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdio>

#include "core/setting_text.h"

namespace vedette {
namespace {

std::string quote(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    if (static_cast<unsigned char>(c) >= 0x20) {
      out.push_back(c);
      continue;
    }
    std::array<char, 8> escape{};
    std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<unsigned>(c));
    out.append(escape.data());
  }
  return out + "\"";
}

}  // namespace

JsonText JsonText::text(std::string_view value) {
  JsonText json;
  json.scalar_ = quote(value);
  return json;
}

JsonText JsonText::number(double value) {
  JsonText json;
  json.scalar_ = number_text(value);
  return json;
}

JsonText JsonText::boolean(bool value) {
  JsonText json;
  json.scalar_ = value ? "true" : "false";
  return json;
}

JsonText JsonText::object() {
  JsonText json;
  json.kind_ = Kind::object;
  return json;
}

JsonText JsonText::array() {
  JsonText json;
  json.kind_ = Kind::array;
  return json;
}

JsonText& JsonText::add(std::string_view name, JsonText value) {
  members_.emplace_back(name, std::move(value));
  return *this;
}

JsonText& JsonText::add(JsonText value) {
  members_.emplace_back("", std::move(value));
  return *this;
}

bool JsonText::has(std::string_view name) const {
  return std::any_of(members_.begin(), members_.end(),
                     [name](const auto& member) { return member.first == name; });
}

JsonText& JsonText::at(std::string_view name) {
  const auto member =
      std::find_if(members_.begin(), members_.end(), [name](const auto& m) { return m.first == name; });
  assert(member != members_.end());
  return member->second;
}

std::string JsonText::print(int indent) const {
  if (kind_ == Kind::scalar) return scalar_;
  const bool is_object = kind_ == Kind::object;
  if (members_.empty()) return is_object ? "{}" : "[]";
  const std::string margin(static_cast<std::size_t>(indent) + 2, ' ');
  std::string out(is_object ? "{" : "[");
  for (const auto& [name, value] : members_) {
    out.append(out.size() > 1 ? ",\n" : "\n").append(margin);
    if (is_object) out.append(quote(name)).append(": ");
    out.append(value.print(indent + 2));
  }
  out.append("\n").append(static_cast<std::size_t>(indent), ' ');
  return out + (is_object ? "}" : "]");
}

}  // namespace vedette
