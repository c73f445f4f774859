#include "adapters/prometheus/listen_address.h"

#include <gtest/gtest.h>

namespace vedette {
namespace {

TEST(ListenAddress, host_and_port_are_split_at_the_last_colon) {
  const auto four = parse_listen("127.0.0.1:9464");
  ASSERT_TRUE(four.ok());
  EXPECT_EQ(four->address, "127.0.0.1");
  EXPECT_EQ(four->port, 9464);
  const auto six = parse_listen("[::1]:0");
  ASSERT_TRUE(six.ok());
  EXPECT_EQ(six->address, "::1");
  EXPECT_EQ(six->port, 0);
}

TEST(ListenAddress, anything_else_is_refused) {
  for (const char* text : {"", ":", ":9464", "localhost", "localhost:", "localhost:x", "localhost:1x",
                           "localhost:-1", "localhost:65536", "::1:9464", "[]:1", "localhost:99999999999"})
    EXPECT_FALSE(parse_listen(text).ok()) << text;
  EXPECT_EQ(parse_listen("localhost").status().message(), "`localhost` is no host:port");
}

}  // namespace
}  // namespace vedette
