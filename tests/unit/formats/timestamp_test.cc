#include "formats/timestamp.h"

#include <gtest/gtest.h>

namespace vedette {
namespace {

TEST(Timestamp, is_rfc3339_in_utc) {
  EXPECT_EQ(rfc3339(from_ms(1772446542123)), "2026-03-02T10:15:42.123Z");
  EXPECT_EQ(rfc3339(from_ms(0)), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(rfc3339(from_ms(-1)), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(rfc3339(from_ms(951782400000)), "2000-02-29T00:00:00.000Z");
}

TEST(Timestamp, is_empty_where_there_is_no_date) {
  EXPECT_EQ(rfc3339(kDawn), "");
  EXPECT_EQ(rfc3339(kForever), "");
  EXPECT_EQ(rfc3339(from_ms(253402300799999)), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(rfc3339(from_ms(253402300800000)), "");
}

}  // namespace
}  // namespace vedette
