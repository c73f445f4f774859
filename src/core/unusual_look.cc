#include "core/unusual_look.h"

#include <algorithm>
#include <cmath>

namespace vedette::unusual {
namespace {

constexpr double kLeastRatio = 3;        ///< Of a share to what is expected.
constexpr int kBrokenQuarters = 3;       ///< One spell of odd events must not be enough.
constexpr double kPartOfQuarter = 0.25;  ///< Of the window's share, for a quarter to show it.
constexpr double kMostEvents = 0.5;      ///< Of a quarter: if more are odd, everything has moved.
constexpr double kFewOfQuarter = 10;
constexpr double kFewestOfClient = 20;
constexpr double kFewestOdd = 3;
constexpr double kMostOf = 0.6;  ///< Of the odd events, for one client to be their cause.
/// Probability that a client sends as many of the odd events as of all.
constexpr double kAsOfAll = 0.001;
constexpr double kRecovered = 0.5;
/// Natural logarithm of how much more of a tail there is per part of all events that moved to the upper
/// half: about what shifts of one or of all columns by up to two deviations make of normal tails.
constexpr double kShiftSlope = 12;

double number(std::uint64_t count) { return static_cast<double>(count); }

Counts sum(const std::vector<const Span*>& quarters) {
  Counts all;
  for (const Span* quarter : quarters) all.merge(quarter->counts);
  return all;
}

/// Part of the budget that one test of one look of a length has; models have one half of it, clients
/// the other.
double alpha_of(const Norm& norm, int length, double tests, const Rules& rules) {
  int lengths = 0;
  for (int each = 0; each < kLengths; ++each) lengths += norm.known(each) ? 1 : 0;
  const double looks = number(static_cast<std::uint64_t>(kWeek / rules.pane)) / std::pow(kQuarters, length);
  return rules.budget / (2 * std::max(1, lengths) * std::max(1.0, looks) * tests);
}

/// Odd events and all, of a client or of everyone.
struct Pair {
  double odd = 0;
  double events = 0;
};

Pair pair_of(const Counts& counts, std::size_t level) {
  return {number(counts.odd[level]), number(counts.events)};
}

Pair pair_of(const Counts& counts, const Part& client) {
  const auto found = counts.buckets.find(client.bucket);
  if (found == counts.buckets.end()) return {};
  return {number(found->second.odd), number(found->second.events)};
}

/// Whether it lasts: most quarters show it, and none of them is odd as a whole. Says since when.
template <class Of>
bool lasts(const std::vector<const Span*>& quarters, const Of& of, double share, Time& since) {
  int broken = 0;
  for (const Span* quarter : quarters) {
    const Pair pair = of(quarter->counts);
    if (pair.odd < std::max(1.0, kPartOfQuarter * share * pair.events)) continue;
    if (broken++ == 0) since = quarter->start;
  }
  return broken >= kBrokenQuarters;
}

bool all_moved(const std::vector<const Span*>& quarters) {
  return std::any_of(quarters.begin(), quarters.end(), [](const Span* quarter) {
    const Pair pair = pair_of(quarter->counts, 0);
    return pair.events >= kFewOfQuarter && pair.odd > kMostEvents * pair.events;
  });
}

Part part_of(const Counts& window, std::uint32_t at, const Norm& norm, int length) {
  const Bucket& bucket = window.buckets.at(at);
  Part part{at, bucket.principal, bucket.name};
  const double odd = number(window.odd[kBucketLevel]);
  const double events = number(window.events);
  part.rate = number(bucket.odd) / std::max(1.0, number(bucket.events));
  part.usual = norm.bucket(at, length).rate;
  part.rate_without = (odd - number(bucket.odd)) / std::max(1.0, events - number(bucket.events));
  const double excess = std::max(1.0, odd - events * norm.rate(kBucketLevel));
  part.share = std::clamp((number(bucket.odd) - number(bucket.events) * part.usual) / excess, 0.0, 1.0);
  return part;
}

/// Where most of the odd events come from, and more than from where so many of all do.
std::optional<Part> cause_of(const Counts& window, Of of, const Norm& norm, int length) {
  const double all = number(window.odd[kBucketLevel]);
  for (const auto& [at, bucket] : Half(window.buckets, of)) {
    const double odd = number(bucket.odd);
    const double traffic = number(bucket.events) / number(window.events);
    if (odd < kFewestOdd || odd > all || binomial_tail(odd, all, traffic) > kAsOfAll) continue;
    const Part part = part_of(window, at, norm, length);
    if (part.share >= kMostOf) return part;
  }
  return std::nullopt;
}

struct Test {
  Pair pair;
  double expected = 0;
  double wander = 0;
  double alpha = 0;
  double usual = 0;
  double min_share = 0;
};

/// Evidence and an effect that matters.
bool fires(const Test& test, Look& found) {
  found.events = test.pair.events;
  found.odd = test.pair.odd;
  found.share = test.pair.odd / std::max(1.0, test.pair.events);
  found.usual = test.usual;
  found.threshold = test.usual + test.min_share;
  found.alpha = test.alpha;
  if (found.share < found.threshold || test.pair.odd < kLeastRatio * test.expected) return false;
  found.p_value = count_tail(test.pair.odd, test.expected, test.wander);
  return found.p_value <= test.alpha;
}

bool look_at_all(const Norm& norm, const std::vector<const Span*>& quarters, const Rules& rules,
                 Look& found) {
  const double shift = shift_factor(norm, found.window);
  for (std::size_t level = 0; level < kLevels; ++level) {
    found.level = level;
    const Pair pair = pair_of(found.window, level);
    const double rate = norm.rate(level);
    const Test test{pair,
                    pair.events * rate * shift,
                    norm.wander(found.length, level),
                    alpha_of(norm, found.length, kLevels, rules),
                    rate,
                    rules.min_share};
    if (!fires(test, found) || found.share <= norm.largest(found.length, level)) continue;
    const auto of = [level](const Counts& counts) { return pair_of(counts, level); };
    if (!lasts(quarters, of, found.share, found.since)) continue;
    found.client = cause_of(found.window, Of::client, norm, found.length);
    if (!found.client) found.segment = cause_of(found.window, Of::segment, norm, found.length);
    return true;
  }
  return false;
}

bool look_at_clients(const Norm& norm, const std::vector<const Span*>& quarters, const Rules& rules,
                     Look& found) {
  const double shift = shift_factor(norm, found.window);
  const Half clients(found.window.buckets, Of::client);
  const double tests = number(std::max(norm.clients(), clients.size()));
  found.level = kBucketLevel;
  found.of_client = true;
  for (const auto& [at, bucket] : clients) {
    if (number(bucket.events) < kFewestOfClient || number(bucket.odd) < kFewestOdd) continue;
    const Part part = part_of(found.window, at, norm, found.length);
    const Norm::BucketRate usual = norm.bucket(at, found.length);
    const Test test{{number(bucket.odd), number(bucket.events)},
                    number(bucket.events) * usual.rate * shift,
                    usual.wander,
                    alpha_of(norm, found.length, tests, rules),
                    usual.rate,
                    rules.min_client_share};
    const auto of = [&part](const Counts& counts) { return pair_of(counts, part); };
    if (!fires(test, found) || !lasts(quarters, of, found.share, found.since)) continue;
    found.client = part;
    return true;
  }
  return false;
}

}  // namespace

double shift_factor(const Norm& norm, const Counts& window) {
  const double n = std::max(1.0, number(window.events));
  const double middle = norm.middle();
  // Odd events are in the upper half without anything having moved.
  const double odd = std::max(0.0, number(window.odd[0]) / n - norm.rate(0));
  const double moved = number(window.upper) / n - middle - (1 - middle) * odd;
  return std::exp(kShiftSlope * std::max(0.0, moved - std::sqrt(middle * (1 - middle) / n)));
}

std::optional<Look> look(const Norm& norm, const std::vector<const Span*>& quarters, int length,
                         const Rules& rules) {
  if (!norm.known(length) || quarters.size() < kBrokenQuarters || all_moved(quarters)) return std::nullopt;
  Look found;
  found.length = length;
  found.window = sum(quarters);
  if (number(found.window.events) < kLeastEvents) return std::nullopt;
  if (look_at_all(norm, quarters, rules, found) || look_at_clients(norm, quarters, rules, found))
    return found;
  return std::nullopt;
}

bool is_over(const Norm& norm, const Look& told, const Counts& window) {
  const Pair pair =
      told.of_client && told.client ? pair_of(window, *told.client) : pair_of(window, told.level);
  const double usual = told.of_client && told.client ? norm.bucket(told.client->bucket, told.length).rate
                                                     : norm.rate(told.level);
  return pair.odd / std::max(1.0, pair.events) - usual < kRecovered * (told.threshold - told.usual);
}

}  // namespace vedette::unusual
