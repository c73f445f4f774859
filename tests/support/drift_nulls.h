#pragma once

#include <algorithm>
#include <cmath>
#include <deque>
#include <numbers>
#include <random>
#include <string>
#include <vector>

#include "vedette/dictionary.h"
#include "vedette/batch.h"

namespace vedette::testing_support {

/// Traffic of one model in which nothing happens, with the restlessness of real traffic.
struct NullStream {
  const char* name;
  double rhythm = 0;     ///< Shift of the features over the day, and of the rate.
  double wander = 0;     ///< Sigma of the AR(1) of the clients' shares, 4 hours long.
  double drift = 0;      ///< Sigma of an AR(1) of the features' means, an hour long.
  double bursts = 0;     ///< Of one client per day, 5 to 60 minutes, 20 to 60 % of traffic.
  bool awkward = false;  ///< Heavy tails, ties, constants, ever new words.
};
inline constexpr NullStream kNullStreams[] = {
    {.name = "iid"},
    {.name = "daily rhythm", .rhythm = .5},
    {.name = "AR(1) client mix", .wander = .4},
    {.name = "AR(1) means", .drift = .15},
    {.name = "bursting client", .bursts = 3},
    {.name = "heavy tails, ties", .awkward = true},
    {.name = "all of it", .rhythm = .5, .wander = .4, .bursts = 1, .awkward = true},
};

/// Events of such a model, five minutes at a time; the features decide the outputs.
class NullTraffic {
 public:
  static constexpr Duration kStep = 5 * kMinute;
  NullTraffic(const NullStream& stream, double events, std::size_t features, std::uint64_t seed)
      : stream_(stream),
        events_(events),
        random_(seed),
        offset_(kClients),
        load_(features),
        weight_(features),
        mean_(features),
        share_(kClients),
        state_(kClients) {
    for (auto& client : offset_)
      for (std::size_t f = 0; f < features; ++f) client.push_back(.35 * normal_(random_));
    for (double& share : share_) share = std::exp(normal_(random_));
    for (double& load : load_) load = .7 * uniform_(random_);
    for (double& weight : weight_) weight = normal_(random_);
    for (std::size_t f = 0; f < features; ++f)
      fields_.push_back(names_.field(Section::feature, "f" + std::to_string(f)));
    fields_.push_back(names_.field(Section::output, "label"));
    fields_.push_back(names_.field(Section::output, "score"));
    fields_.push_back(names_.field(Section::probability, "no"));
    fields_.push_back(names_.field(Section::probability, "yes"));
    fields_.push_back(names_.field(Section::segment, "region"));
    fields_.push_back(names_.field(Section::feature, "embedding"));
    shape_ = names_.shape(fields_);
    model_ = names_.symbol("m");
  }

  /// The events of [start, start + kStep), in order of time.
  const Batch& next(Time start) {
    batch_.clear();
    texts_.clear();
    vectors_.clear();
    const double day = 2 * std::numbers::pi * static_cast<double>(to_ms(start) % kDay.count()) /
                       static_cast<double>(kDay.count());
    std::vector<double> weights(kClients);
    for (std::size_t c = 0; c < kClients; ++c) {
      state_[c] = kSlow * state_[c] + std::sqrt(1 - kSlow * kSlow) * stream_.wander * normal_(random_);
      weights[c] = share_[c] * std::exp(state_[c]);
    }
    for (double& mean : mean_)
      mean = kQuick * mean + std::sqrt(1 - kQuick * kQuick) * stream_.drift * normal_(random_);
    burst(weights);
    std::discrete_distribution<std::size_t> who(weights.begin(), weights.end());
    const double rate = events_ * (1 + (stream_.rhythm > 0 ? .6 * std::sin(day) : 0));
    const auto count = std::poisson_distribution<std::int64_t>(rate)(random_);
    for (std::int64_t i = 0; i < count; ++i) add(start + i * kStep / count, who(random_), day);
    return batch_;
  }

 private:
  static constexpr std::size_t kClients = 40;
  static constexpr std::size_t kRegions = 5;
  static constexpr std::size_t kLength = 16;
  static constexpr double kSlow = .98;
  static constexpr double kQuick = .92;

