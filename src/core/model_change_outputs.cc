#include <numeric>

#include "core/model_change_steps.h"

namespace vedette::model_change {
namespace {

/// Of the run of odd panes: fewer may be a handful of broken answers.
constexpr std::uint64_t kLeastOdd = 20;

std::string name_of(std::size_t type) {
  static constexpr std::array<const char*, kOutputTypes> kNames{"number", "text", "boolean", "vector",
                                                                "missing"};
  return kNames[type];
}

std::string names_of(unsigned types) {
  std::string names;
  for (std::size_t i = 0; i < kOutputTypes; ++i)
    if ((types >> i & 1) != 0) names += (names.empty() ? "" : " or ") + name_of(i);
  return names;
}

/// Types that make up their part of all.
unsigned parts_of(const TypeCounts& counts) {
  const std::uint64_t all = std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
  unsigned types = 0;
  for (std::size_t i = 0; i < kOutputTypes; ++i)
    if (is_part(counts[i], all)) types |= 1U << i;
  return types;
}

/// With the events that do not have it.
TypeCounts counts_of(const SeenOutput* output, std::uint64_t events) {
  TypeCounts counts{};
  if (output != nullptr) counts = output->counts;
  const std::uint64_t there = std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
  counts.back() = events - std::min(events, there);
  return counts;
}

/// A version that is new, or has just got its part of the events, may answer in its own way.
enum class Youth : unsigned char { none, some, rising };

Youth youth_of(const ModelState& state, const Moment& now, const Rules& rules) {
  Youth youth = Youth::none;
  for (const auto& [hash, version] : state.versions) {
    if (version.risen == now.start) return Youth::rising;
    if (version.risen != kForever && now.start < version.risen + rules.settle) youth = Youth::some;
  }
  return youth;
}

void tell(KnownOutput& output, const TypeCounts& counts, unsigned usual, unsigned odd,
          std::vector<Change>& changes) {
  std::size_t most = kOutputTypes;
  for (std::size_t i = 0; i < kOutputTypes; ++i)
    if ((odd >> i & 1) != 0 && (most == kOutputTypes || counts[i] > counts[most])) most = i;
  Change& change = changes.emplace_back();
  change.reason = Reason::output_type;
  change.subject = output.text;
  change.before = names_of(usual);
  change.now = name_of(most);
  change.effect = static_cast<double>(output.odd) / static_cast<double>(output.odd_of);
  change.n = output.odd_of;
  change.since = output.odd_since;
  // It is told once; from now on it is how this output is.
  output.usual = static_cast<std::uint8_t>(output.usual | odd);
  output.odd = output.odd_of = 0;
}

void watch(KnownOutput& output, const TypeCounts& counts, std::uint64_t events, const Moment& now,
           std::vector<Change>& changes) {
  const unsigned usual = output.usual | parts_of(output.learned);
  std::uint64_t odd = 0;
  for (std::size_t i = 0; i < kOutputTypes; ++i)
    if ((usual >> i & 1) == 0) odd += counts[i];
  if (odd <= events / 2) {
    output.odd = output.odd_of = 0;
    return;
  }
  if (output.odd == 0) output.odd_since = now.start;
  output.odd += odd;
  output.odd_of += events;
  if (output.odd >= kLeastOdd) tell(output, counts, usual, parts_of(counts) & ~usual, changes);
}

void learn(KnownOutput& output, const TypeCounts& counts, Youth youth) {
  if (youth == Youth::rising) {
    // What the others answered must not outweigh what the new version does.
    output.usual = static_cast<std::uint8_t>(output.usual | parts_of(output.learned));
    output.learned = {};
  }
  for (std::size_t i = 0; i < kOutputTypes; ++i) output.learned[i] += counts[i];
  output.odd = output.odd_of = 0;
}

void take_up(ModelState& state, const Seen& seen, const Moment& now, const Rules& rules,
             std::uint64_t& evicted) {
  for (const auto& [hash, one] : seen.outputs.slots()) {
    auto known = state.outputs.find(hash);
    if (known == state.outputs.end()) {
      if (state.outputs.size() == ModelState::kMostOutputs) {
        ++evicted;
        const auto oldest =
            std::min_element(state.outputs.begin(), state.outputs.end(),
                             [](const auto& a, const auto& b) { return a.second.last < b.second.last; });
        if (oldest->second.last + rules.settle >= now.start) continue;
        state.outputs.erase(oldest);
      }
      known = state.outputs.try_emplace(hash).first;
      known->second.text = one.text;
      known->second.first = now.start;
    }
    known->second.last = now.end;
  }
}

}  // namespace

void step_outputs(ModelState& state, const Seen& seen, const Moment& now, const Rules& rules,
                  std::vector<Change>& changes, std::uint64_t& evicted) {
  take_up(state, seen, now, rules, evicted);
  const Youth youth = youth_of(state, now, rules);
  for (auto& [hash, output] : state.outputs) {
    const SeenOutput* const one = seen.outputs.find(hash);
    // Left out for a flood of names, it may have been there.
    if (one == nullptr && seen.outputs.capped()) continue;
    const TypeCounts counts = counts_of(one, seen.events);
    const bool young = youth != Youth::none || now.start < output.first + rules.settle;
    if (now.learning || young) {
      learn(output, counts, youth);
    } else {
      watch(output, counts, seen.events, now, changes);
    }
  }
}

}  // namespace vedette::model_change
