#include "core/model_change_steps.h"

namespace vedette::model_change {
namespace {

/// From when on a version has its part of the events of the last one to two overlaps. One that
/// is away for longer than the overlap has none.
void weigh(ModelState& state, const Moment& now, const Rules& rules) {
  std::uint64_t all = 0;
  for (const auto& [hash, version] : state.versions) all += version.recent();
  for (auto& [hash, version] : state.versions) {
    const bool here = version.seen == state.clock;
    const bool away = state.clock - version.seen > rules.overlap;
    if (away || !is_part(version.recent(), all)) {
      version.since.reset();
    } else if (here && !version.since) {
      version.since = state.clock - now.tick;
      if (version.risen == kForever) version.risen = now.start;
    }
  }
}

struct Couple {
  KnownVersion* one = nullptr;
  KnownVersion* other = nullptr;
  Duration together{0};  ///< Of the model's clock.
};

Duration together(const KnownVersion& a, const KnownVersion& b) {
  return std::min(a.seen, b.seen) - std::max(*a.since, *b.since);
}

/// The two that have answered together for longest, but for those that always did. Few have their part.
Couple longest_couple(ModelState& state) {
  std::vector<KnownVersion*> parts;
  for (auto& [hash, version] : state.versions)
    if (version.since) parts.push_back(&version);
  Couple longest;
  for (std::size_t i = 0; i < parts.size(); ++i)
    for (std::size_t j = i + 1; j < parts.size(); ++j) {
      const Duration length = together(*parts[i], *parts[j]);
      const bool usual = parts[i]->parallel && parts[j]->parallel;
      if (!usual && length > longest.together) longest = {parts[i], parts[j], length};
    }
  return longest;
}

void learn_couples(ModelState& state, const Rules& rules) {
  for (Couple couple = longest_couple(state); couple.together > rules.overlap; couple = longest_couple(state))
    couple.one->parallel = couple.other->parallel = true;
}

}  // namespace

void step_together(ModelState& state, const Moment& now, const Rules& rules, std::vector<Change>& changes) {
  weigh(state, now, rules);
  if (now.learning) return learn_couples(state, rules);
  const Couple couple = longest_couple(state);
  Change change;
  change.reason = Reason::two_versions;
  change.since = now.start;
  if (couple.one == nullptr) {
    if (state.together_at == kDawn) return;
    change.phase = Finding::Phase::recovered;
    change.subject = state.together;
    change.n = state.events;
    changes.push_back(std::move(change));
    state.together_at = kDawn;
    state.together.clear();
    return;
  }
  if (couple.together <= rules.overlap || !due(state.together_at, now.end)) return;
  const bool in_order = couple.one->first <= couple.other->first;
  const KnownVersion& older = in_order ? *couple.one : *couple.other;
  const KnownVersion& newer = in_order ? *couple.other : *couple.one;
  change.before = older.text;
  change.version = newer.text;
  change.subject = older.text + " and " + newer.text;
  change.effect = static_cast<double>(couple.together.count()) / static_cast<double>(kHour.count());
  change.n = older.recent() + newer.recent();
  change.since = now.end - couple.together;
  state.together = change.subject;
  changes.push_back(std::move(change));
}

}  // namespace vedette::model_change
