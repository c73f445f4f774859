#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "vedette/time.h"

namespace vedette {

/// Lets the first `burst` of each text through per window and counts the rest. Remembers at
/// most `kMaxTexts` texts; further ones share one place. Not thread-safe.
class Throttle {
 public:
  static constexpr std::size_t kMaxTexts = 256;
  using Report = std::function<void(const std::string& text, std::uint64_t suppressed)>;

  Throttle(std::uint32_t burst, Duration window) : burst_(burst), window_(window) {}

  bool admit(std::string_view text, Duration now);
  /// Forgets the windows that are over at `now` and reports what they have suppressed.
  void close_windows(Duration now, const Report& report);

 private:
  struct Window {
    Duration end{};
    std::uint64_t count = 0;
  };
  std::uint32_t burst_;
  Duration window_;
  Duration next_end_ = Duration::max();
  std::map<std::string, Window, std::less<>> windows_;
};

}  // namespace vedette
