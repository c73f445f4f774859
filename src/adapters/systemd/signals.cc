#include "adapters/systemd/signals.h"

#include <pthread.h>

#include <cerrno>
#include <chrono>

namespace vedette {
namespace {

bool stops(int signal) { return signal == SIGTERM || signal == SIGINT; }

int take(const sigset_t& watched, Duration wait) {
  const auto whole = std::chrono::duration_cast<std::chrono::seconds>(wait);
  const timespec limit{whole.count(), static_cast<long>((wait - whole).count() * 1'000'000)};
  return sigtimedwait(&watched, nullptr, &limit);
}

}  // namespace

Signals::Signals() {
  sigemptyset(&watched_);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&watched_, signal);
  pthread_sigmask(SIG_BLOCK, &watched_, &before_);
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &ignore, &pipe_before_);
}

Signals::~Signals() {
  // What still waits would end the process as soon as it is unblocked.
  while (next(Duration{0}) != Wish::none) continue;
  sigaction(SIGPIPE, &pipe_before_, nullptr);
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

Signals::Wish Signals::next(Duration wait) const {
  int signal = take(watched_, wait);
  if (signal < 0) return Wish::none;
  // The kernel hands out the lowest number, which is SIGHUP; a stop that waits as well makes it moot.
  if (!stops(signal)) {
    const int second = take(watched_, Duration{0});
    if (second >= 0) signal = second;
  }
  return stops(signal) ? Wish::stop : Wish::reload;
}

}  // namespace vedette
