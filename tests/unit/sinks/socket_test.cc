#include "sinks/socket.h"

#include <gtest/gtest.h>

#include "support/manual_clock.h"

namespace vedette {
namespace {

TEST(Address, host_and_port_are_taken_apart) {
  const Result<Address> name = parse_address("siem.example:6514");
  ASSERT_TRUE(name.ok());
  EXPECT_EQ(name->host, "siem.example");
  EXPECT_EQ(name->port, "6514");
  const Result<Address> v6 = parse_address("[2001:db8::1]:514");
  ASSERT_TRUE(v6.ok());
  EXPECT_EQ(v6->host, "2001:db8::1");
  EXPECT_EQ(v6->port, "514");
}

TEST(Address, anything_else_is_refused) {
  for (const char* text : {"", "siem.example", "siem.example:", ":514", "2001:db8::1:514"})
    EXPECT_EQ(parse_address(text).status().code(), Code::reject) << text;
}

TEST(Deadline, counts_down_to_zero) {
  ManualClock clock;
  const Deadline deadline(clock, Duration{100});
  clock.advance(Duration{60});
  EXPECT_EQ(deadline.left(), Duration{40});
  clock.advance(Duration{60});
  EXPECT_EQ(deadline.left(), Duration{0});
}

TEST(Socket, nobody_listening_means_retry) {
  const ManualClock clock;
  // Port 1 is reserved (tcpmux) and closed on any machine that runs tests.
  const auto socket = Socket::connect({"127.0.0.1", "1"}, Socket::Type::tcp, Deadline(clock, kSecond));
  EXPECT_EQ(socket.status().code(), Code::retry);
}

}  // namespace
}  // namespace vedette
