#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "vedette/bytes.h"
#include "vedette/entity.h"
#include "vedette/time.h"

namespace vedette {

/// How loud an alert is; the OCSF ladder.
enum class Severity : unsigned char { informational = 1, low, medium, high, critical };

/// A bin, segment, client or event that contributes to a finding, with its share (-1..1).
struct Contribution {
  std::string kind;  ///< `bin`, `column`, `segment`, `client`, `feature`, `event`
  std::string name;
  double share = 0;  ///< Of the effect; of another column: its effect as a part of this one, at most 1.
  double expected = kNotGiven;
  double observed = kNotGiven;
  static constexpr double kNotGiven = -1;
};

/// What a detector says: entity, window, effect, evidence, confidence, reasons.
/// Findings of one (detector, entity, group) make one alert while it is open.
struct Finding {
  enum class Phase : unsigned char {
    raised,     ///< Opens an alert, or folds into the open one.
    recovered,  ///< Closes the open alert of this group; nothing if there is none.
    notice,     ///< Folds silently: news about an open alert, not an alarm of its own.
  };
  Phase phase = Phase::raised;
  Entity entity;
  std::string group;                  ///< Which open alert of the entity; empty = the subject.
  std::string subject;                ///< Feature, output, series or client.
  std::vector<std::string> subjects;  ///< All subjects of the alert so far, the first included.
  Time at{};                          ///< Event time at which it was decided.
  Time start{};                       ///< Window of the evidence.
  Time end{};
  std::string effect_name;
  double effect = 0;
  double effect_threshold = 0;
  double ratio = 0;  ///< Evidence over the limit of the budget; > 1 fires. Severity grows with it.
  double baseline_n = 0;
  double n = 0;
  std::optional<double> p_value;
  std::optional<double> log_e;
  std::optional<Time> change_since;
  Duration quiet_closes{
      0};  ///< The alert closes after so long without news; 0: the detector says `recovered`.
  bool provisional = false;          ///< The baseline cannot promise the budget: short, or another version's.
  std::string baseline_version;      ///< Whose baseline it was compared with, if not the entity's own.
  bool minor = false;                ///< News below the detector's severity.
  std::vector<std::string> reasons;  ///< Codes, e.g. `MEAN_SHIFT`.
  std::vector<Contribution> top;
  std::vector<std::pair<std::string, double>> numbers;  ///< Further numbers, e.g. `psi`.
  std::string what;  ///< From what to what, since when; completes "<entity>: ...".
  std::string next_steps;
};

void encode(const Finding& finding, ByteWriter& out);
/// Total; `in.ok()` says whether it was a finding.
Finding decode_finding(ByteReader& in);

}  // namespace vedette
