#include "adapters/spdlog/throttle.h"

#include <algorithm>

namespace vedette {

bool Throttle::admit(std::string_view text, Duration now) {
  auto found = windows_.find(text);
  if (found == windows_.end()) {
    const std::string_view place = windows_.size() < kMaxTexts ? text : "(further messages)";
    found = windows_.try_emplace(std::string(place), Window{now + window_, 0}).first;
    next_end_ = std::min(next_end_, found->second.end);
  }
  return ++found->second.count <= burst_;
}

void Throttle::close_windows(Duration now, const Report& report) {
  if (now < next_end_) return;
  next_end_ = Duration::max();
  for (auto at = windows_.begin(); at != windows_.end();) {
    const Window& window = at->second;
    if (now < window.end) {
      next_end_ = std::min(next_end_, window.end);
      ++at;
      continue;
    }
    if (window.count > burst_) report(at->first, window.count - burst_);
    at = windows_.erase(at);
  }
}

}  // namespace vedette
