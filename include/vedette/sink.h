#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "vedette/alert.h"
#include "vedette/status.h"

namespace vedette {

/// Bytes ready for a transport, with what a transport may need to know of them.
struct Message {
  std::string key;  ///< Alert uid, or empty.
  std::string bytes;
  std::vector<std::pair<std::string, std::string>> headers;  ///< Kafka only.
};

/// What became of a run of messages: the first `delivered` are safe with the
/// receiver; `rest` says why it went no further: ok, `retry` (try again later from
/// there) or `reject` (the receiver refuses the next one for good).
struct Delivery {
  std::size_t delivered = 0;
  Status rest;
};

/// A transport. Owned and called by one delivery thread; may block for its own
/// timeout (at most a few seconds), never longer. At least once: after `retry` the
/// same messages come again.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual Delivery deliver(std::span<const Message> messages) = 0;
  /// SIGHUP: reopen files, reconnect. Called by the delivery thread.
  virtual void reopen() {}
};

/// Alert -> bytes, pure. `logged_at` (wall time) is left out where it is kDawn.
using Format = std::function<std::string(const Alert& alert, Time logged_at)>;

}  // namespace vedette
