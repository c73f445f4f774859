#include "sinks/syslog.h"

#include <sys/socket.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

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
    return bytes.empty() ? Status{} : socket_->send_all(bytes, deadline);
  }

  SyslogSinkOptions options_;
  Address address_;
  const Clock& clock_;
  std::optional<Socket> socket_;
};

/// A TCP connection, bare or under TLS.
class Stream {
 public:
  explicit Stream(Socket socket) : bare_(std::move(socket)) {}
  explicit Stream(std::unique_ptr<TlsConnection> tls) : tls_(std::move(tls)) {}
  Status send_all(std::string_view bytes, const Deadline& deadline) {
    return tls_ ? tls_->send_all(bytes, deadline) : bare_->send_all(bytes, deadline);
  }
  Peer peer() { return tls_ ? tls_->peer() : bare_->peer(); }
  Socket& socket() { return tls_ ? tls_->socket() : *bare_; }

 private:
  std::optional<Socket> bare_;
  std::unique_ptr<TlsConnection> tls_;
};

class StreamSink final : public Sink {
 public:
  StreamSink(SyslogSinkOptions options, Address address, const Clock& clock)
      : options_(std::move(options)), address_(std::move(address)), clock_(clock) {}

  Status load_certificates() {
    if (options_.transport != SyslogTransport::tls) return {};
    Result<std::unique_ptr<TlsClient>> client = make_tls_client(options_.tls);
    if (client.ok()) tls_ = std::move(*client);
    return client.status();
  }

  Delivery deliver(std::span<const Message> messages) override {
    if (messages.empty()) return {};
    if (Status status = ready(); !status.ok()) return {0, status};
    Delivery result = hand_over(messages);
    if (!result.rest.ok()) stream_.reset();
    return result;
  }

  // Certificates that cannot be read are an operator's mistake in progress: the old ones stay.
  void reopen() override {
    load_certificates().ignore("the next connection uses the certificates that were read last");
    stream_.reset();
  }

 private:
  Status ready() {
    if (stream_) {
      const Peer peer = stream_->peer();
      if (peer == Peer::open) return {};
      if (peer == Peer::finished) unsure_.clear();
      stream_.reset();
    }
    if (Status status = connect(); !status.ok()) return status;
    if (unsure_.empty()) return {};
    const Status status = stream_->send_all(unsure_, Deadline(clock_, options_.write_timeout));
    if (!status.ok()) stream_.reset();
    return status;
  }

  Status connect() {
    const Deadline deadline(clock_, options_.connect_timeout);
    Result<Socket> socket = Socket::connect(address_, Socket::Type::tcp, deadline);
    if (!socket.ok()) return socket.status();
    if (!tls_) {
      stream_.emplace(std::move(*socket));
      return {};
    }
    Result<std::unique_ptr<TlsConnection>> secure =
        tls_->connect(std::move(*socket), address_.host, deadline);
    if (secure.ok()) stream_.emplace(std::move(*secure));
    return secure.status();
  }

  Delivery hand_over(std::span<const Message> messages) {
    std::vector<std::size_t> frames;        // Length of each message's frame.
    std::vector<std::uint64_t> sent_after;  // Bytes on the wire after it.
    std::string run;                        // All frames, framed by octet counting.
    std::size_t flushed = 0;
    const Deadline deadline(clock_, options_.write_timeout);
    Status status;
    for (const Message& message : messages) {
      const std::size_t before = run.size();
      run.append(std::to_string(message.bytes.size())).append(" ").append(message.bytes);
      frames.push_back(run.size() - before);
      if (run.size() - flushed < kFlush && frames.size() < messages.size()) continue;
      status = stream_->send_all(std::string_view(run).substr(flushed), deadline);
      if (!status.ok()) break;
      flushed = run.size();
      sent_after.resize(frames.size(), stream_->socket().sent());
    }
    const std::uint64_t safe =
        stream_->socket().acknowledged(status.ok() ? options_.write_timeout : Duration{0});
    if (stream_->peer() == Peer::broken) return {0, Status::retry("the receiver has reset the connection")};
    Delivery result;
    while (result.delivered < sent_after.size() && sent_after[result.delivered] <= safe) ++result.delivered;
    remember(run, std::span(frames).first(result.delivered));
    if (result.delivered < messages.size())
      result.rest = status.ok() ? Status::retry("the receiver does not acknowledge") : status;
    return result;
  }

  void remember(const std::string& run, std::span<const std::size_t> frames) {
    if (frames.empty()) return;
    std::size_t size = 0;
    for (const std::size_t frame : frames) size += frame;
    unsure_ = run.substr(0, size);
  }

  static constexpr std::size_t kFlush = 16384;  ///< One TLS record.
  SyslogSinkOptions options_;
  Address address_;
  const Clock& clock_;
  std::unique_ptr<TlsClient> tls_;
  std::optional<Stream> stream_;
  std::string unsure_;  ///< Frames that were delivered last, in case the receiver dies before it reads them.
};

}  // namespace

Result<std::unique_ptr<Sink>> make_syslog_sink(const SyslogSinkOptions& options, const Clock& clock) {
  Result<Address> address = parse_address(options.address);
  if (!address.ok()) return address.status();
  if (options.transport == SyslogTransport::udp)
    return std::unique_ptr<Sink>(std::make_unique<DatagramSink>(options, std::move(*address), clock));
  auto sink = std::make_unique<StreamSink>(options, std::move(*address), clock);
  if (Status status = sink->load_certificates(); !status.ok()) return status;
  return std::unique_ptr<Sink>(std::move(sink));
}

}  // namespace vedette
