#include "adapters/prometheus/admin_server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace vedette {
namespace {

class Connection {
 public:
  explicit Connection(int port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    open_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { ::close(socket_); }

  bool open() const { return open_; }
  void send(std::string_view bytes) const { ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL); }
  /// Until the server closes.
  std::string rest() const {
    std::string all;
    char buffer[4096];
    for (ssize_t count = 0; (count = ::recv(socket_, buffer, sizeof(buffer), 0)) > 0;)
      all.append(buffer, static_cast<std::size_t>(count));
    return all;
  }

 private:
  int socket_;
  bool open_ = false;
};

class Admin : public ::testing::Test {
 protected:
  void SetUp() override {
    options_.port = 0;
    launch();
  }
  void launch() {
    AdminViews views;
    views.metrics = [] { return std::string("vedette_build_info 1\n"); };
    views.health = [] { return HealthReport{}; };
    views.readiness = [this] {
      return ready_ ? HealthReport{} : HealthReport{false, {"kafka: no broker answers"}};
    };
    views.status_json = [] { return std::string("{}\n"); };
    auto started = AdminServer::start(options_, views);
    ASSERT_TRUE(started.ok()) << started.status().message();
    server_ = std::move(*started);
  }
  std::string send(const std::string& bytes) const {
    const Connection connection(server_->port());
    connection.send(bytes);
    return connection.rest();
  }
  std::string get(const std::string& path) const {
    return send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
  static std::string status_line(const std::string& response) {
    return response.substr(0, response.find("\r\n"));
  }

  AdminOptions options_;
  std::atomic<bool> ready_{true};
  std::unique_ptr<AdminServer> server_;
};

TEST_F(Admin, metrics_are_served_as_prometheus_text) {
  const std::string response = get("/metrics");
  EXPECT_EQ(status_line(response), "HTTP/1.1 200 OK");
  EXPECT_NE(response.find("Content-Type: text/plain; version=0.0.4"), std::string::npos);
  EXPECT_NE(response.find("\r\n\r\nvedette_build_info 1\n"), std::string::npos);
}

TEST_F(Admin, health_and_status_are_json) {
  const std::string health = get("/healthz");
  EXPECT_EQ(status_line(health), "HTTP/1.1 200 OK");
  EXPECT_NE(health.find("{\"ok\":true,\"reasons\":[]}"), std::string::npos);
  EXPECT_NE(get("/status").find("application/json"), std::string::npos);
}

TEST_F(Admin, not_ready_answers_503_with_every_reason) {
  EXPECT_EQ(status_line(get("/readyz")), "HTTP/1.1 200 OK");
  ready_ = false;
  const std::string response = get("/readyz");
  EXPECT_EQ(status_line(response), "HTTP/1.1 503 Service Unavailable");
  EXPECT_NE(response.find("{\"ok\":false,\"reasons\":[\"kafka: no broker answers\"]}"), std::string::npos);
}

TEST_F(Admin, what_does_not_exist_is_404_without_an_echo) {
  const std::string response = get("/<script>canary</script>?q=canary");
  EXPECT_EQ(status_line(response), "HTTP/1.1 404 Not Found");
  EXPECT_EQ(response.find("canary"), std::string::npos);
}

TEST_F(Admin, other_methods_are_refused_and_their_bodies_not_read) {
  for (const std::string method : {"POST", "PUT", "DELETE", "HEAD", "OPTIONS"}) {
    const std::string response =
        send(method + " /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\n");
    EXPECT_EQ(status_line(response), "HTTP/1.1 405 Method Not Allowed") << method;
  }
}

TEST_F(Admin, endless_headers_are_cut_off) {
  const Connection connection(server_->port());
  connection.send("GET /metrics HTTP/1.1\r\n");
  for (int i = 0; i < 100; ++i) connection.send("X-Filler: " + std::string(90, 'x') + "\r\n");
  EXPECT_EQ(connection.rest().find("200 OK"), std::string::npos);
  EXPECT_EQ(status_line(get("/healthz")), "HTTP/1.1 200 OK");
}

TEST_F(Admin, garbage_and_range_lists_do_no_harm) {
  send(std::string(5000, '\0'));
  send("\r\n\r\n\r\n");
  send("GET " + std::string(3500, 'a') + " HTTP/1.1\r\n\r\n");
  send("GET /metrics HTTP/9.9\r\n: \r\n\r\n");
  std::string ranges = "bytes=0-";
  while (ranges.size() < 3900) ranges += ",0-";
  const std::string response = send("GET /metrics HTTP/1.1\r\nRange: " + ranges + "\r\n\r\n");
  EXPECT_LT(response.size(), 2000u);
  EXPECT_EQ(status_line(get("/healthz")), "HTTP/1.1 200 OK");
}

TEST_F(Admin, a_silent_client_is_dropped_at_the_deadline) {
  server_->stop();
  options_.request_deadline = Duration{100};
  launch();
  const Connection connection(server_->port());
  connection.send("GET /metrics HT");
  EXPECT_EQ(connection.rest().find("200 OK"), std::string::npos);
}

TEST_F(Admin, stop_breaks_off_clients_that_say_nothing) {
  server_->stop();
  options_.request_deadline = kHour;
  launch();
  std::vector<std::unique_ptr<Connection>> idle;
  for (std::size_t i = 0; i < options_.max_connections + 4; ++i)
    idle.push_back(std::make_unique<Connection>(server_->port()));
  server_->stop();
  server_->stop();
  EXPECT_EQ(idle.front()->rest().find("200 OK"), std::string::npos);
}

TEST_F(Admin, a_taken_port_is_a_clear_error) {
  AdminOptions second = options_;
  second.port = server_->port();
  const auto refused = AdminServer::start(second, AdminViews{});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.status().code(), Code::stop);
  EXPECT_EQ(refused.status().message(), "admin endpoint cannot listen on 127.0.0.1:" +
                                            std::to_string(second.port) + ": Address already in use");
}

TEST_F(Admin, a_port_is_free_again_after_stop) {
  const int port = server_->port();
  get("/healthz");
  server_->stop();
  options_.port = port;
  launch();
  EXPECT_EQ(server_->port(), port);
}

TEST_F(Admin, many_clients_at_once_are_all_answered) {
  std::atomic<int> answered{0};
  std::vector<std::thread> clients;
  for (int i = 0; i < 20; ++i)
    clients.emplace_back([this, &answered] {
      if (status_line(get("/metrics")) == "HTTP/1.1 200 OK") ++answered;
    });
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(answered, 20);
}

}  // namespace
}  // namespace vedette
