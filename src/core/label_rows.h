#pragma once

#include <array>
#include <deque>
#include <optional>
#include <span>
#include <string>

#include "core/label_join.h"
#include "vedette/batch.h"

namespace vedette::labels {

/// Columns of joined labels.
inline constexpr std::string_view kError = "error";          ///< Whether the answer was wrong.
inline constexpr std::string_view kConfusion = "confusion";  ///< `said > true`
inline constexpr std::string_view kLoss = "loss";            ///< -ln of the truth's probability.
/// Where in its order of probability the answer had the truth: the probability of all that it held to be
/// likelier, and a random part of the truth's own. Uniform where probabilities are right, however hard the
/// cases are: so it stays still where errors wander with what is asked. The randomised probability integral
/// transform (Czado, Gneiting, Held: Predictive model assessment for count data, Biometrics 65, 2009).
inline constexpr std::string_view kSurprise = "surprise";
inline constexpr std::string_view kAbsoluteError = "absolute_error";
inline constexpr std::string_view kResidual = "residual";  ///< True minus said.

/// How wrong one label shows one prediction to be.
struct Row {
  Time at{};
  std::string model;
  std::string version;
  std::uint64_t id = 0;
  std::optional<bool> wrong;
  std::uint64_t confusion = 0;  ///< Identity of the text.
  std::string confusion_text;
  double loss = kUnknown;
  double surprise = kUnknown;
  double residual = kUnknown;
};

/// Nothing if the two cannot be compared: a class and an amount, say.
std::optional<Row> row_of(const Joined& joined, const std::string& model, const NameTexts& names);

/// Rows as inference events whose outputs are the columns. Owned by one thread.
class RowBatch {
 public:
  static constexpr std::size_t kMostRows = 1024;

  RowBatch();
  /// The batch is valid until the next call.
  const Batch& fill(std::span<const Row> rows);

 private:
  void add(const Row& row);
  void put(std::string_view column, Value value);

  Dictionary dictionary_;
  Batch batch_;
  std::deque<std::string> texts_;  ///< Of the batch's words.
};

}  // namespace vedette::labels
