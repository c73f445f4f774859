#include "adapters/kafka/start_at.h"

#include <gtest/gtest.h>

namespace vedette {
namespace {

std::int64_t ms_of(std::string_view text) {
  const Result<StartAt> start = parse_start_at(text);
  return start.ok() && start->where == StartAt::Where::time ? to_ms(start->time) : -1;
}

TEST(StartAt, knows_both_ends) {
  EXPECT_EQ(parse_start_at("beginning")->where, StartAt::Where::beginning);
  EXPECT_EQ(parse_start_at("end")->where, StartAt::Where::end);
}

TEST(StartAt, reads_times_with_zone_and_fraction) {
  EXPECT_EQ(ms_of("2026-01-01T00:00:00Z"), 1767225600000);
  EXPECT_EQ(ms_of("2026-01-01T01:30:00+01:30"), 1767225600000);
  EXPECT_EQ(ms_of("2025-12-31T19:00:00.5-05:00"), 1767225600500);
  EXPECT_EQ(ms_of("2026-01-01T00:00:00.123456Z"), 1767225600123);
}

TEST(StartAt, refuses_what_is_not_a_time) {
  for (const char* text : {"", "now", "2026-01-01", "2026-01-01T00:00:00", "2026-13-01T00:00:00Z",
                           "2026-02-30T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:00:00.Z",
                           "2026-01-01T00:00:00Zx", "-026-01-01T00:00:00Z", "1969-01-01T00:00:00Z"})
    EXPECT_FALSE(parse_start_at(text).ok()) << text;
}

}  // namespace
}  // namespace vedette
