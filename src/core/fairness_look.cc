#include "core/fairness_look.h"

#include <algorithm>
#include <cmath>

namespace vedette::fairness {
namespace {

/// One spell of odd answers must not be enough, so most of the window has to show it.
constexpr int kBrokenQuarters = 3;
/// To be told as recovered it takes more than the rule, or what lies on it would come and go.
constexpr double kClearRatio = 0.25;  ///< Of the way from the rule to 1.
constexpr double kClearGap = 0.75;    ///< Of the rule.
constexpr double kClearGrowth = 0.5;  ///< Of `worse_by`.

/// Judges one pair; lives as long as the look.
class Pair {
 public:
  Pair(const Window& window, Metric metric, double z, const Baseline* baseline, const Rules& rules)
      : window_(window), metric_(metric), z_(z), baseline_(baseline), rules_(rules) {}

  Comparison judge(labels::Name group, labels::Name other, double effect) const {
    Comparison pair;
    pair.group = group;
    pair.other = other;
    pair.one = share_of(window_.all, group, metric_);
    pair.two = share_of(window_.all, other, metric_);
    pair.gap = pair.two.rate() - pair.one.rate();
    pair.ratio = pair.two.rate() > 0 ? pair.one.rate() / pair.two.rate() : 1;
    pair.gap_around = newcombe(pair.one.over(effect), pair.two.over(effect), z_);
    pair.ratio_around = katz(pair.one.over(effect), pair.two.over(effect), z_);
    recall(pair, effect);
    judge_ratio(pair);
    judge_gap(pair);
    judge_growth(pair);
    pair.clear = is_clear(pair);
    return pair;
  }

 private:
  double ratio_rule() const { return metric_ == Metric::selection ? rules_.settings.ratio_rule : 0; }

  void recall(Comparison& pair, double effect) const {
    if (baseline_ == nullptr) return;
    pair.one_before = share_of(baseline_->cells, pair.group, metric_);
    pair.two_before = share_of(baseline_->cells, pair.other, metric_);
    const auto least = static_cast<double>(rules_.settings.min_events);
    if (pair.one_before.n < least || pair.two_before.n < least) return;
    pair.known_before = true;
    const double before = pair.two_before.rate() - pair.one_before.rate();
    const Interval around = newcombe(pair.one_before.over(effect), pair.two_before.over(effect), z_);
    pair.grown = pair.gap - before;
    pair.grown_around = growth(before, around, pair.gap, pair.gap_around);
  }

  /// Whether most quarters show at least half of what the window shows beyond the rule.
  template <class Beyond>
  bool persists(const Comparison& pair, Beyond beyond) const {
    const double half = beyond(pair.one.rate(), pair.two.rate()) / 2;
    int broken = 0;
    for (const Cells& quarter : window_.quarters) {
      const Share one = share_of(quarter, pair.group, metric_);
      const Share two = share_of(quarter, pair.other, metric_);
      const double least = static_cast<double>(rules_.settings.min_events) / (2 * kQuarters);
      if (one.n >= least && two.n >= least && beyond(one.rate(), two.rate()) >= half) ++broken;
    }
    return broken >= kBrokenQuarters;
  }

  static void note(Comparison& pair, Comparison::Rule rule, double evidence) {
    if (evidence <= pair.evidence) return;
    pair.evidence = std::min(evidence, 1e3);
    pair.clearest = rule;
  }

  void judge_ratio(Comparison& pair) const {
    const double rule = ratio_rule();
    if (rule <= 0 || pair.ratio_around.high >= rule) return;
    if (!persists(pair, [&](double one, double two) { return rule * two - one; })) return;
    pair.ratio_broken = true;
    const double middle = std::sqrt(pair.ratio_around.low * pair.ratio_around.high);
    note(pair, Comparison::Rule::ratio, std::log(rule / middle) / std::log(pair.ratio_around.high / middle));
  }

