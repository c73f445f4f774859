#include "core/drift_trail.h"

#include <algorithm>
#include <cmath>

#include "core/drift_text.h"

namespace vedette::drift {
namespace {

constexpr std::uint64_t kVersion = 1;
constexpr double kSure = 3;     ///< Standard errors.
constexpr int kQuietSpans = 4;  ///< Spans without news close the alert: a new anchor was promoted, say.

}  // namespace

Walk walk_from(const BaselineModel& anchor, const BaselinePanes& next, double limit) {
  SlotCounts slots{};
  Walk farthest;
  for (std::int64_t at = 0; at < next.size(); ++at) {
    const double n = next.n[static_cast<std::size_t>(at)];
    slots[static_cast<std::size_t>(slot_of(next.time_of(at)))] += n;
    farthest.n += n;
  }
  for (std::size_t column = 0; column < next.columns; ++column) {
    Cells cells = Cells::Zero();
    for (std::int64_t at = 0; at < next.size(); ++at) {
      const auto pane = next.cells_of(at, column);
      for (int cell = 0; cell < kJudged; ++cell) cells[cell] += pane[static_cast<std::size_t>(cell)];
    }
    const Expected expected = anchor.columns[column].profile.expect(slots);
    if (expected.n0 <= 0) continue;
    const Distance x = distance(cells, expected.share, farthest.n, expected.n0);
    if (column > 0 && x.effect() <= farthest.distance) continue;
    const double beyond = (std::sqrt(x.d) - std::sqrt(x.m + limit)) / std::sqrt(noise(x, limit));
    farthest = {column, x.effect(), beyond, farthest.n, expected.n0};
  }
  return farthest;
}

Duration Trail::span(Duration learn_for, Duration pane) {
  return std::clamp<std::int64_t>(learn_for / pane, kFewestPanes, kMaxPanes) * pane;
}

std::optional<Finding> Trail::compare(const Walk& next_walk, double limit, const BaselinePanes& next) {
  walk = next_walk;
  const bool near = walk->distance <= limit;
  if (held == kDawn && (near || walk->beyond < kSure)) return std::nullopt;
  if (held == kDawn) held = next.start;
  Finding finding;
  finding.group = "anchor";
  finding.start = next.start;
  finding.end = next.time_of(next.size());
  finding.effect_name = "shift";
  finding.effect = walk->distance;
  finding.effect_threshold = limit;
  finding.ratio = walk->distance / limit;
  finding.n = walk->n;
  finding.baseline_n = walk->anchor_n;
  finding.numbers.emplace_back("z", walk->beyond);
  finding.change_since = held;
  finding.quiet_closes = kQuietSpans * next.size() * next.pane;
  if (near) {
    held = kDawn;
    finding.phase = Finding::Phase::recovered;
    finding.reasons = {"RECOVERED"};
    finding.what = "the traffic is near its anchor again since " + clock_text(next.start);
    return finding;
  }
  finding.reasons = {"WALKED_AWAY"};
  finding.what =
      "since " + clock_text(held) +
      " the traffic is too far from the anchor for the baseline to follow: " + number(walk->distance) +
      ", at most " + number(limit);
  finding.next_steps = "See whether the change is meant to stay; then promote a new baseline.";
  return finding;
}

std::string Trail::line(const std::string& farthest) const {
  std::string line = anchor ? "trailing an anchor learned until " + clock_text(anchored) : "is the anchor";
  line += "; the baseline learned last was " + number(walk->distance) + " from it in " + farthest;
  if (held != kDawn) line += ", too far to follow since " + clock_text(held);
  return line;
}

std::string Trail::encode() const {
  std::string bytes;
  ByteWriter out(bytes);
  out.u64(kVersion);
  for (const Time time : {begin, learned, anchored, held}) out.i64(to_ms(time));
  out.flag(walk.has_value());
  if (walk) {
    out.u64(walk->column);
    for (const double value : {walk->distance, walk->beyond, walk->n, walk->anchor_n}) out.f64(value);
  }
  out.flag(anchor.has_value());
  if (anchor) anchor->encode(out);
  return bytes;
}

bool Trail::decode(ByteReader& in, std::size_t columns) {
  if (in.u64() != kVersion) return false;
  for (Time* time : {&begin, &learned, &anchored, &held}) *time = from_ms(in.i64());
  if (in.flag()) {
    Walk& last = walk.emplace();
    last.column = in.u64();
    for (double* value : {&last.distance, &last.beyond, &last.n, &last.anchor_n}) *value = in.f64();
  }
  if (in.flag()) anchor = BaselineModel::decode(in);
  return in.done() && (!walk || walk->column < columns) && (!anchor || anchor->columns.size() == columns);
}

}  // namespace vedette::drift
