#include "sinks/syslog_stream.h"

#include <poll.h>

#include <algorithm>
#include <deque>
#include <optional>
#include <string>
#include <utility>

namespace vedette {
namespace {

constexpr std::size_t kChunk = 16384;  // One TLS record.
constexpr Duration kFarewell{500};

/// A TCP connection, bare or under TLS, and what is under way on it.
class Stream {
 public:
  explicit Stream(Socket socket) : bare_(std::move(socket)) {}
  explicit Stream(std::unique_ptr<TlsConnection> tls) : tls_(std::move(tls)) {}

  Peer peer() { return tls_ ? tls_->peer() : bare_->peer(); }
  Peer finish() { return tls_ ? tls_->finish(kFarewell) : bare_->finish(kFarewell); }

  /// Puts bytes behind those that wait; answers where they end.
  std::uint64_t append(std::string_view bytes) {
    if (begun_ > 0) waiting_.erase(0, std::exchange(begun_, 0));
    waiting_.append(bytes);
    return handed_ + waiting_.size();
  }

  /// Hands to the kernel what waits, until the deadline.
  Status pump(const Deadline& deadline) {
    while (begun_ < waiting_.size()) {
      const std::string_view chunk = std::string_view(waiting_).substr(begun_, kChunk);
      const auto taken = tls_ ? tls_->send_some(chunk) : bare_->send_some(chunk);
      if (!taken.ok()) return taken.status();
      if (*taken) {
        begun_ += **taken;
        handed_ += **taken;
        marks_.push_back({handed_, socket().sent()});
      } else if (!socket().wait(POLLOUT, deadline)) {
        return Status::retry("the receiver does not read");
      }
    }
    waiting_.clear();
    begun_ = 0;
    return {};
  }

  /// Up to where, counted as `append` does, the receiver's kernel has everything.
  std::uint64_t safe(Duration patience) {
    const std::uint64_t acknowledged = socket().acknowledged(patience);
    while (!marks_.empty() && marks_.front().sent <= acknowledged) {
      safe_ = marks_.front().handed;
      marks_.pop_front();
    }
    return safe_;
  }

 private:
  /// Bytes handed over, and what they have become on the wire (TLS adds to them).
  struct Mark {
    std::uint64_t handed;
    std::uint64_t sent;
  };
  Socket& socket() { return tls_ ? tls_->socket() : *bare_; }

  std::optional<Socket> bare_;
  std::unique_ptr<TlsConnection> tls_;
  std::string waiting_;
  std::size_t begun_ = 0;  ///< Where the rest of waiting_ begins.
  std::uint64_t handed_ = 0;
  std::uint64_t safe_ = 0;
  std::deque<Mark> marks_;
};

class StreamSink final : public Sink {
 public:
  StreamSink(SyslogSinkOptions options, Address address, const Clock& clock)
      : options_(std::move(options)), address_(std::move(address)), clock_(clock) {}
  ~StreamSink() override { leave(); }
  StreamSink(const StreamSink&) = delete;
  StreamSink& operator=(const StreamSink&) = delete;

  Status load_certificates() {
    if (options_.transport != SyslogTransport::tls) return {};
    Result<std::unique_ptr<TlsClient>> client = make_tls_client(options_.tls);
    if (client.ok()) tls_ = std::move(*client);
    return client.status();
  }

  Delivery deliver(std::span<const Message> messages) override {
    if (messages.empty()) return {};
    if (Status status = ready(); !status.ok()) return {0, status};
    send(messages);
    const Status pumped = stream_->pump(Deadline(clock_, options_.write_timeout));
    const std::uint64_t safe = stream_->safe(pumped.ok() ? options_.write_timeout : Duration{0});
    if (stream_->peer() == Peer::broken) {
      drop();
      return {0, Status::retry("the receiver has reset the connection")};
    }
    Delivery result{arrived(safe, messages.size()), {}};
    if (result.delivered < messages.size())
      result.rest = pumped.ok() ? Status::retry("the receiver does not acknowledge") : pumped;
    return result;
  }

  // Certificates that cannot be read are an operator's mistake in progress: the old ones stay.
  void reopen() override {
    load_certificates().ignore("the next connection uses the certificates that were read last");
    leave();
  }

 private:
  struct Flying {
    std::string frame;
    std::uint64_t end;  ///< In the stream.
  };

  static std::string frame_of(const std::string& bytes) { return std::to_string(bytes.size()) + " " + bytes; }

  Status ready() {
    if (stream_) {
      const Peer peer = stream_->peer();
      if (peer == Peer::open) return {};
      if (peer == Peer::finished) unsure_.clear();
      drop();
    }
    Status status = connect();
    if (status.ok()) stream_->append(unsure_);
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

  // After a retry the same messages come again; those that are under way are not sent twice.
  void send(std::span<const Message> messages) {
    while (!flying_.empty() && flying_.front().frame != frame_of(messages.front().bytes)) flying_.pop_front();
    std::size_t known = 0;
    while (known < std::min(flying_.size(), messages.size()) &&
           flying_[known].frame == frame_of(messages[known].bytes))
      ++known;
    if (known < messages.size())
      flying_.erase(flying_.begin() + static_cast<std::ptrdiff_t>(known), flying_.end());
    for (const Message& message : messages.subspan(known)) {
      std::string frame = frame_of(message.bytes);
      const std::uint64_t end = stream_->append(frame);
      flying_.push_back({std::move(frame), end});
    }
  }

  std::size_t arrived(std::uint64_t safe, std::size_t at_most) {
    std::string frames;
    std::size_t count = 0;
    for (; count < at_most && flying_.front().end <= safe; ++count) {
      frames += flying_.front().frame;
      flying_.pop_front();
    }
    if (count > 0) unsure_ = std::move(frames);
    return count;
  }

  void leave() {
    if (stream_ && stream_->finish() == Peer::finished) unsure_.clear();
    drop();
  }
  void drop() {
    stream_.reset();
    flying_.clear();
  }

  SyslogSinkOptions options_;
  Address address_;
  const Clock& clock_;
  std::unique_ptr<TlsClient> tls_;
  std::optional<Stream> stream_;
  std::deque<Flying> flying_;  ///< Appended to the stream, not yet reported as delivered.
  std::string unsure_;  ///< Frames that were delivered last, in case the receiver dies before it reads them.
};

}  // namespace

Result<std::unique_ptr<Sink>> make_syslog_stream(const SyslogSinkOptions& options, Address address,
                                                 const Clock& clock) {
  auto sink = std::make_unique<StreamSink>(options, std::move(address), clock);
  if (Status status = sink->load_certificates(); !status.ok()) return status;
  return std::unique_ptr<Sink>(std::move(sink));
}

}  // namespace vedette
