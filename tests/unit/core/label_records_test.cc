#include "core/label_records.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace vedette::labels {
namespace {

Records records_of(std::size_t count, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Records records;
  for (const char* text : {"yes", "no", "perhaps"}) records.names.add(name_of(text), text);
  for (std::size_t i = 0; i < count; ++i) {
    const Time time = from_ms(1'000'000 + static_cast<std::int64_t>(random() % 10'000));
    records.predictions.push_back(
        {random(), time, name_of("yes"), kUnknown, {{name_of("yes"), 100}, {name_of("no"), 2000}}});
    records.truths.push_back({random(), time, name_of("no"), 0.5});
  }
  return records;
}

TEST(LabelRecords, come_back_as_they_were) {
  const Records records = records_of(50, 1);
  const auto back = decode_records(encode(records));
  ASSERT_TRUE(back.ok());
  ASSERT_EQ(back->predictions.size(), 50U);
  for (std::size_t i = 0; i < 50; ++i) {
    EXPECT_EQ(back->predictions[i].id, records.predictions[i].id);
    EXPECT_EQ(back->predictions[i].time, records.predictions[i].time);
    EXPECT_EQ(back->predictions[i].losses, records.predictions[i].losses);
    EXPECT_EQ(back->truths[i].id, records.truths[i].id);
    EXPECT_EQ(back->truths[i].number, 0.5);
  }
  EXPECT_EQ(back->names.text(name_of("yes")), "yes");
}

TEST(LabelRecords, of_many_names_those_that_nothing_has_are_left_out) {
  Records records = records_of(5, 1);
  for (int i = 0; i < 100; ++i) records.names.add(name_of(std::to_string(i)), "x");
  const auto back = decode_records(encode(records));
  EXPECT_FALSE(back->names.has(name_of("perhaps")));
  EXPECT_TRUE(back->names.has(name_of("yes")));
}

TEST(LabelRecords, are_few_bytes) { EXPECT_LT(encode(records_of(100, 1)).size(), 100U * 64); }

TEST(LabelRecords, damaged_bytes_are_refused) {
  const std::string bytes = encode(records_of(20, 1));
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(decode_records(bytes.substr(0, size)).ok()) << size;
  EXPECT_FALSE(decode_records(bytes + "x").ok());
  EXPECT_FALSE(decode_records(std::string(64, '\xff')).ok());
}

TEST(LabelRecords, more_than_two_panes_hold_are_refused) {
  EXPECT_FALSE(decode_records(encode(records_of(2 * Records::kMostPredictions + 1, 1))).ok());
}

TEST(LabelRecords, the_smallest_ids_stay_whatever_the_order) {
  Records forth = records_of(2000, 5);
  Records back = forth;
  std::reverse(back.predictions.begin(), back.predictions.end());
  std::uint64_t largest = 0;
  forth.settle();
  back.settle();
  ASSERT_EQ(forth.predictions.size(), Records::kMostPredictions);
  for (std::size_t i = 0; i < forth.predictions.size(); ++i) {
    EXPECT_EQ(forth.predictions[i].id, back.predictions[i].id);
    largest = std::max(largest, forth.predictions[i].id);
  }
  std::size_t smaller = 0;
  for (const Prediction& prediction : records_of(2000, 5).predictions) smaller += prediction.id <= largest;
  EXPECT_EQ(smaller, Records::kMostPredictions);
}

TEST(LabelRecords, long_texts_end_with_a_whole_character) {
  NameTexts names(8);
  std::string text(NameTexts::kBytes - 1, 'a');
  names.add(1, text + "\xc3\xa4");
  EXPECT_EQ(names.text(1), text);
  EXPECT_EQ(names.text(2), "?");
}

}  // namespace
}  // namespace vedette::labels
