#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "vedette/finding.h"

namespace vedette {

/// A technique of MITRE ATLAS and its tactic, e.g. AML.T0029 in AML.TA0011.
struct Technique {
  std::string_view id;
  std::string_view name;
  std::string_view tactic_id;
  std::string_view tactic;
};

/// What of a model a detector looks at: what goes in, how that hangs together, what comes out (or all of
/// it). An alert may follow from one on a side that comes earlier.
enum class Side : unsigned char { neither, inputs, relations, outputs };

/// One transition of an alert, ready for a format. `uid` is the alert's and stays;
/// `transition_uid` is new for each transition; both follow from the input alone.
struct Alert {
  enum class Activity : unsigned char { create = 1, update, close };
  /// An alert on an earlier side of the same model, open or just told when this one began.
  struct Cause {
    std::string uid;
    std::string transition_uid;  ///< The last one told by then.
    std::string detector;
    std::string subject;
    Time opened_at{};
  };
  Activity activity = Activity::create;
  std::string uid;
  std::string transition_uid;
  std::string incident_uid;
  std::string detector;
  int detector_version = 1;
  std::string title;
  std::string tenant;
  Severity severity = Severity::low;
  Time opened_at{};
  Time first_seen{};
  Time last_seen{};
  std::uint64_t count = 0;     ///< Findings folded into it.
  std::uint64_t sequence = 0;  ///< Transition number of this alert, from 1.
  double worst_effect = 0;
  bool meta = false;         ///< About Vedette itself (a gap, an eviction storm).
  bool test = false;         ///< dry_run: delivered nowhere but counted.
  Finding finding;           ///< The one that caused this transition.
  std::string technique_id;  ///< Empty where none applies.
  std::string technique;
  std::string tactic_id;
  std::string tactic;
  Side side = Side::neither;
  std::vector<Cause> causes;  ///< What it may follow from, where to begin at the front.
  static constexpr std::size_t kMostCauses = 3;
};

void encode(const Alert& alert, ByteWriter& out);
/// Total; `in.ok()` says whether it was an alert.
Alert decode_alert(ByteReader& in);

/// One English sentence that a tired analyst understands.
std::string message_of(const Alert& alert);

}  // namespace vedette
