#pragma once

#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <chrono>
#include <csignal>
#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace vedette {

/// A syslog receiver on the loopback interface: UDP, TCP with octet counting, or TLS. It can go
/// away, stop reading, and end its connections politely or not. Each such call returns when it is done.
class SyslogReceiver {
 public:
  enum class Kind : unsigned char { udp, tcp, tls };
  struct Tls {
    std::string cert, key, client_ca;  ///< client_ca: a client needs a certificate of it.
  };

  explicit SyslogReceiver(Kind kind, const Tls& tls = {}) : kind_(kind) {
    if (kind == Kind::tls) prepare(tls);
    if (pipe2(wake_.data(), O_CLOEXEC) != 0) return;
    listen_now();
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }
  ~SyslogReceiver() {
    thread_.request_stop();
    wake();
    thread_.join();
    for (const int end : wake_) ::close(end);
    SSL_CTX_free(context_);
  }
  SyslogReceiver(const SyslogReceiver&) = delete;
  SyslogReceiver& operator=(const SyslogReceiver&) = delete;

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  /// What has come, as soon as there are so many; whatever there is after a generous time.
  std::vector<std::string> received(std::size_t at_least) {
    std::unique_lock<std::mutex> hold(mutex_);
    changed_.wait_for(hold, std::chrono::seconds(30), [&] { return records_.size() >= at_least; });
    return records_;
  }
  /// Bytes that were no frame, and frames without an end.
  std::size_t garbage() const {
    const std::lock_guard<std::mutex> hold(mutex_);
    return garbage_;
  }
  void stop_listening() {
    on_thread([this] { go_away(); });
  }
  void listen_again() {
    on_thread([this] { listen_now(); });
  }
  void stop_reading() {
    on_thread([this] { reading_ = false; });
  }
  void read_again() {
    on_thread([this] { reading_ = true; });
  }
  /// The kernel resets connections that have unread bytes, and ends all others in order.
  void end_connections() {
    on_thread([this] { connections_.clear(); });
  }

 private:
  struct Connection {
    explicit Connection(int from) : descriptor(from) {}
    ~Connection() {
      if (ssl != nullptr) {
        SSL_shutdown(ssl);
        SSL_free(ssl);
      }
      ::close(descriptor);
    }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    int descriptor;
    SSL* ssl = nullptr;
    std::string pending;
  };

  void prepare(const Tls& tls) {
    context_ = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate_chain_file(context_, tls.cert.c_str());
    SSL_CTX_use_PrivateKey_file(context_, tls.key.c_str(), SSL_FILETYPE_PEM);
    if (tls.client_ca.empty()) return;
    SSL_CTX_load_verify_file(context_, tls.client_ca.c_str());
    SSL_CTX_set_verify(context_, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }

  void listen_now() {
    const int type = kind_ == Kind::udp ? SOCK_DGRAM : SOCK_STREAM;
    listener_ = ::socket(AF_INET, type | SOCK_CLOEXEC, 0);
    const int on = 1;
    setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_port = htons(port_);
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof here;
    bind(listener_, reinterpret_cast<sockaddr*>(&here), size);
    if (kind_ != Kind::udp) listen(listener_, 16);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&here), &size);
    port_ = ntohs(here.sin_port);
  }

  void go_away() {
    connections_.clear();
    if (listener_ >= 0) ::close(std::exchange(listener_, -1));
  }

  void on_thread(std::function<void()> order) {
    std::unique_lock<std::mutex> hold(mutex_);
    order_ = std::move(order);
    wake();
    changed_.wait(hold, [this] { return !order_; });
  }
  void wake() const { (void)!::write(wake_[1], "w", 1); }

  void run(const std::stop_token& stop) {
    // OpenSSL writes its goodbye to peers that may be gone already.
    sigset_t broken_pipe;
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
    while (!stop.stop_requested()) {
      std::vector<pollfd> ready{{wake_[0], POLLIN, 0}, {listener_, POLLIN, 0}};
      for (const Connection& connection : connections_)
        ready.push_back({reading_ ? connection.descriptor : -1, POLLIN, 0});
      poll(ready.data(), ready.size(), -1);
      std::size_t at = 2;
      connections_.remove_if(
          [&](Connection& connection) { return ready[at++].revents != 0 && !read(connection); });
      if (ready[1].revents != 0) welcome();
      if (ready[0].revents != 0) obey();
    }
    go_away();
  }

  void obey() {
    char unused = 0;
    (void)!::read(wake_[0], &unused, 1);
    const std::lock_guard<std::mutex> hold(mutex_);
    if (order_) std::exchange(order_, nullptr)();
    changed_.notify_all();
  }

  void welcome() {
    if (kind_ == Kind::udp) return datagram();
    const int descriptor = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (descriptor < 0) return;
    const timeval patience{5, 0};
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    Connection& connection = connections_.emplace_back(descriptor);
    if (kind_ == Kind::tcp) return;
    connection.ssl = SSL_new(context_);
    SSL_set_fd(connection.ssl, descriptor);
    if (SSL_accept(connection.ssl) != 1) connections_.pop_back();
  }

  void datagram() {
    std::string bytes(65536, '\0');
    const ssize_t got = recv(listener_, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (got < 0) return;
    bytes.resize(static_cast<std::size_t>(got));
    const std::lock_guard<std::mutex> hold(mutex_);
    records_.push_back(std::move(bytes));
    changed_.notify_all();
  }

  /// False at the end of the connection.
  bool read(Connection& connection) {
    std::array<char, 65536> bytes{};
    do {
      const ssize_t got = connection.ssl == nullptr
                              ? recv(connection.descriptor, bytes.data(), bytes.size(), 0)
                              : SSL_read(connection.ssl, bytes.data(), static_cast<int>(bytes.size()));
      if (got <= 0) return false;
      connection.pending.append(bytes.data(), static_cast<std::size_t>(got));
    } while (connection.ssl != nullptr && SSL_pending(connection.ssl) > 0);
    take_frames(connection.pending);
    return true;
  }

  void take_frames(std::string& pending) {
    const std::lock_guard<std::mutex> hold(mutex_);
    std::size_t at = 0;
    while (at < pending.size()) {
      std::size_t size = 0;
      const auto [end, error] = std::from_chars(pending.data() + at, pending.data() + pending.size(), size);
      const auto digits = static_cast<std::size_t>(end - (pending.data() + at));
      if (at + digits == pending.size()) break;
      if (error != std::errc{} || *end != ' ') {
        ++garbage_;
        at = pending.size();
      } else if (at + digits + 1 + size > pending.size()) {
        break;
      } else {
        records_.push_back(pending.substr(at + digits + 1, size));
        at += digits + 1 + size;
      }
    }
    pending.erase(0, at);
    changed_.notify_all();
  }

  const Kind kind_;
  SSL_CTX* context_ = nullptr;
  std::array<int, 2> wake_{-1, -1};
  int listener_ = -1;
  in_port_t port_ = 0;
  bool reading_ = true;
  std::list<Connection> connections_;
  mutable std::mutex mutex_;  ///< Guards all below.
  std::condition_variable changed_;
  std::vector<std::string> records_;
  std::size_t garbage_ = 0;
  std::function<void()> order_;
  std::jthread thread_;
};

}  // namespace vedette
