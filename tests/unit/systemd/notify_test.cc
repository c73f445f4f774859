#include "adapters/systemd/notify.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string>

#include "support/temp_folder.h"

namespace vedette {
namespace {

class StoppedClock final : public Clock {
 public:
  Time wall() const override { return from_ms(0); }
  Duration monotonic() const override { return Duration{1234}; }
};

/// Plays systemd: a datagram socket in a temporary folder.
class NotifyTest : public ::testing::Test {
 protected:
  void SetUp() override {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = folder_.file("socket");
    ASSERT_LT(path.size(), sizeof(address.sun_path));
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    ASSERT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    setenv("NOTIFY_SOCKET", path.c_str(), 1);
  }
  void TearDown() override {
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    ::close(socket_);
  }
  std::string heard() const {
    char buffer[4096];
    const ssize_t count = ::recv(socket_, buffer, sizeof(buffer), 0);
    return count < 0 ? "" : std::string(buffer, static_cast<std::size_t>(count));
  }
  StoppedClock clock_;
  Notify notify_{clock_};
  TempFolder folder_;
  int socket_ = -1;
};

TEST_F(NotifyTest, each_state_is_one_datagram) {
  notify_.ready();
  EXPECT_EQ(heard(), "READY=1");
  notify_.watchdog();
  EXPECT_EQ(heard(), "WATCHDOG=1");
  notify_.reloading();
  EXPECT_EQ(heard(), "RELOADING=1\nMONOTONIC_USEC=1234000");
  notify_.stopping();
  EXPECT_EQ(heard(), "STOPPING=1");
  notify_.extend_timeout(Duration{1500});
  EXPECT_EQ(heard(), "EXTEND_TIMEOUT_USEC=1500000");
}

TEST_F(NotifyTest, a_status_text_cannot_set_another_state) {
  notify_.status("consuming 12 partitions\nREADY=1");
  EXPECT_EQ(heard(), "STATUS=consuming 12 partitions READY=1");
}

TEST_F(NotifyTest, watchdog_period_is_half_of_what_systemd_waits) {
  EXPECT_EQ(Notify::watchdog_period(), std::nullopt);
  setenv("WATCHDOG_USEC", "30000000", 1);
  EXPECT_EQ(Notify::watchdog_period(), 15 * kSecond);
}

TEST_F(NotifyTest, nothing_happens_without_systemd) {
  unsetenv("NOTIFY_SOCKET");
  notify_.ready();
  notify_.status("alone");
  EXPECT_EQ(heard(), "");
}

}  // namespace
}  // namespace vedette
