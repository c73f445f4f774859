#include "core/estimate_map.h"

#include <gtest/gtest.h>

#include <cmath>

namespace vedette::estimate {
namespace {

labels::Prediction answer(double p, labels::Name said = 1) {
  const auto loss = static_cast<std::uint16_t>(std::lround(-1000 * std::log(p)));
  labels::Prediction prediction;
  prediction.said = said;
  prediction.losses = {{1, loss}, {2, 5000}};
  return prediction;
}

Bins bins_of(std::uint64_t predictions, std::uint64_t labelled, double right) {
  Bins bins{};
  for (std::size_t i = kBins / 2; i < kBins; ++i)
    bins[i] = {predictions, predictions * (Confidence::kOne * (2 * i + 1) / (2 * kBins)), labelled,
               static_cast<std::uint64_t>(right * static_cast<double>(labelled))};
  return bins;
}

TEST(EstimateMap, confidence_is_the_probability_of_what_was_said) {
  const auto sure = confidence_of(answer(0.83));
  ASSERT_TRUE(sure);
  EXPECT_NEAR(static_cast<double>(sure->millionths), 830'000, 1000);
  EXPECT_EQ(sure->bin(), 16U);
  EXPECT_EQ(confidence_of(answer(1))->bin(), kBins - 1);
  EXPECT_FALSE(confidence_of(answer(0.83, 3)));
  EXPECT_FALSE(confidence_of(labels::Prediction{}));
}

TEST(EstimateMap, without_labels_confidence_is_believed) {
  const CalibrationMap map(bins_of(100, 0, 0));
  EXPECT_EQ(map.labels, 0);
  EXPECT_NEAR(map.right[12], 0.625, 1e-9);
  EXPECT_EQ(map.variance[12], 0);
}

TEST(EstimateMap, labels_calibrate_and_few_of_them_little) {
  EXPECT_NEAR(CalibrationMap(bins_of(1000, 1000, 0.7)).right[19], 0.7, 0.01);
  EXPECT_GT(CalibrationMap(bins_of(1000, 1, 0)).right[19], 0.6);
}

TEST(EstimateMap, never_falls_with_the_confidence) {
  Bins bins = bins_of(1000, 200, 0.8);
  bins[12].right = 190;
  bins[15].right = 20;
  const CalibrationMap map(bins);
  for (std::size_t i = 1; i < kBins; ++i) EXPECT_GE(map.right[i], map.right[i - 1]) << i;
}

TEST(EstimateMap, damaged_bins_are_refused) {
  const auto decodes = [](const Bins& bins) {
    std::string bytes;
    ByteWriter out(bytes);
    encode(bins, out);
    ByteReader in(bytes);
    Bins read{};
    return decode_bins(in, read);
  };
  EXPECT_TRUE(decodes(bins_of(100, 50, 0.8)));
  Bins bins = bins_of(100, 50, 0.8);
  bins[12].right = 51;
  EXPECT_FALSE(decodes(bins));
  bins = bins_of(100, 50, 0.8);
  bins[12].millionths = 100 * Confidence::kOne + 1;
  EXPECT_FALSE(decodes(bins));
  ByteReader none("");
  EXPECT_FALSE(decode_bins(none, bins));
}

}  // namespace
}  // namespace vedette::estimate
