#include "sinks/socket.h"

#include <linux/sockios.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

namespace vedette {
namespace {

constexpr int kPatience = 64;  // Reads from a peer that talks and talks.

struct FreeAddresses {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

Status failed(const std::string& what, int error) {
  return Status::retry(what + ": " + std::strerror(error));
}

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

int poll_for(int descriptor, short events, Duration at_most) {
  pollfd ready{descriptor, events, 0};
  return poll(&ready, 1, static_cast<int>(std::clamp<std::int64_t>(at_most.count(), 0, 60000)));
}

Result<FileDescriptor> connect_to(const addrinfo& target, const Deadline& deadline) {
  const int flags = SOCK_NONBLOCK | SOCK_CLOEXEC;
  FileDescriptor descriptor(::socket(target.ai_family, target.ai_socktype | flags, target.ai_protocol));
  if (!descriptor.open()) return failed("cannot make a socket", errno);
  if (::connect(descriptor.number(), target.ai_addr, target.ai_addrlen) == 0) return descriptor;
  if (errno != EINPROGRESS) return failed("cannot connect", errno);
  if (poll_for(descriptor.number(), POLLOUT, deadline.left()) <= 0)
    return Status::retry("cannot connect: timed out");
  int error = 0;
  socklen_t size = sizeof error;
  if (getsockopt(descriptor.number(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  if (error != 0) return failed("cannot connect", error);
  return descriptor;
}

void tune(const FileDescriptor& descriptor) {
  const int on = 1;
  const unsigned patience = 30000;  // Milliseconds without acknowledgement, then the connection is broken.
  // All are wishes: without them it works, only later or less watchful.
  (void)setsockopt(descriptor.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  (void)setsockopt(descriptor.number(), IPPROTO_TCP, TCP_USER_TIMEOUT, &patience, sizeof patience);
  (void)setsockopt(descriptor.number(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
}

}  // namespace

Result<Address> parse_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon + 1 == text.size())
    return Status::reject("'" + std::string(text) + "' is not host:port");
  std::string_view host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  } else if (host.empty() || host.find(':') != std::string_view::npos) {
    return Status::reject("'" + std::string(text) + "' is not host:port; an IPv6 address needs brackets");
  }
  return Address{std::string(host), std::string(text.substr(colon + 1))};
}

Result<Socket> Socket::connect(const Address& address, Type type, const Deadline& deadline) {
  addrinfo wish{};
  wish.ai_family = AF_UNSPEC;
  wish.ai_socktype = type == Type::udp ? SOCK_DGRAM : SOCK_STREAM;
  addrinfo* found = nullptr;
  const int code = getaddrinfo(address.host.c_str(), address.port.c_str(), &wish, &found);
  if (code != 0) return Status::retry("cannot find " + address.host + ": " + gai_strerror(code));
  const Addresses list(found);
  Status last = Status::retry("cannot find " + address.host);
  for (const addrinfo* target = list.get(); target != nullptr; target = target->ai_next) {
    Result<FileDescriptor> descriptor = connect_to(*target, deadline);
    if (!descriptor.ok()) {
      last = descriptor.status();
      continue;
    }
    if (type == Type::tcp) tune(*descriptor);
    return Socket(std::move(*descriptor));
  }
  return last.in(address.host + ":" + address.port);
}

Result<std::optional<std::size_t>> Socket::send_some(std::string_view bytes) {
  const ssize_t taken = ::send(descriptor_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (taken < 0) {
    if (would_block(errno)) return std::optional<std::size_t>{};
    return failed("cannot send", errno);
  }
  sent_ += static_cast<std::uint64_t>(taken);
  return std::optional<std::size_t>{static_cast<std::size_t>(taken)};
}

Result<std::optional<std::size_t>> Socket::receive_some(char* to, std::size_t size) {
  const ssize_t got = ::recv(descriptor_.number(), to, size, 0);
  if (got >= 0) return std::optional<std::size_t>{static_cast<std::size_t>(got)};
  if (would_block(errno)) return std::optional<std::size_t>{};
  return failed("cannot receive", errno);
}

Status Socket::send_datagram(std::string_view bytes, const Deadline& deadline) {
  while (true) {
    const Result<std::optional<std::size_t>> taken = send_some(bytes);
    if (!taken.ok() || *taken) return taken.status();
    if (!wait(POLLOUT, deadline)) return Status::retry("the network takes nothing");
  }
}

bool Socket::wait(short events, Duration patience) const {
  return poll_for(descriptor_.number(), events, patience) > 0;
}

Peer Socket::peer() {
  std::array<char, 512> unread{};  // Receivers of syslog say nothing; what they say is dropped.
  for (int i = 0; i < kPatience; ++i) {
    const Result<std::optional<std::size_t>> got = receive_some(unread.data(), unread.size());
    if (!got.ok()) return Peer::broken;
    if (!*got) return Peer::open;
    if (**got == 0) return Peer::finished;
  }
  return Peer::open;
}

Peer Socket::finish(Duration patience) {
  (void)shutdown(descriptor_.number(), SHUT_WR);  // Fails only where there is nobody to tell.
  for (int i = 0; i < kPatience; ++i) {
    const Peer end = peer();
    if (end != Peer::open || !wait(POLLIN, patience)) return end;
  }
  return Peer::open;
}

std::uint64_t Socket::acknowledged(Duration patience) const {
  Duration pause{1};
  while (true) {
    int unacknowledged = 0;
    if (ioctl(descriptor_.number(), SIOCOUTQ, &unacknowledged) != 0) return 0;
    if (unacknowledged == 0 || patience <= Duration{0})
      return sent_ - std::min(sent_, static_cast<std::uint64_t>(unacknowledged));
    // No event tells of an acknowledgement; the poll returns early only when the peer goes.
    if (poll_for(descriptor_.number(), POLLRDHUP, pause) > 0) patience = Duration{0};
    patience -= pause;
    pause = std::min(2 * pause, Duration{20});
  }
}

Status Socket::pending_error() const {
  int error = 0;
  socklen_t size = sizeof error;
  if (getsockopt(descriptor_.number(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  return error == 0 ? Status{} : failed("receiver", error);
}

}  // namespace vedette
