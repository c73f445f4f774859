#include "core/drift_panes.h"

#include <algorithm>
#include <array>
#include <bit>

namespace vedette::drift {
namespace {

constexpr std::array kLadder = {10 * kSecond, 20 * kSecond, 30 * kSecond, 1 * kMinute,
                                2 * kMinute,  3 * kMinute,  5 * kMinute,  10 * kMinute,
                                15 * kMinute, 20 * kMinute, 30 * kMinute, 60 * kMinute};

/// Holds so many events on average.
bool filled(Duration pane, double least, std::uint64_t events, Duration span) {
  const double held = static_cast<double>(events) * static_cast<double>(pane.count());
  return held >= least * static_cast<double>(span.count());
}

}  // namespace

int slot_of(Time time) {
  const std::int64_t hours = to_ms(floor_to(time, kHour)) / kHour.count();
  const std::int64_t days = to_ms(floor_to(time, kDay)) / kDay.count();
  const std::int64_t weekday = ((days % 7) + 7 + 3) % 7;  // 1970-01-01 was a Thursday; 0 = Monday.
  const std::int64_t hour = ((hours % 24) + 24) % 24;
  return static_cast<int>(hour + (weekday >= 5 ? 24 : 0));
}

Duration pane_length(std::uint64_t events, Duration span) {
  const auto suits = [&](Duration pane) {
    return filled(pane, kMinEvents, events, span) && span <= kMaxPanes * pane;
  };
  const auto found = std::find_if(kLadder.begin(), kLadder.end(), suits);
  return found == kLadder.end() ? kLadder.back() : *found;
}

Duration pane_with_level(std::uint64_t events, Duration span) {
  const Duration pane = pane_length(events, span);
  if (span >= kFewestPanes * pane) return pane;
  // The longest of those that are too short: the fuller a window, the less it must differ.
  const auto makes_level = [&](Duration shorter) {
    return span >= kFewestPanes * shorter && filled(shorter, kMinEvents / 4, events, span);
  };
  const auto longest = std::find_if(kLadder.rbegin(), kLadder.rend(), makes_level);
  return longest == kLadder.rend() ? pane : *longest;
}

Duration learning_pane(Duration learn_for) {
  constexpr std::array kChoices = {kHour, 10 * kMinute, 5 * kMinute, kMinute};
  for (const Duration choice : kChoices) {
    const bool divides = std::all_of(kLadder.begin(), kLadder.end(), [&](Duration pane) {
      const bool possible = learn_for.count() <= kMaxPanes * pane.count() || pane == kLadder.back();
      return !possible || pane.count() % choice.count() == 0;
    });
    if (divides) return choice;
  }
  return kSamplingPane;
}

int level_count(std::int64_t panes) {
  return panes < 16 ? 0 : static_cast<int>(std::bit_width(static_cast<std::uint64_t>(panes / 16)));
}

}  // namespace vedette::drift
