#pragma once

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <stop_token>

#include "core/log.h"
#include "vedette/store.h"
#include "vedette/time.h"

namespace vedette {

/// Waits, unless asked to stop.
inline void pause_for(Duration time, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_for(lock, stop, time, [] { return false; });
}

/// Commits, however long it takes: a store that cannot write now (a full disk) is
/// opened again and again, with a growing pause, until it can. Values are whole, so
/// that writing them twice is harmless. Answers why not only when it stops or must.
inline Status commit_durably(Store& store, const Changes& changes, const std::stop_token& stop, Log& log) {
  Duration pause{50};
  Status status = store.commit(changes);
  while (!status.ok() && !stop.stop_requested()) {
    log.error("cannot commit; reading stops until it works", {{"reason", status.message()}});
    pause_for(pause, stop);
    pause = std::min(pause * 2, Duration{2000});
    const Status opened = store.reopen();
    if (opened.code() == Code::stop) return opened;
    status = opened.ok() ? store.commit(changes) : opened;
  }
  return status;
}

}  // namespace vedette
