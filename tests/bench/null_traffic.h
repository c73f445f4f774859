#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <queue>
#include <random>
#include <string>
#include <vector>

#include "null_rows.h"
#include "real_rows.h"
#include "vedette/dictionary.h"

namespace vedette::bench {

/// Traffic of one model in which nothing happens, with the restlessness of real traffic.
struct NullStream {
  std::string name;
  double rhythm = 0;     ///< Shift of the features over the day, and of the rate.
  double week = 0;       ///< Shift of the features at week-ends, and by how much the rate falls then.
  double wander = 0;     ///< Sigma of the AR(1) of the clients' shares, 4 hours long.
  double drift = 0;      ///< Sigma of an AR(1) of the features' means, an hour long.
  double bursts = 0;     ///< Of one client per day, 5 to 60 minutes, 20 to 60 % of traffic.
  bool awkward = false;  ///< Heavy tails, ties, constants, ever new words.
  const RealTable* table = nullptr;  ///< Whose rows they are; null: they are simulated.
};
std::vector<NullStream> null_streams(const std::vector<RealTable>& tables);

/// Events of such a model and their labels, five minutes at a time, in order of time.
class NullTraffic {
 public:
  static constexpr Duration kStep = 5 * kMinute;

  /// `events`: on average in five minutes.
  NullTraffic(const NullStream& stream, double events, std::size_t features, std::uint64_t seed);
  NullTraffic(const NullTraffic&) = delete;
  NullTraffic& operator=(const NullTraffic&) = delete;

  /// Those of [start, start + kStep); valid until the next call.
  const Batch& next(Time start);

 private:
  static constexpr std::size_t kClients = 40;
  static constexpr std::size_t kRegions = 5;
  static constexpr double kSlow = .98;
  static constexpr double kLabelled = .6;
  static constexpr Duration kLabelAfter = kHour;  ///< On average.

  struct Label {
    Time time{};
    std::uint64_t id = 0;
    bool truth = false;
    bool operator>(const Label& other) const { return time > other.time; }
  };

  std::vector<double> weights_of(bool week_end);
  void burst(std::vector<double>& weights);
  void add(Time time, std::size_t client, const NullRows::Shift& shift);
  void add_labels(Time before);
  void label_later(Time time, std::uint64_t id, bool truth);
  std::string group_of(std::size_t client);

  const NullStream stream_;
  const double events_;
  std::mt19937_64 random_;
  std::normal_distribution<double> normal_;
  std::uniform_real_distribution<double> uniform_;
  std::unique_ptr<NullRows> rows_;
  std::vector<double> share_;
  std::vector<double> state_;
  int left_ = 0;
  std::size_t who_ = 0;
  double size_ = 0;
  std::priority_queue<Label, std::vector<Label>, std::greater<>> labels_;  ///< To come.
  Dictionary names_{HashKey{1, 2}};
  Batch batch_{names_};
  BatchTexts texts_{batch_};
  std::vector<FieldId> fields_;
  ShapeId shape_ = 0;
  Symbol model_ = 0;
  Symbol version_ = 0;
};

}  // namespace vedette::bench