  void burst(std::vector<double>& weights) {
    const double per_step =
        stream_.bursts * static_cast<double>(kStep.count()) / static_cast<double>(kDay.count());
    if (left_ == 0 && uniform_(random_) < per_step) {
      left_ = 1 + static_cast<int>(random_() % 12);
      who_ = random_() % kClients;
      size_ = .2 + .4 * uniform_(random_);
    }
    if (left_ == 0) return;
    --left_;
    double total = 0;
    for (const double weight : weights) total += weight;
    weights[who_] += total * size_ / (1 - size_);
  }

  void add(Time time, std::size_t client, double day) {
    Event event;
    event.time = event.watermark = time;
    event.identity = random_();
    event.model = model_;
    event.principal = mix64(client + 1);
    event.shape = shape_;
    event.first = static_cast<std::uint32_t>(batch_.values.size());
    event.count = static_cast<std::uint32_t>(fields_.size());
    const double common = normal_(random_);
    double logit = -.5;
    for (std::size_t f = 0; f < load_.size(); ++f) {
      const double own = std::sqrt(1 - load_[f] * load_[f]) * normal_(random_);
      const double z = load_[f] * common + own + offset_[client][f] + mean_[f] +
                       stream_.rhythm * std::sin(day + static_cast<double>(f));
      logit += weight_[f] * z / std::sqrt(static_cast<double>(load_.size()));
      batch_.values.push_back(value_of(f, z));
    }
    const double yes = std::round(1e4 / (1 + std::exp(-logit))) / 1e4;
    batch_.values.push_back(word(yes > .5 ? 1 : 2));
    batch_.values.insert(batch_.values.end(), {Value(yes), Value(1 - yes), Value(yes)});
    batch_.values.push_back(word(10 + client % kRegions));
    batch_.values.push_back(embedding(client));
    batch_.keys.insert(batch_.keys.end(), fields_.begin(), fields_.end());
    batch_.events.push_back(event);
  }

  /// Most features are normal; each eighth is a category, a flag, a count, or awkward.
  Value value_of(std::size_t feature, double z) {
    switch (feature % 8) {
      case 0:
        return word(100 + static_cast<std::uint64_t>(std::clamp(z + 4, 0.0, 8.0)));
      case 1:
        return Value::boolean(z > .4);
      case 2:
        return Value(std::max(0.0, std::round(2.5 + 1.8 * z)));
      default:
        break;
    }
    if (!stream_.awkward) return Value(30 + 8 * z);
    switch (feature % 8) {
      case 3:
        return Value(std::copysign(std::pow(std::abs(z), 2.2), z));
      case 4:
        return Value(std::round(2 * z) / 2 + 1e-3 * std::round(uniform_(random_) * 40));
      case 5:
        return z < 2.2 ? Value(0.0) : Value(z);
      case 6:
        return word(uniform_(random_) < .04 ? random_()
                                            : 1000 + static_cast<std::uint64_t>(1 / uniform_(random_)));
      default:
        return Value(std::exp(1.5 * z));
    }
  }

  /// Numbers around the client's own.
  Value embedding(std::size_t client) {
    std::vector<float>& numbers = vectors_.emplace_back();
    for (std::size_t i = 0; i < kLength; ++i)
      numbers.push_back(static_cast<float>(normal_(random_) + offset_[client][i % offset_[client].size()]));
    batch_.vectors.emplace_back(numbers);
    return Value::vector(static_cast<std::uint32_t>(batch_.vectors.size() - 1));
  }

  Value word(std::uint64_t which) {
    const std::string& text = texts_.emplace_back("word-" + std::to_string(which));
    batch_.words.push_back({mix64(which), text});
    return Value::word(static_cast<WordIndex>(batch_.words.size() - 1));
  }

  const NullStream stream_;
  const double events_;
  std::mt19937_64 random_;
  std::normal_distribution<double> normal_;
  std::uniform_real_distribution<double> uniform_;
  std::vector<std::vector<double>> offset_;  ///< [client][feature]
  std::vector<double> load_;
  std::vector<double> weight_;
  std::vector<double> mean_;
  std::vector<double> share_;
  std::vector<double> state_;
  int left_ = 0;
  std::size_t who_ = 0;
  double size_ = 0;
  Dictionary names_{HashKey{1, 2}};
  Batch batch_{names_};
  std::deque<std::string> texts_;  ///< Of the batch's words.
  std::deque<std::vector<float>> vectors_;
  std::vector<FieldId> fields_;
  ShapeId shape_ = 0;
  Symbol model_ = 0;
};

}  // namespace vedette::testing_support
