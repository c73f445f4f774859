#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "vedette/time.h"

namespace vedette {

/// Something that was done to the simulated traffic, and where it must show.
struct Injected {
  std::string what;
  std::string detector;
  std::string model;
  std::string tenant;
  Time begin{};
  Time end{};  ///< Later alerts of it are still right until `end` + grace.
  bool found = false;
};

struct SimulatedRecord {
  Time time{};
  std::string model;
  std::string bytes;  ///< A native inference event.
};

/// Simulated models with a daily rhythm and their clients, then drifts, a flood and a
/// silence. The same seed gives the same records, in order of time.
class Simulation {
 public:
  explicit Simulation(Time begin, std::uint64_t seed = 7);

  /// False at the end.
  bool next(SimulatedRecord& record);
  Time begin() const { return begin_; }
  Time end() const { return end_; }
  const std::vector<Injected>& injected() const { return injected_; }
  std::size_t models() const { return models_.size(); }

  /// How long the detectors must learn for.
  static constexpr Duration kLearnFor = 48 * kHour;

 private:
  struct Model {
    std::string name;
    std::string tenant;
    double per_minute = 10;
    double phase = 0;  ///< Of the daily rhythm, in hours.
    Time next{};
    Time next_flood{};  ///< kForever: no flood.
    Injected trouble;   ///< What happens to it, if anything.
  };
  double uniform() { return std::uniform_real_distribution<>(0, 1)(random_); }
  double normal(double mean, double deviation) {
    return std::normal_distribution<>(mean, deviation)(random_);
  }
  double rate(const Model& model, Time at) const;
  bool troubled(const Model& model, const char* what, Time at) const;
  Time after(Time at, double per_minute);
  std::string event(const Model& model, Time at, const std::string& principal);
  void inject(std::size_t model, Injected trouble, Duration from, Duration length);

  std::mt19937_64 random_;
  Time begin_;
  Time end_;
  std::uint64_t count_ = 0;
  std::vector<Model> models_;
  std::vector<Injected> injected_;
};

}  // namespace vedette
