#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "vedette/status.h"

namespace vedette {

/// How a value is drawn, as a scenario says it: a kind and its arguments.
struct ValueSpec {
  enum class Kind : unsigned char { null, like, vector, sure, normal, lognormal, counter, number, pick };
  Kind kind = Kind::null;
  std::vector<double> numbers;
  std::vector<std::string> choices;  ///< pick, number: as JSON, repeated as often as it weighs.
  std::string other;                 ///< like: the name of the value that it goes with.
};

/// `normal 40 10`, `pick ok*3 fraud`. Says what is wrong, and which kind was probably meant.
Result<ValueSpec> parse_value(const std::string& text);

/// Draws values as JSON. The same seed and the same calls give the same values.
class ValueDraw {
 public:
  explicit ValueDraw(std::mt19937_64& random) : random_(random) {}

  double uniform() { return std::uniform_real_distribution<>(0, 1)(random_); }
  /// `name`: for later values that are like it. `count`: of the events before it.
  std::string draw(const ValueSpec& spec, const std::string& name, std::int64_t count);
  std::string id() { return std::to_string(random_()); }
  /// What the last answer was: the surer class of `sure`, else what `says` was told.
  const std::string& said() const { return said_; }
  void says(const std::string& value) { said_ = value; }

 private:
  double normal(double mean, double deviation) {
    return std::normal_distribution<>(mean, deviation)(random_);
  }
  std::string vector(const ValueSpec& spec);
  std::string sure(const ValueSpec& spec);

  std::mt19937_64& random_;
  std::map<std::string, double> deviates_;  ///< Of the numbers drawn last, by name.
  std::string said_;
};

}  // namespace vedette
