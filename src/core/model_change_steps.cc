#include "core/model_change_steps.h"

namespace vedette::model_change {
namespace {

constexpr Duration kTellAgain = 12 * kHour;
/// A return is odd if it comes after twice the longest absence that was learned.
constexpr int kLongerThanLearned = 2;

/// Between two panes nothing may have come for days; that says nothing about any version.
Duration tick_of(const ModelState& state, Time end, const Rules& rules) {
  if (state.pane_end == kDawn) return rules.window;
  return std::clamp(end - state.pane_end, Duration{0}, std::max(rules.window, rules.overlap / 4));
}

void move_clock(ModelState& state, Duration tick, const Rules& rules) {
  state.clock += tick;
  const std::int64_t block = state.clock / rules.overlap;
  if (block == state.block) return;
  for (auto& [hash, version] : state.versions) {
    version.before = block == state.block + 1 ? version.lately : 0;
    version.lately = 0;
  }
  state.block = block;
}

/// The one that answered until now, but for `but` and those that this pane brought.
std::string leader(const ModelState& state, NameHash but, Time pane_start) {
  const KnownVersion* most = nullptr;
  for (const auto& [hash, version] : state.versions) {
    if (hash == but || version.first >= pane_start) continue;
    const auto rank = [](const KnownVersion& one) { return std::pair(one.seen, one.recent()); };
    if (most == nullptr || rank(version) > rank(*most)) most = &version;
  }
  return most == nullptr ? std::string() : most->text;
}

/// The version that has been away for longest gives way, if it was replaced.
bool make_room(ModelState& state, const Rules& rules, std::uint64_t& evicted) {
  if (state.versions.size() < ModelState::kMostVersions) return true;
  ++evicted;
  const auto oldest =
      std::min_element(state.versions.begin(), state.versions.end(),
                       [](const auto& a, const auto& b) { return a.second.seen < b.second.seen; });
  if (state.clock - oldest->second.seen <= rules.overlap) return false;
  state.versions.erase(oldest);
  return true;
}

void return_of(ModelState& state, KnownVersion& version, NameHash hash, const SeenVersion& seen,
               const Moment& now, const Rules& rules, std::vector<Change>& changes) {
  const Duration absence = state.clock - version.seen - now.tick;
  if (now.learning) {
    version.longest_absence = std::max(version.longest_absence, absence);
    return;
  }
  if (absence <= std::max(rules.overlap, kLongerThanLearned * version.longest_absence)) return;
  if (!due(version.back_at, now.end)) return;
  Change& change = changes.emplace_back();
  change.reason = Reason::roll_back;
  change.version = version.text;
  change.subject = "version";
  change.before = leader(state, hash, now.start);
  change.effect = static_cast<double>(absence.count()) / static_cast<double>(kHour.count());
  change.n = seen.count;
  change.since = seen.first;
}

void arrival_of(const ModelState& state, NameHash hash, const SeenVersion& seen, const Moment& now, bool room,
                std::vector<Change>& changes) {
  Change& change = changes.emplace_back();
  change.reason = Reason::new_version;
  change.version = seen.text;
  change.subject = "version";
  change.before = leader(state, hash, now.start);
  change.effect = static_cast<double>(seen.count);
  change.n = seen.count;
  change.since = seen.first;
  change.beyond_cap = !room;
}

void step_versions(ModelState& state, const Seen& seen, const Moment& now, const Rules& rules,
                   std::vector<Change>& changes, std::uint64_t& evicted) {
  for (const auto& [hash, one] : seen.versions.slots()) {
    auto known = state.versions.find(hash);
    if (known != state.versions.end()) {
      return_of(state, known->second, hash, one, now, rules, changes);
    } else {
      const bool room = make_room(state, rules, evicted);
      if (!now.learning) arrival_of(state, hash, one, now, room, changes);
      if (!room) continue;
      known = state.versions.try_emplace(hash).first;
      known->second.text = one.text;
      known->second.first = one.first;
    }
    KnownVersion& version = known->second;
    version.last = std::max(version.last, one.last);
    version.seen = state.clock;
    version.events += one.count;
    version.lately += one.count;
  }
  if (!seen.versions.capped()) return;
  // Some were left out for a flood of names: who was there a moment ago may be among them.
  for (auto& [hash, version] : state.versions)
    if (state.clock - version.seen - now.tick <= rules.overlap) version.seen = state.clock;
}

}  // namespace

bool due(Time& told, Time now) {
  if (told != kDawn && now < told + kTellAgain) return false;
  told = now;
  return true;
}

std::vector<Change> step(ModelState& state, const Seen& seen, Time end, const Rules& rules,
                         std::uint64_t& evicted) {
  Moment now{end - rules.window, end, tick_of(state, end, rules), false};
  if (state.pane_end == kDawn) {
    for (const auto& [hash, version] : seen.versions.slots())
      state.first = std::min(state.first, version.first);
    now.learning = true;
  }
  now.learning =
      now.learning || rules.recording || (!state.settled && now.start < state.first + rules.settle);
  state.events += seen.events;
  move_clock(state, now.tick, rules);
  std::vector<Change> changes;
  step_versions(state, seen, now, rules, changes, evicted);
  step_digests(state, seen, now, changes, evicted);
  step_together(state, now, rules, changes);
  step_outputs(state, seen, now, rules, changes, evicted);
  state.pane_end = std::max(state.pane_end, end);
  return changes;
}

}  // namespace vedette::model_change
