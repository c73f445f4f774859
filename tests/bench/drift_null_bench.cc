// False alerts of the drift engine on streams in which nothing happens but the restlessness of
// real traffic: clients that wander and burst, hours of the day. Prints alerts per week for a
// budget of 1. Arguments: weeks per stream (default 6), events per pane (default 500), features (20).
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <numbers>
#include <random>
#include <vector>

#include "core/drift_learning.h"
#include "core/drift_watch.h"

namespace vedette::drift {
namespace {

constexpr Time kStart = from_ms(1'772'409'600'000);
constexpr Duration kPane = 5 * kMinute;
constexpr std::int64_t kWeekPanes = kWeek / kPane;
constexpr std::size_t kClients = 40;

struct Stream {
  const char* name;
  double rhythm;  ///< Shift of the features over the day.
  double wander;  ///< Sigma of the AR(1) of the clients' shares.
  double bursts;  ///< Per day.
};
constexpr Stream kStreams[] = {
    {"iid", 0, 0, 0},          {"daily", .5, 0, 0},        {"AR(1) client mix", 0, .4, 0},
    {"AR + daily", .5, .4, 0}, {"client bursts", 0, 0, 3},
};

/// Counts of all features of one pane after the other.
class Simulation {
 public:
  Simulation(const Stream& stream, std::size_t features, double events, std::uint64_t seed)
      : stream_(stream), events_(events), random_(seed), mean_(features), share_(kClients), state_(kClients) {
    for (auto& client : mean_)
      for (std::size_t c = 0; c < kClients; ++c) client.push_back(.35 * normal_(random_));
    for (double& share : share_) share = std::exp(normal_(random_));
  }

  std::uint32_t next(std::int64_t pane, std::vector<std::uint32_t>& cells) {
    const double day = 2 * std::numbers::pi * static_cast<double>(pane % 288) / 288;
    std::vector<double> weight(kClients);
    double total = 0;
    for (std::size_t c = 0; c < kClients; ++c) {
      state_[c] = .98 * state_[c] + std::sqrt(1 - .98 * .98) * stream_.wander * normal_(random_);
      total += weight[c] = share_[c] * std::exp(state_[c]);
    }
    burst(weight, total);
    const double n = events_ * (1 + (stream_.rhythm > 0 ? .6 * std::sin(day) : 0));
    const std::uint32_t count = std::poisson_distribution<std::uint32_t>(n)(random_);
    cells.assign(mean_.size() * kStored, 0);
    for (std::size_t f = 0; f < mean_.size(); ++f)
      fill(f, weight, stream_.rhythm * std::sin(day + static_cast<double>(f)), count, cells);
    return count;
  }

 private:
  void burst(std::vector<double>& weight, double total) {
    if (left_ == 0 && std::uniform_real_distribution<>()(random_) < stream_.bursts / 288) {
      left_ = 1 + static_cast<int>(random_() % 12);
      who_ = random_() % kClients;
      size_ = std::uniform_real_distribution<>(.2, .6)(random_);
    }
    if (left_ == 0) return;
    --left_;
    weight[who_] += total * size_ / (1 - size_);
  }

  /// Multinomial over 16 bins of the mixture of the clients' normals.
  void fill(std::size_t feature, const std::vector<double>& weight, double shift, std::uint32_t left,
            std::vector<std::uint32_t>& cells) {
    double total = 0;
    for (const double w : weight) total += w;
    double below = 0;
    for (int bin = 0; bin < kBins; ++bin) {
      double upto = 1;
      if (bin + 1 < kBins) {
        upto = 0;
        const double edge = -1.9 + 3.8 * bin / (kBins - 2);
        for (std::size_t c = 0; c < kClients; ++c)
          upto +=
              weight[c] / total * .5 * std::erfc((mean_[feature][c] + shift - edge) / std::numbers::sqrt2);
      }
      const double p = std::clamp((upto - below) / std::max(1e-12, 1 - below), 0.0, 1.0);
      const std::uint32_t count = std::binomial_distribution<std::uint32_t>(left, p)(random_);
      cells[feature * kStored + 1 + static_cast<std::size_t>(bin)] = count;
      left -= count;
      below = upto;
    }
  }

  Stream stream_;
  double events_;
  std::mt19937_64 random_;
  std::normal_distribution<double> normal_;
  std::vector<std::vector<double>> mean_;  ///< [feature][client]
  std::vector<double> share_;
  std::vector<double> state_;
  int left_ = 0;
  std::size_t who_ = 0;
  double size_ = 0;
};

int alerts_of(const Stream& stream, std::int64_t weeks, double events, std::size_t features) {
  Simulation simulation(stream, features, events, 7);
  BaselinePanes panes{kStart, kPane, features, {}, {}};
  std::vector<std::uint32_t> cells;
  for (std::int64_t pane = 0; pane < kWeekPanes; ++pane) {
    panes.n.push_back(simulation.next(pane, cells));
    for (std::size_t f = 0; f < features; ++f) {
      const auto from = cells.begin() + static_cast<std::ptrdiff_t>(f * kStored);
      panes.cells.insert(panes.cells.end(), from, from + kJudged);
    }
  }
  const std::vector<bool> numeric(features, true);
  Watch watch(learn(panes, numeric, Budget{1, 2.0 * static_cast<double>(features)}), numeric, 0.02);
  int alerts = 0;
  for (std::int64_t at = 1; at <= weeks * kWeekPanes; ++at) {
    const std::uint32_t n = simulation.next(kWeekPanes + at - 1, cells);
    for (const Transition& transition :
         watch.close_pane(at, kStart + (kWeekPanes + at - 1) * kPane, n, cells))
      alerts += transition.kind == Transition::Kind::opened;
  }
  return alerts;
}

}  // namespace
}  // namespace vedette::drift

int main(int argc, char** argv) {
  const std::int64_t weeks = argc > 1 ? std::atoll(argv[1]) : 6;
  const double events = argc > 2 ? std::atof(argv[2]) : 500;
  const auto features = static_cast<std::size_t>(argc > 3 ? std::atoll(argv[3]) : 20);
  std::printf("%-20s alerts per week (budget 1; %lld weeks, %.0f events a pane, %zu features)\n", "stream",
              static_cast<long long>(weeks), events, features);
  for (const auto& stream : vedette::drift::kStreams)
    std::printf("%-20s %.2f\n", stream.name,
                static_cast<double>(vedette::drift::alerts_of(stream, weeks, events, features)) /
                    static_cast<double>(weeks));
}
