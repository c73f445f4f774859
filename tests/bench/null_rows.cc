#include "null_rows.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <utility>

#include "vedette/hash.h"

namespace vedette::bench {

WordIndex BatchTexts::text(std::string text) {
  const std::string& kept = texts_.emplace_back(std::move(text));
  batch_.words.push_back({siphash({3, 4}, kept), kept});
  return static_cast<WordIndex>(batch_.words.size() - 1);
}

Value BatchTexts::vector(std::vector<float> numbers) {
  batch_.vectors.emplace_back(vectors_.emplace_back(std::move(numbers)));
  return Value::vector(static_cast<std::uint32_t>(batch_.vectors.size() - 1));
}

void BatchTexts::clear() {
  texts_.clear();
  vectors_.clear();
}

namespace {

class Simulated final : public NullRows {
 public:
  Simulated(const SimulatedRows& shape, std::uint64_t seed)
      : shape_(shape), random_(seed), mean_(shape.features), offset_(shape.clients) {
    for (auto& client : offset_)
      for (std::size_t f = 0; f < shape_.features; ++f) client.push_back(.35 * normal_(random_));
    for (std::size_t f = 0; f < shape_.features; ++f) {
      load_.push_back(.7 * uniform_(random_));
      weight_.push_back(normal_(random_) / std::sqrt(static_cast<double>(shape_.features)));
    }
  }

  std::vector<std::string> names() const override {
    std::vector<std::string> names;
    for (std::size_t f = 0; f < shape_.features; ++f) names.push_back("f" + std::to_string(f));
    names.emplace_back("embedding");
    return names;
  }

  void step() override {
    for (double& mean : mean_)
      mean = kQuick * mean + std::sqrt(1 - kQuick * kQuick) * shape_.drift * normal_(random_);
  }

  NullRow next(std::size_t client, const Shift& shift, BatchTexts& texts) override {
    NullRow row;
    const double common = normal_(random_);
    double logit = -.5;
    for (std::size_t f = 0; f < shape_.features; ++f) {
      const double own = std::sqrt(1 - load_[f] * load_[f]) * normal_(random_);
      const double z = load_[f] * common + own + offset_[client][f] + mean_[f] +
                       shift.size * std::sin(shift.angle + static_cast<double>(f));
      logit += weight_[f] * z;
      row.features.push_back(value_of(f, z, texts));
    }
    row.features.push_back(embedding(client, texts));
    row.yes = 1 / (1 + std::exp(-logit));
    row.truth = uniform_(random_) < row.yes;
    return row;
  }

 private:
  static constexpr std::size_t kLength = 16;
  static constexpr double kQuick = .92;

  static Value word(std::uint64_t which, BatchTexts& texts) {
    return texts.word("word-" + std::to_string(which));
  }

  /// Most features are normal; each eighth is a category, a flag, a count, or awkward.
  Value value_of(std::size_t feature, double z, BatchTexts& texts) {
    switch (feature % 8) {
      case 0:
        return word(static_cast<std::uint64_t>(std::clamp(z + 4, 0.0, 8.0)), texts);
      case 1:
        return Value::boolean(z > .4);
      case 2:
        return Value(std::max(0.0, std::round(2.5 + 1.8 * z)));
      default:
        return shape_.awkward ? awkward_value(feature, z, texts) : Value(30 + 8 * z);
    }
  }

  Value awkward_value(std::size_t feature, double z, BatchTexts& texts) {
    switch (feature % 8) {
      case 3:
        return Value(std::copysign(std::pow(std::abs(z), 2.2), z));
      case 4:
        return Value(std::round(2 * z) / 2 + 1e-3 * std::round(uniform_(random_) * 40));
      case 5:
        return z < 2.2 ? Value(0.0) : Value(z);
      case 6:
        return word(
            uniform_(random_) < .04 ? random_() : 1000 + static_cast<std::uint64_t>(1 / uniform_(random_)),
            texts);
      default:
        return Value(std::exp(1.5 * z));
    }
  }

  /// Numbers around the client's own.
  Value embedding(std::size_t client, BatchTexts& texts) {
    std::vector<float> numbers;
    for (std::size_t i = 0; i < kLength; ++i)
      numbers.push_back(static_cast<float>(normal_(random_) + offset_[client][i % shape_.features]));
    return texts.vector(std::move(numbers));
  }

  const SimulatedRows shape_;
  std::mt19937_64 random_;
  std::normal_distribution<double> normal_;
  std::uniform_real_distribution<double> uniform_;
  std::vector<double> mean_;
  std::vector<std::vector<double>> offset_;  ///< [client][feature]
  std::vector<double> load_;
  std::vector<double> weight_;
};

}  // namespace

std::unique_ptr<NullRows> make_rows(const SimulatedRows& shape, std::uint64_t seed) {
  return std::make_unique<Simulated>(shape, seed);
}

}  // namespace vedette::bench
