#include "core/model_change_explain.h"

#include <array>
#include <cmath>
#include <cstdio>

#include "vedette/settings.h"

namespace vedette::model_change {
namespace {

constexpr std::size_t kFewAtOnce = 3;
constexpr std::size_t kReasons = 6;
/// Alerts of what happens once close after so long; what lasts is told again sooner.
constexpr Duration kQuietCloses = kDay;

struct Words {
  const char* code;
  const char* group;  ///< Changes of one group and entity make one alert.
  const char* many;   ///< Things of that kind.
  const char* effect_name;
  const char* next_steps;
};

constexpr std::array<Words, kReasons> kWords{{
    {"NEW_VERSION", "version", "versions that were never seen before", "events",
     "Ask the owner of the model whether this version was released."},
    {"NOT_APPROVED", "approval", "digests that are not approved", "events",
     "Stop what serves it, or add the digest to the list of approved ones; find out who deployed it."},
    {"NEW_DIGEST", "digest", "further digests of the same version", "events",
     "Compare the artifact with the one in the registry: the same version should be the same bytes."},
    {"TWO_VERSIONS", "versions at once", "versions at once", "hours",
     "Find out whether a roll-out got stuck, or whether instances were forgotten."},
    {"ROLL_BACK", "roll back", "versions that had been replaced", "hours",
     "Ask who rolled back, and why; an old version may have known weaknesses."},
    {"OUTPUT_TYPE", "output", "outputs of another type", "share",
     "Compare the answers before and after; consumers may read the new ones wrongly."},
}};

const Words& words_of(Reason reason) { return kWords[static_cast<std::size_t>(reason)]; }

std::string fixed(double number, int digits) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.*f", digits, number);
  return text.data();
}

std::string version_text(const std::string& version) {
  return version.empty() ? "the version without a name" : "version " + version;
}

std::string events_text(std::uint64_t n) { return n == 1 ? "1 event" : std::to_string(n) + " events"; }

std::string flood_text(const Change& change) {
  return std::to_string(change.others + 1) + " " + words_of(change.reason).many + " at once, one of them " +
         (change.reason == Reason::new_version || change.reason == Reason::roll_back
              ? version_text(change.version)
              : change.subject) +
         "; somebody may be inventing names";
}

std::string version_change_text(const Change& change, const Rules& rules) {
  switch (change.reason) {
    case Reason::new_version:
      return version_text(change.version) + " answers, which was never seen before (" +
             events_text(change.n) + ")" +
             (change.before.empty() ? "" : "; until now it was " + version_text(change.before));
    case Reason::roll_back:
      return version_text(change.version) + " answers again after " + fixed(change.effect, 1) +
             " h in which it had been replaced" +
             (change.before.empty() ? "" : " by " + version_text(change.before)) + " (" +
             events_text(change.n) + ")";
    case Reason::two_versions:
      if (change.phase == Finding::Phase::recovered)
        return "only one version answers again; there were two, " + change.subject;
      return version_text(change.before) + " and " + version_text(change.version) +
             " have both answered for " + fixed(change.effect, 2) + " h, each at least 5 % of the events; " +
             to_text(rules.overlap) + " is allowed";
    default:
      return {};
  }
}

std::string what(const Change& change, const Rules& rules) {
  if (change.others > 0 || change.beyond_cap) return flood_text(change);
  switch (change.reason) {
    case Reason::not_approved:
      return version_text(change.version) + " answers with artifact " + change.subject +
             ", which is not on the list of approved ones (" + events_text(change.n) + ")";
    case Reason::new_digest:
      return version_text(change.version) +
             " answers with another artifact under the same name: " + change.subject + " instead of " +
             change.before + " (" + events_text(change.n) + ")";
    case Reason::output_type:
      return "output " + change.subject + " is " + change.now + " in " + fixed(100 * change.effect, 0) +
             " % of " + events_text(change.n) + ", where it was " + change.before +
             "; the version is the same";
    default:
      return version_change_text(change, rules);
  }
}

double threshold_of(Reason reason, const Rules& rules) {
  constexpr double kHalf = 0.5;
  if (reason == Reason::output_type) return kHalf;
  if (reason != Reason::two_versions && reason != Reason::roll_back) return 1;
  return static_cast<double>(rules.overlap.count()) / static_cast<double>(kHour.count());
}

}  // namespace

std::vector<Change> gather(std::vector<Change> changes) {
  std::array<std::size_t, kReasons> counts{};
  std::array<bool, kReasons> beyond{};
  const auto at = [](const Change& change) { return static_cast<std::size_t>(change.reason); };
  for (const Change& change : changes) {
    ++counts[at(change)];
    beyond[at(change)] = beyond[at(change)] || change.beyond_cap;
  }
  std::array<Change*, kReasons> voices{};
  std::vector<Change> told;
  told.reserve(changes.size());
  for (Change& change : changes) {
    const std::size_t kind = at(change);
    if (counts[kind] <= kFewAtOnce && !beyond[kind]) {
      told.push_back(std::move(change));
    } else if (voices[kind] == nullptr) {
      voices[kind] = &told.emplace_back(std::move(change));
      voices[kind]->beyond_cap = beyond[kind];
    } else {
      ++voices[kind]->others;
      voices[kind]->n += change.n;
      voices[kind]->since = std::min(voices[kind]->since, change.since);
    }
  }
  return told;
}

Finding explain(const Change& change, const std::string& model, Time at, const Rules& rules) {
  const Words& words = words_of(change.reason);
  const bool flood = change.others > 0 || change.beyond_cap;
  Finding finding;
  finding.phase = change.phase;
  finding.entity.model = model;
  const bool of_version = change.reason != Reason::two_versions && change.reason != Reason::output_type;
  if (of_version && !flood) finding.entity.version = change.version;
  finding.subject = flood ? words.many : change.subject;
  finding.group = words.group;
  // Each artifact and each output has an alert of its own.
  if (change.reason != Reason::two_versions && !flood) finding.group += " " + change.subject;
  finding.at = at;
  finding.start = std::min(change.since, at - rules.window);
  finding.end = at;
  finding.effect_name = words.effect_name;
  finding.effect = change.effect;
  finding.effect_threshold = threshold_of(change.reason, rules);
  finding.ratio = 1;
  finding.n = static_cast<double>(change.n);
  if (change.phase == Finding::Phase::raised) finding.change_since = change.since;
  finding.quiet_closes = kQuietCloses;
  finding.minor = !flood && (change.reason == Reason::new_version || change.listed);
  finding.reasons = {words.code};
  finding.what = what(change, rules);
  finding.next_steps = words.next_steps;
  return finding;
}

}  // namespace vedette::model_change
