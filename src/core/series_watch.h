#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "core/series_limits.h"
#include "core/series_state.h"
#include "vedette/bytes.h"
#include "vedette/series.h"

namespace vedette::series {

/// One pane of one series.
struct Pane {
  Time start{};
  Duration length{};
  double events = 0;  ///< Counted in it.
};

/// What the watch says about a pane.
struct Assessment {
  Finding::Phase phase = Finding::Phase::raised;
  std::vector<std::string_view> reasons;
  double ratio = 0;
  double reference = 0;  ///< What was expected, of the kind that was exceeded.
  double observed = 0;
  double log_p = 0;
  double sigmas = 0;  ///< Of levels: distance in standard deviations.
  double low = 0;     ///< Band around what was expected.
  double high = 0;
  double events = 0;
  double largest_client = kUnknown;  ///< Part of one client, at most.
  std::array<float, 6> recent{};     ///< The last values, oldest first.
  std::int64_t since = 0;            ///< Start of the first pane of it, milliseconds.
  bool provisional = false;
  bool notice = false;  ///< Of an onset: apart from the alert, and softer.
};

/// The small memory that every series has, also those too quiet for a SeriesModel:
/// mean, dispersion, peak, silence, and whether an alert is open. About 100 bytes,
/// plain data; a copy is a snapshot.
class Watch {
 public:
  /// `modelled`: `point` is from a warm model; else only its value is used.
  std::optional<Assessment> step(const Pane& pane, const SeriesPoint& point, bool modelled,
                                 const Limits& limits);
  double mean() const { return mean_.mean; }
  double level() const { return level_; }  ///< Of the last panes.
  double peak() const { return peak_; }
  std::uint32_t panes() const { return mean_.n; }
  bool open() const { return open_; }
  /// Since when the open alert lasts; its first pane.
  Time open_since() const { return from_ms(since_); }
  void save(ByteWriter& out) const;
  void load(ByteReader& in);

 private:
  /// What one step is about, and between which values it was expected.
  struct Now {
    const Pane& pane;
    const SeriesPoint& point;
    const Limits& limits;
    bool modelled;
    double x;
    double low, high;
  };
  Now view(const Pane& pane, const SeriesPoint& point, bool modelled, const Limits& limits) const;
  double change(double from, double to, const Limits& limits) const;
  bool matters(double from, double to, const Now& now) const;
  double probability(double share) const;
  double design() const;
  double deviation(const Now& now) const;
  void illustrate(Assessment& a, const Now& now) const;
  double tail(double x, double expected, const Now& now) const;
  Assessment moved(double x, double expected, double novelty, const Now& now) const;
  Assessment worst(const Now& now);
  Assessment stopped(const Limits& limits) const;
  std::optional<Assessment> settle(Assessment best, const Now& now);
  std::optional<Assessment> notice(const Now& now);
  void learn_excursions(const Now& now, bool fired);
  void learn(const Now& now);
  void learn_run(const Now& now);

  Average mean_, busy_;
  Average excess_;  ///< Squared residuals, of counts beyond Poisson's, of shares over the binomial's.
  Average expected_square_;
  Excursions up_, down_;
  float level_ = 0;
  float peak_ = 0;        ///< Decaying.
  float longest_ = 0;     ///< Run of panes without events, or with the same sample, decaying.
  float silent_log_ = 0;  ///< Logarithm of the chance of the present run.
  float before_ = 0;      ///< Level when it began, or the sample.
  float told_ = 0;        ///< Ratio of the last finding while open.
  float trials_ = 0;      ///< Of shares: events, decaying.
  std::array<float, 6> recent_{};
  std::uint32_t zeros_ = 0;
  std::uint32_t calm_ = 0;
  std::uint32_t quiet_ = 0;  ///< Panes for which no further notice is given.
  std::uint32_t novel_ = 0;  ///< Panes for which the last novelty still counts, for slow ramps.
  std::int64_t since_ = 0;
  std::int64_t zeros_since_ = 0;
  bool open_ = false;
};

}  // namespace vedette::series
