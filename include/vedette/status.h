#pragma once

#include <cassert>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace vedette {

/// What has to happen next; the consequence, not the cause.
enum class Code : unsigned char {
  ok,
  retry,    ///< Try again later; nothing was changed.
  reject,   ///< The input is wrong; trying again will not help.
  degrade,  ///< Go on with less; the message says what is missing.
  stop,     ///< This component cannot go on.
};

/// The outcome of something that can fail. Must be looked at; a deliberate
/// ignore is spelled `.ignore("reason")`.
class [[nodiscard]] Status {
 public:
  Status() = default;
  static Status retry(std::string why) { return {Code::retry, std::move(why)}; }
  static Status reject(std::string why) { return {Code::reject, std::move(why)}; }
  static Status degrade(std::string why) { return {Code::degrade, std::move(why)}; }
  static Status stop(std::string why) { return {Code::stop, std::move(why)}; }

  bool ok() const { return code_ == Code::ok; }
  Code code() const { return code_; }
  const std::string& message() const { return message_; }
  /// The same code, with `where` put before the message.
  Status in(const std::string& where) const {
    return ok() ? Status{} : Status{code_, where + ": " + message_};
  }
  void ignore([[maybe_unused]] const char* reason) const {}

 private:
  Status(Code code, std::string message) : code_(code), message_(std::move(message)) {}
  Code code_ = Code::ok;
  std::string message_;
};

/// A value, or the Status that says why there is none.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : content_(std::in_place_index<0>, std::move(value)) {}
  Result(Status status) : content_(std::in_place_index<1>, std::move(status)) {
    assert(!std::get<1>(content_).ok());
  }
  bool ok() const { return content_.index() == 0; }
  T& value() { return std::get<0>(content_); }
  const T& value() const { return std::get<0>(content_); }
  T& operator*() { return value(); }
  const T& operator*() const { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  Status status() const { return ok() ? Status{} : std::get<1>(content_); }

 private:
  std::variant<T, Status> content_;
};

}  // namespace vedette
