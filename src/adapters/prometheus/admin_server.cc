#include "adapters/prometheus/admin_server.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <semaphore>
#include <system_error>
#include <thread>
#include <utility>

#include <httplib.h>

namespace vedette {
namespace {

using Moment = std::chrono::steady_clock::time_point;

/// One connection with a deadline and a byte limit for all of it: the library limits
/// only single reads and single header lines, so a slow or endless client would hold a thread.
class BoundedStream final : public httplib::Stream {
 public:
  struct Limits {
    Moment deadline;
    std::size_t bytes;
    const std::atomic<bool>& stopping;
  };
  BoundedStream(socket_t socket, Limits limits) : socket_(socket), limits_(limits) {}

  bool is_readable() const override { return wait(POLLIN); }
  bool is_writable() const override { return wait(POLLOUT); }

  ssize_t read(char* into, std::size_t size) override {
    // The library reads its lines byte by byte, hence the buffer.
    if (begin_ == end_ && !fill()) return -1;
    const std::size_t count = std::min(size, end_ - begin_);
    std::memcpy(into, buffer_ + begin_, count);
    begin_ += count;
    return static_cast<ssize_t>(count);
  }

  ssize_t write(const char* from, std::size_t size) override {
    return wait(POLLOUT) ? ::send(socket_, from, size, MSG_NOSIGNAL) : -1;
  }

  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return socket_; }

 private:
  bool fill() {
    const std::size_t room = std::min(limits_.bytes, sizeof(buffer_));
    if (room == 0 || !wait(POLLIN)) return false;
    const ssize_t count = ::recv(socket_, buffer_, room, 0);
    if (count <= 0) return false;
    begin_ = 0;
    end_ = static_cast<std::size_t>(count);
    limits_.bytes -= end_;
    return true;
  }

  bool wait(short event) const {
    constexpr std::chrono::milliseconds kSlice{50};  // How soon `stop` is noticed.
    while (!limits_.stopping.load()) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
          limits_.deadline - std::chrono::steady_clock::now());
      if (left.count() <= 0) return false;
      pollfd entry{socket_, event, 0};
      const int answer = ::poll(&entry, 1, static_cast<int>(std::min(left, kSlice).count()));
      if (answer > 0) return true;
      if (answer < 0 && errno != EINTR) return false;
    }
    return false;
  }

  socket_t socket_;
  Limits limits_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  char buffer_[1024];
};

/// The library's pool with a bound: the thread that accepts waits for a free place, so
/// that further connections stay in the kernel's short backlog.
class BoundedPool final : public httplib::TaskQueue {
 public:
  BoundedPool(std::size_t threads, std::size_t places)
      : places_(static_cast<std::ptrdiff_t>(places)), pool_(threads) {}
  void enqueue(std::function<void()> task) override {
    places_.acquire();
    pool_.enqueue([this, task = std::move(task)] {
      task();
      places_.release();
    });
  }
  void shutdown() override { pool_.shutdown(); }

 private:
  std::counting_semaphore<> places_;
  httplib::ThreadPool pool_;
};

void answer(httplib::Response& response, int status, const std::string& body, const char* type) {
  response.status = status;
  response.set_content(body, type);
}

class HttplibServer final : public AdminServer, private httplib::Server {
 public:
  HttplibServer(const AdminOptions& options, AdminViews views) : options_(options), views_(std::move(views)) {
    // The library's default, SO_REUSEPORT, would let a second daemon take half of the requests.
    set_socket_options([](socket_t socket) {
      const int yes = 1;
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    });
    new_task_queue = [this] {
      return std::make_unique<BoundedPool>(options_.threads, options_.max_connections).release();
    };
    set_exception_handler(
        [](const httplib::Request&, httplib::Response& response, const std::exception_ptr&) {
          answer(response, 500, "internal error\n", "text/plain");
        });
    // Answering here keeps the library's own routing (regular expressions, bodies, files) out of play.
    set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
      route(request, response);
      return HandlerResponse::Handled;
    });
  }
  ~HttplibServer() override { stop(); }

  Status listen_on() {
    errno = 0;
    port_ = options_.port == 0                              ? bind_to_any_port(options_.address)
            : bind_to_port(options_.address, options_.port) ? options_.port
                                                            : -1;
    if (port_ < 0)
      return Status::stop("admin endpoint cannot listen on " + options_.address + ":" +
                          std::to_string(options_.port) + ": " +
                          std::generic_category().message(errno == 0 ? EADDRNOTAVAIL : errno));
    thread_ = std::thread([this] {
      listen_after_bind();
      ended_ = true;
    });
    // httplib::Server::stop does nothing before it runs.
    while (!is_running() && !ended_) std::this_thread::yield();
    return {};
  }

  int port() const override { return port_; }

  void stop() override {
    stopping_ = true;
    if (!thread_.joinable()) return;
    httplib::Server::stop();
    thread_.join();
  }

 private:
  bool process_and_close_socket(socket_t socket) override {
    const BoundedStream::Limits limits{std::chrono::steady_clock::now() + options_.request_deadline,
                                       options_.max_request_bytes, stopping_};
    BoundedStream stream(socket, limits);
    bool closed = false;
    // A list of overlapping ranges would multiply the answer.
    const bool ok =
        process_request(stream, true, closed, [](httplib::Request& request) { request.ranges.clear(); });
    ::shutdown(socket, SHUT_RDWR);
    ::close(socket);
    return ok;
  }

  void route(const httplib::Request& request, httplib::Response& response) const {
    response.set_header("Cache-Control", "no-store");
    response.set_header("X-Content-Type-Options", "nosniff");
    if (request.method != "GET") {
      response.set_header("Allow", "GET");
      return answer(response, 405, "only GET\n", "text/plain");
    }
    if (request.path == "/metrics")
      return answer(response, 200, views_.metrics(), "text/plain; version=0.0.4; charset=utf-8");
    if (request.path == "/healthz") return report(response, views_.health());
    if (request.path == "/readyz") return report(response, views_.readiness());
    if (request.path == "/status") return answer(response, 200, views_.status_json(), "application/json");
    answer(response, 404, "not found\n", "text/plain");
  }

  static void report(httplib::Response& response, const HealthReport& health) {
    answer(response, health.ok ? 200 : 503, to_json(health), "application/json");
  }

  AdminOptions options_;
  AdminViews views_;
  int port_ = -1;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> ended_{false};
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<AdminServer>> AdminServer::start(const AdminOptions& options, AdminViews views) {
  auto server = std::make_unique<HttplibServer>(options, std::move(views));
  Status status = server->listen_on();
  if (!status.ok()) return status;
  return std::unique_ptr<AdminServer>(std::move(server));
}

}  // namespace vedette
