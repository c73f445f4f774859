#include "sinks/syslog.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "sinks/syslog_stream.h"

namespace vedette {
namespace {

class DatagramSink final : public Sink {
 public:
  DatagramSink(SyslogSinkOptions options, Address address, const Clock& clock)
      : options_(std::move(options)), address_(std::move(address)), clock_(clock) {}

  Delivery deliver(std::span<const Message> messages) override {
    const Deadline deadline(clock_, options_.write_timeout);
    if (!socket_) {
      Result<Socket> made =
          Socket::connect(address_, Socket::Type::udp, Deadline(clock_, options_.connect_timeout));
      if (!made.ok()) return {0, made.status()};
      socket_ = std::move(*made);
    }
    Delivery result;
    while (result.delivered < messages.size() && result.rest.ok()) {
      result.rest = send(messages[result.delivered].bytes, deadline);
      if (result.rest.ok()) ++result.delivered;
    }
    // That nobody listens comes back later, for which datagram is not said: all of them come again.
    if (Status error = socket_->pending_error(); !error.ok()) result.rest = std::move(error);
    if (result.rest.code() == Code::retry) {
      result.delivered = 0;
      socket_.reset();
    }
    return result;
  }

  void reopen() override { socket_.reset(); }

 private:
  Status send(const std::string& bytes, const Deadline& deadline) {
    constexpr std::size_t kLargest = 65507;  // What UDP over IPv4 can carry.
    const std::size_t limit = std::min(options_.max_datagram, kLargest);
    if (bytes.size() > limit)
      return Status::reject("message of " + std::to_string(bytes.size()) + " bytes; a datagram holds " +
                            std::to_string(limit));
    return bytes.empty() ? Status{} : socket_->send_datagram(bytes, deadline);
  }

  SyslogSinkOptions options_;
  Address address_;
  const Clock& clock_;
  std::optional<Socket> socket_;
};

}  // namespace

Result<std::unique_ptr<Sink>> make_syslog_sink(const SyslogSinkOptions& options, const Clock& clock) {
  Result<Address> address = parse_address(options.address);
  if (!address.ok()) return address.status();
  if (options.transport == SyslogTransport::udp)
    return std::unique_ptr<Sink>(std::make_unique<DatagramSink>(options, std::move(*address), clock));
  return make_syslog_stream(options, std::move(*address), clock);
}

}  // namespace vedette
