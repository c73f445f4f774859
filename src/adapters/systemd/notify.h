#pragma once

#include <optional>
#include <string_view>

#include "vedette/clock.h"

namespace vedette {

/// Tells systemd how the daemon is. Everything is harmless where systemd did not start
/// us: nothing is sent. Any thread.
class Notify {
 public:
  explicit Notify(const Clock& clock) : clock_(clock) {}
  void ready() const;
  void status(std::string_view line) const;
  void watchdog() const;
  void reloading() const;
  void stopping() const;
  /// Start or stop takes longer: systemd waits `by` from now.
  void extend_timeout(Duration by) const;
  /// `watchdog()` is expected at least this often (half of WatchdogSec); none: not at all.
  static std::optional<Duration> watchdog_period();

 private:
  const Clock& clock_;
};

}  // namespace vedette
