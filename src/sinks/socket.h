#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "sinks/file_descriptor.h"
#include "vedette/clock.h"
#include "vedette/status.h"

namespace vedette {

struct Address {
  std::string host;
  std::string port;
};

/// `siem.example:6514`, `192.0.2.1:514`, `[2001:db8::1]:514`.
Result<Address> parse_address(std::string_view text);

/// The moment by which an operation must be over.
class Deadline {
 public:
  Deadline(const Clock& clock, Duration from_now) : clock_(clock), at_(clock.monotonic() + from_now) {}
  Duration left() const { return std::max(at_ - clock_.monotonic(), Duration{0}); }

 private:
  const Clock& clock_;
  Duration at_;
};

/// What is known of the other end without asking it.
enum class Peer : unsigned char {
  open,
  finished,  ///< Has read all that arrived, then closed.
  broken,    ///< Is gone; what it had not read is lost.
};

/// A connected socket that never blocks beyond a deadline and never raises a signal.
/// Used by one thread. Name lookup is bounded by the system's resolver only.
class Socket {
 public:
  enum class Type : unsigned char { udp, tcp };
  static Result<Socket> connect(const Address& address, Type type, const Deadline& deadline);

  /// One attempt: bytes taken, nothing when it would block, or why it failed.
  Result<std::optional<std::size_t>> send_some(std::string_view bytes);
  /// One attempt: bytes read (0: the peer has finished), nothing when there is nothing.
  Result<std::optional<std::size_t>> receive_some(char* to, std::size_t size);
  /// All of a datagram or nothing.
  Status send_datagram(std::string_view bytes, const Deadline& deadline);
  /// Waits for POLLIN or POLLOUT; false at the deadline, or after `patience`.
  bool wait(short events, const Deadline& deadline) const { return wait(events, deadline.left()); }
  bool wait(short events, Duration patience) const;
  Peer peer();
  /// Waits until the peer's kernel has acknowledged everything sent, at most about `patience`; answers
  /// how many of the bytes of `sent` it has.
  std::uint64_t acknowledged(Duration patience) const;
  std::uint64_t sent() const { return sent_; }
  /// Says that nothing more comes and waits for the other end to say so too. A plain close could make
  /// the kernel reset the connection, and the receiver lose what it has not read yet.
  Peer finish(Duration patience);
  /// An error that came in since, e.g. that nobody listens (UDP).
  Status pending_error() const;

 private:
  explicit Socket(FileDescriptor descriptor) : descriptor_(std::move(descriptor)) {}
  FileDescriptor descriptor_;
  std::uint64_t sent_ = 0;
};

}  // namespace vedette
