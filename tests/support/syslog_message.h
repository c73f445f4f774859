#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace vedette {

/// An RFC 5424 message taken apart by its grammar; what a careful receiver would read.
struct SyslogMessage {
  int priority = -1;
  std::string time, host, app, process, id;
  std::map<std::string, std::map<std::string, std::string>> elements;
  std::string text;
};

/// Nothing if `bytes` are not exactly one message.
class SyslogParser {
 public:
  explicit SyslogParser(std::string_view bytes) : rest_(bytes) {}

  std::optional<SyslogMessage> parse() {
    SyslogMessage out;
    if (!priority(out.priority)) return std::nullopt;
    for (auto [field, limit] :
         {std::pair{&out.time, 32}, {&out.host, 255}, {&out.app, 48}, {&out.process, 128}, {&out.id, 32}})
      if (!word(*field, static_cast<std::size_t>(limit))) return std::nullopt;
    if (take('-')) {
    } else if (!elements(out)) {
      return std::nullopt;
    }
    if (rest_.empty()) return out;
    if (!take(' ')) return std::nullopt;
    out.text = rest_;
    if (out.text.find_first_of("\n\r") != std::string::npos) return std::nullopt;
    return out;
  }

 private:
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool priority(int& value) {
    if (!take('<')) return false;
    value = 0;
    std::size_t digits = 0;
    for (; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; ++digits) {
      value = value * 10 + (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    return digits > 0 && digits < 4 && value <= 191 && take('>') && take('1') && take(' ');
  }
  bool word(std::string& out, std::size_t limit) {
    while (!rest_.empty() && rest_.front() > ' ' && rest_.front() <= '~') {
      out.push_back(rest_.front());
      rest_.remove_prefix(1);
    }
    return !out.empty() && out.size() <= limit && take(' ');
  }
  bool name(std::string& out, std::string_view ends) {
    while (!rest_.empty() && rest_.front() > ' ' && rest_.front() <= '~' &&
           ends.find(rest_.front()) == ends.npos) {
      out.push_back(rest_.front());
      rest_.remove_prefix(1);
    }
    return !out.empty() && out.size() <= 32 && out.find_first_of("=]\"") == out.npos;
  }
  bool elements(SyslogMessage& out) {
    bool any = false;
    while (take('[')) {
      std::string id;
      if (!name(id, " ]") || out.elements.contains(id)) return false;
      auto& parameters = out.elements[id];
      while (take(' ')) {
        std::string key, value;
        if (!name(key, "=") || !take('=') || !take('"') || !quoted(value) || parameters.contains(key))
          return false;
        parameters[key] = value;
      }
      if (!take(']')) return false;
      any = true;
    }
    return any;
  }
  bool quoted(std::string& out) {
    while (!rest_.empty()) {
      char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '"') return true;
      if (c == ']' || c == '\n' || c == '\r') return false;
      if (c == '\\') {
        if (rest_.empty()) return false;
        c = rest_.front();
        rest_.remove_prefix(1);
      }
      out.push_back(c);
    }
    return false;
  }
  std::string_view rest_;
};

}  // namespace vedette
