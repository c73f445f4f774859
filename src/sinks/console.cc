#include "sinks/console.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <string_view>

namespace vedette {
namespace {

class ConsoleSink final : public Sink {
 public:
  ConsoleSink(int descriptor, Duration patience) : descriptor_(descriptor), patience_(patience) {}

  Delivery deliver(std::span<const Message> messages) override {
    Delivery result;
    for (const Message& message : messages) {
      result.rest = write(message.bytes);
      if (!result.rest.ok()) break;
      ++result.delivered;
    }
    return result;
  }

 private:
  // What was begun is finished first, whether or not the same message comes again.
  Status write(const std::string& bytes) {
    const bool again = !rest_.empty() && bytes == begun_;
    if (Status status = write_rest(); !status.ok() || again) return status;
    begun_ = bytes;
    rest_ = bytes + '\n';
    return write_rest();
  }

  Status write_rest() {
    while (!rest_.empty()) {
      pollfd ready{descriptor_, POLLOUT, 0};
      if (poll(&ready, 1, static_cast<int>(patience_.count())) == 0)
        return Status::retry("the reader does not read");
      // A pipe that is ready takes this much without blocking.
      const ssize_t written =
          ::write(descriptor_, rest_.data(), std::min<std::size_t>(rest_.size(), PIPE_BUF));
      if (written < 0 && errno != EINTR && errno != EAGAIN)
        return Status::retry(std::string("cannot write: ") + std::strerror(errno));
      if (written > 0) rest_.erase(0, static_cast<std::size_t>(written));
    }
    return {};
  }

  int descriptor_;
  Duration patience_;
  std::string begun_;  ///< The message that was begun last, and what is left of its lines.
  std::string rest_;
};

}  // namespace

std::unique_ptr<Sink> make_console_sink(int descriptor, Duration patience) {
  return std::make_unique<ConsoleSink>(descriptor, patience);
}

}  // namespace vedette
