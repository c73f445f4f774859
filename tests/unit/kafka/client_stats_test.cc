#include "adapters/kafka/client_stats.h"

#include <gtest/gtest.h>

namespace vedette::kafka {
namespace {

constexpr const char* kOneUp =
    R"({ "name": "vedette#consumer-1", "brokers":{ "a:9092/1": { "name":"a:9092/1", "state":"UP", "rtt": { "min":1, )"
    R"("max":900, "p99":750, "p99_99":800 }, "throttle": { "p99":9000000 } }, "b:9092/2": { "state":"DOWN", )"
    R"("rtt": { "p99":1500 } } }, "topics":{ "t": { "rtt": { "p99":7 } } }, "cgrp": { "state": "up" } })";

TEST(ClientStats, one_broker_that_is_up_counts_as_connected) { EXPECT_TRUE(read_stats(kOneUp).connected); }

TEST(ClientStats, the_slowest_brokers_round_trip_counts) {
  EXPECT_DOUBLE_EQ(read_stats(kOneUp).slowest_rtt, 0.0015);
}

TEST(ClientStats, nothing_is_known_of_nothing) {
  for (const char* text : {"", "{}", R"({"brokers":{"a":{"state":"CONNECT","rtt":)"}) {
    EXPECT_FALSE(read_stats(text).connected);
    EXPECT_EQ(read_stats(text).slowest_rtt, 0);
  }
}

}  // namespace
}  // namespace vedette::kafka
