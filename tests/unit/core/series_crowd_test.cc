#include "core/series_crowd.h"

#include <gtest/gtest.h>

namespace vedette::series {
namespace {

TEST(SeriesCrowd, a_few_keys_or_a_small_part_are_none) {
  Crowd few;
  EXPECT_FALSE(few.step(4, 10));
  Crowd small_part;
  EXPECT_FALSE(small_part.step(19, 100));
}

TEST(SeriesCrowd, forms_over_several_panes_and_forgets_them) {
  Crowd crowd;
  EXPECT_FALSE(crowd.step(3, 10));
  EXPECT_TRUE(crowd.step(3, 10));
  Crowd slow;
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(slow.step(i % 5 == 0 ? 4 : 0, 10)) << i;
}

TEST(SeriesCrowd, lasts_until_most_are_calm_and_is_over_once) {
  Crowd crowd;
  ASSERT_TRUE(crowd.step(10, 20));
  for (int i = 0; i < 8; ++i) {
    EXPECT_TRUE(crowd.step(0, 20));
    EXPECT_FALSE(crowd.over(10));
  }
  EXPECT_TRUE(crowd.over(4));
  EXPECT_FALSE(crowd.over(4));
  EXPECT_FALSE(crowd.step(1, 20));
}

TEST(SeriesCrowd, goes_on_after_a_restart) {
  Crowd crowd;
  ASSERT_TRUE(crowd.step(10, 20));
  std::string bytes;
  ByteWriter out(bytes);
  crowd.save(out);
  Crowd again;
  ByteReader in(bytes);
  again.load(in);
  ASSERT_TRUE(in.done());
  EXPECT_TRUE(again.step(0, 20));
  for (int i = 0; i < 5; ++i) again.step(0, 20);
  EXPECT_TRUE(again.over(0));
}

}  // namespace
}  // namespace vedette::series
