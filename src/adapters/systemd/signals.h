#pragma once

#include <csignal>

#include "vedette/time.h"

namespace vedette {

/// SIGTERM and SIGINT (stop), SIGHUP (reload) as values instead of interruptions. Make it
/// before any thread starts: it blocks them in this thread, and threads inherit that.
/// SIGPIPE is ignored. The destructor puts everything back.
class Signals {
 public:
  enum class Wish : unsigned char { none, stop, reload };
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  /// The next wish, at once if one waits, else `none` after `wait`. A stop goes first.
  Wish next(Duration wait) const;

 private:
  sigset_t watched_;
  sigset_t before_;
  struct sigaction pipe_before_;
};

}  // namespace vedette
