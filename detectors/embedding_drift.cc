// Detects: embeddings (vector features) that move away from the baseline: another topic,
//   another encoder, noise, vectors that lose their spread.
// Reads: the vectors of inference events.
// State per key (model version): 4 blocks x levels of histograms of 8 principal axes and of
//   the rest, about 40 KB.
// Blind to: changes that a random projection to 64 numbers does not show; several vectors
//   of one event are watched as one.
// Source: subsampled randomised Hadamard transform (Ailon, Chazelle 2006) before principal
//   axes of the baseline's sample, judged by the engine of feature_drift.

#include <algorithm>
#include <array>
#include <cmath>

#include "vedette/drift.h"
#include "vedette/hash.h"

namespace vedette {
namespace {

constexpr std::size_t kInputs = 64;
constexpr std::size_t kLongest = 4096;  ///< Longer vectors are folded, each number with a random sign.

float sign_of(std::size_t index) { return (mix64(index) & 1) != 0 ? 1.0F : -1.0F; }

/// In place; `size` is a power of two.
void hadamard(float* values, std::size_t size) {
  for (std::size_t half = 1; half < size; half *= 2)
    for (std::size_t block = 0; block < size; block += 2 * half)
      for (std::size_t i = block; i < block + half; ++i) {
        const float a = values[i];
        const float b = values[i + half];
        values[i] = a + b;
        values[i + half] = a - b;
      }
}

class Embeddings final : public ColumnSource {
 public:
  Use use_of(const Field& field) const override { return {{}, field.section == Section::feature}; }
  std::vector<std::string> derived() const override {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < kInputs; ++i)
      names.push_back("embedding~" + std::string(i < 10 ? "0" : "") + std::to_string(i));
    return names;
  }
  Projects projects() const override { return Projects::axes; }
  bool reads(const Batch& batch, const Event& event) const override {
    const std::span<const Value> values = batch.values_of(event);
    return std::any_of(values.begin(), values.end(),
                       [](Value value) { return value.type() == Value::Type::vector; });
  }
  void derive(const Event& /*event*/, std::span<const Input> inputs, std::span<Value> out) const override {
    std::array<double, kInputs> sums{};
    std::size_t filled = 0;
    for (const Input& input : inputs) filled = std::max(filled, add(input.vector, sums));
    for (std::size_t i = 0; i < filled; ++i) out[i] = Value(sums[i]);
  }

 private:
  /// Adds the projection of a vector. Answers how many numbers it has.
  static std::size_t add(std::span<const float> vector, std::array<double, kInputs>& sums) {
    if (vector.size() <= kInputs) {
      for (std::size_t i = 0; i < vector.size(); ++i) sums[i] += static_cast<double>(vector[i]);
      return vector.size();
    }
    const std::size_t size = std::min(std::bit_ceil(vector.size()), kLongest);
    std::array<float, kLongest> values;
    std::fill_n(values.begin(), size, 0.0F);
    for (std::size_t i = 0; i < vector.size(); ++i) values[i % size] += sign_of(i) * vector[i];
    hadamard(values.data(), size);
    const double scale = 1 / std::sqrt(static_cast<double>(size));
    for (std::size_t i = 0; i < kInputs; ++i) sums[i] += scale * static_cast<double>(values[mix64(i) % size]);
    return kInputs;
  }
};

}  // namespace

extern const DetectorKind embedding_drift_kind;
const DetectorKind embedding_drift_kind = {
    .name = "embedding_drift",
    .version = 1,
    .title = "Embedding drift",
    .detects =
        "Embeddings move away from the baseline: another topic, another encoder, noise, vectors that lose "
        "their "
        "spread.",
    .reads = "Vector features of inference events, per model and version.",
    .state =
        "Per model version: histograms of 8 principal axes and of the rest over the last windows, 40 KB.",
    .blind_to =
        "Changes that a random projection to 64 numbers does not show; several vectors of one event are "
        "watched "
        "as one.",
    .source =
        "Randomised Hadamard projection, principal axes of the baseline's sample, judged by the engine of "
        "feature_drift.",
    .technique = {},
    .side = Side::inputs,
    .weight = 0.5,
    .defaults = {},
    .plan = plan_of<DriftParams<Embeddings>>,
};

}  // namespace vedette
