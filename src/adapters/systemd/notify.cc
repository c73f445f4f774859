#include "adapters/systemd/notify.h"

#include <systemd/sd-daemon.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>

namespace vedette {
namespace {

void send(const std::string& state) {
  // A lost notification shows up as systemd's own timeout, so the answer is of no use here.
  static_cast<void>(sd_notify(0, state.c_str()));
}

std::string microseconds(Duration duration) {
  return std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(duration).count());
}

}  // namespace

void Notify::ready() const { send("READY=1"); }

void Notify::status(std::string_view line) const {
  std::string state = "STATUS=" + std::string(line);
  // A line end would begin another assignment.
  std::replace_if(
      state.begin(), state.end(), [](char letter) { return letter == '\n' || letter == '\0'; }, ' ');
  send(state);
}

void Notify::watchdog() const { send("WATCHDOG=1"); }

void Notify::reloading() const { send("RELOADING=1\nMONOTONIC_USEC=" + microseconds(clock_.monotonic())); }

void Notify::stopping() const { send("STOPPING=1"); }

void Notify::extend_timeout(Duration by) const { send("EXTEND_TIMEOUT_USEC=" + microseconds(by)); }

std::optional<Duration> Notify::watchdog_period() {
  std::uint64_t limit = 0;
  if (sd_watchdog_enabled(0, &limit) <= 0) return std::nullopt;
  return std::max(Duration{1}, std::chrono::duration_cast<Duration>(std::chrono::microseconds(limit)) / 2);
}

}  // namespace vedette
