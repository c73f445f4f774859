#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace vedette {

enum class LogLevel : unsigned char { debug, info, warning, error };

/// Where components say what went wrong, once, with the subject and the position.
/// Never a payload, never a plain principal. Thread-safe, rate-limited per message.
class Log {
 public:
  using Field = std::pair<std::string_view, std::string>;
  virtual ~Log() = default;
  virtual void write(LogLevel level, std::string_view message, std::initializer_list<Field> fields) = 0;

  void debug(std::string_view message, std::initializer_list<Field> fields = {}) {
    write(LogLevel::debug, message, fields);
  }
  void info(std::string_view message, std::initializer_list<Field> fields = {}) {
    write(LogLevel::info, message, fields);
  }
  void warning(std::string_view message, std::initializer_list<Field> fields = {}) {
    write(LogLevel::warning, message, fields);
  }
  void error(std::string_view message, std::initializer_list<Field> fields = {}) {
    write(LogLevel::error, message, fields);
  }
};

/// Says nothing. For tests and for commands that print their own errors.
class SilentLog final : public Log {
 public:
  void write(LogLevel, std::string_view, std::initializer_list<Field>) override {}
};

}  // namespace vedette
