#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "vedette/batch.h"

namespace vedette::bench {

/// Puts texts and vectors into a batch; what they refer to lives until `clear`.
class BatchTexts {
 public:
  explicit BatchTexts(Batch& batch) : batch_(batch) {}
  WordIndex text(std::string text);
  Value word(std::string text) { return Value::word(this->text(std::move(text))); }
  Value vector(std::vector<float> numbers);
  void clear();

 private:
  Batch& batch_;
  std::deque<std::string> texts_;
  std::deque<std::vector<float>> vectors_;
};

/// What a model is asked and what it answers: an event without its client and time.
struct NullRow {
  std::vector<Value> features;  ///< One for each of `NullRows::names`.
  double yes = 0;               ///< The probability that the model gives to `yes`.
  bool truth = false;           ///< What a label would say.
};

/// Where the rows of a stream come from. The same seed gives the same rows.
class NullRows {
 public:
  /// Of the features, with the clock and the calendar.
  struct Shift {
    double angle = 0;
    double size = 0;
  };

  virtual ~NullRows() = default;
  virtual std::vector<std::string> names() const = 0;
  virtual void step() {}  ///< Five minutes go by.
  virtual NullRow next(std::size_t client, const Shift& shift, BatchTexts& texts) = 0;
};

/// Correlated features that differ between clients and decide the answers.
struct SimulatedRows {
  std::size_t features = 20;
  std::size_t clients = 40;
  double drift = 0;      ///< Sigma of an AR(1) of the features' means, an hour long.
  bool awkward = false;  ///< Heavy tails, ties, constants, ever new words.
};
std::unique_ptr<NullRows> make_rows(const SimulatedRows& shape, std::uint64_t seed);

}  // namespace vedette::bench