  void judge_gap(Comparison& pair) const {
    const double rule = rules_.difference(metric_);
    if (rule <= 0 || pair.gap_around.low <= rule) return;
    if (!persists(pair, [&](double one, double two) { return two - one - rule; })) return;
    pair.gap_broken = true;
    note(pair, Comparison::Rule::difference, (pair.gap - rule) / (pair.gap - pair.gap_around.low));
  }

  void judge_growth(Comparison& pair) const {
    const double rule = rules_.settings.worse_by;
    if (!pair.known_before || rule <= 0 || pair.grown_around.low <= rule) return;
    const double before = pair.gap - pair.grown;
    if (!persists(pair, [&](double one, double two) { return two - one - before - rule; })) return;
    pair.worse = true;
    note(pair, Comparison::Rule::worse, (pair.grown - rule) / (pair.grown - pair.grown_around.low));
  }

  bool is_clear(const Comparison& pair) const {
    const double ratio = ratio_rule();
    const double gap = rules_.difference(metric_);
    const double worse = rules_.settings.worse_by;
    if (ratio > 0 && pair.ratio < ratio + kClearRatio * (1 - ratio)) return false;
    if (gap > 0 && pair.gap > kClearGap * gap) return false;
    return !pair.known_before || worse <= 0 || pair.grown <= kClearGrowth * worse;
  }

  const Window& window_;
  Metric metric_;
  double z_;
  const Baseline* baseline_;
  const Rules& rules_;
};

}  // namespace

Look compare(const Window& window, const std::vector<labels::Name>& groups, Metric metric, double z,
             const Baseline* baseline, const Spans& told, const Rules& rules) {
  Look look;
  look.metric = metric;
  look.start = window.start;
  look.end = window.end;
  look.z = z;
  look.cells = window.all;
  for (const labels::Name group : groups) {
    const bool enough =
        share_of(window.all, group, metric).n >= static_cast<double>(rules.settings.min_events);
    (enough ? look.judged : look.unjudged).push_back(group);
  }
  const Pair pair(window, metric, z, baseline, rules);
  for (const labels::Name group : look.judged) {
    Comparison clearest;
    bool clear = true;
    for (const labels::Name other : look.judged) {
      const double lower = share_of(window.all, group, metric).rate();
      if (other == group || share_of(window.all, other, metric).rate() <= lower) continue;
      // No interval is narrower than that of chance alone.
      Comparison seen = pair.judge(group, other, 1);
      clear = clear && seen.clear;
      if (!seen.broken()) continue;
      auto effect = design_effect(window, group, other, metric, z, told);
      // What has always been so leaves nothing else to learn from.
      if (!effect) effect = design_effect(window, group, other, metric, z);
      if (!effect) continue;
      seen = pair.judge(group, other, *effect);
      if (seen.broken() && seen.evidence > clearest.evidence) clearest = seen;
    }
    if (!clear) look.unclear.push_back(group);
    if (clearest.broken()) look.broken.push_back(clearest);
  }
  std::stable_sort(look.broken.begin(), look.broken.end(),
                   [](const Comparison& a, const Comparison& b) { return a.evidence > b.evidence; });
  return look;
}

Time onset(const Blocks& blocks, const Look& look, const Rules& rules) {
  const Comparison& worst = look.broken.front();
  const double allowed = look.metric == Metric::selection && rules.settings.ratio_rule > 0
                             ? (1 - rules.settings.ratio_rule) * worst.two.rate()
                             : rules.difference(look.metric);
  const double before = worst.known_before ? worst.gap - worst.grown : std::min(allowed, worst.gap);
  const double middle = (before + worst.gap) / 2;
  double best = 0;
  double beyond = 0;
  Time since = look.start;
  for (auto block = std::make_reverse_iterator(blocks.lower_bound(look.end)); block != blocks.rend();
       ++block) {
    const Share one = share_of(block->second, worst.group, look.metric);
    const Share two = share_of(block->second, worst.other, look.metric);
    if (one.n == 0 || two.n == 0) continue;
    beyond += (two.rate() - one.rate() - middle) * one.n * two.n / (one.n + two.n);
    if (beyond <= best) continue;
    best = beyond;
    since = block->first;
  }
  return since;
}

}  // namespace vedette::fairness
