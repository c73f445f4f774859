#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <thread>

#include "vedette/time.h"

namespace vedette::kafka {

/// Tells waiting workers that something came. Each thread sees every signal: one that
/// came after its previous wait ends the next wait at once, so none is missed between
/// a fruitless read and the wait.
class WakeUp {
 public:
  void signal() {
    {
      const std::lock_guard<std::mutex> hold(mutex_);
      ++signals_;
    }
    came_.notify_all();
  }

  void wait(Duration at_most) {
    std::unique_lock<std::mutex> hold(mutex_);
    std::uint64_t& seen = seen_[std::this_thread::get_id()];
    came_.wait_for(hold, at_most, [&] { return signals_ != seen; });
    seen = signals_;
  }

 private:
  std::mutex mutex_;  ///< Guards the counts.
  std::condition_variable came_;
  std::uint64_t signals_ = 0;
  std::map<std::thread::id, std::uint64_t> seen_;
};

}  // namespace vedette::kafka
