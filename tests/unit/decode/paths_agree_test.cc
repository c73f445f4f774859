#include <gtest/gtest.h>

#include "fuzz/decoder_twins.h"
#include "unit/decode/record_maker.h"

namespace vedette {
namespace {

DecodeOptions options_with_key() {
  DecodeOptions options;
  options.key = {0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL};
  return options;
}

void expect_agreement(std::uint64_t seed, int records, DecoderTwins& twins) {
  RecordMaker maker(seed);
  std::string whole = maker.make();
  for (int i = 0; i < records; ++i) {
    if (i % 4 == 0) whole = maker.make();
    const std::string record = i % 4 == 0 ? whole : maker.mutate(whole);
    ASSERT_EQ(twins.differ_on(record), "") << "seed " << seed << ", record " << i << ":\n" << record;
  }
}

TEST(NativePaths, agree_on_whole_and_mutated_records) {
  DecoderTwins twins(options_with_key());
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    expect_agreement(seed, 30000, twins);
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(twins.accepted(), 60000u);
  EXPECT_LT(twins.slow_records(), 290000u);
}

TEST(NativePaths, agree_when_values_and_bytes_are_scarce) {
  DecodeOptions options = options_with_key();
  options.max_values = 5;
  options.max_depth = 5;
  options.max_record_bytes = 400;
  options.pseudonymise = false;
  DecoderTwins twins(options);
  expect_agreement(77, 30000, twins);
}

}  // namespace
}  // namespace vedette
