#pragma once

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <string_view>

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

/// Attempts something on a store that may be of no use for a while (a full disk): as long
/// as `again` says so of the outcome, opens the store again after a growing pause.
/// Answers why not only when it stops or must.
template <class Attempt, class Again>
Status attempt_patiently(Store& store, const Attempt& attempt, const Again& again, std::string_view trouble,
                         const std::stop_token& stop, Log& log) {
  Duration pause{50};
  Status status = attempt();
  while (again(status) && !stop.stop_requested()) {
    log.error(trouble, {{"reason", status.message()}});
    pause_for(pause, stop);
    pause = std::min(pause * 2, Duration{2000});
    const Status opened = store.reopen();
    if (opened.code() == Code::stop) return opened;
    status = opened.ok() ? attempt() : opened;
  }
  return status;
}

/// Commits, however long it takes. Values are whole, so that writing them twice is harmless.
inline Status commit_durably(Store& store, const Changes& changes, const std::stop_token& stop, Log& log) {
  return attempt_patiently(
      store, [&] { return store.commit(changes); }, [](const Status& status) { return !status.ok(); },
      "cannot commit; reading stops until it works", stop, log);
}

}  // namespace vedette
