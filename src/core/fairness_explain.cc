#include "core/fairness_explain.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "core/drift_quantiles.h"
#include "core/drift_text.h"

namespace vedette::fairness {
namespace {

constexpr std::size_t kTop = 8;
constexpr std::size_t kNamed = 4;  ///< Groups in a sentence.

template <class... Args>
std::string format(const char* pattern, Args... args) {
  std::array<char, 200> text{};
  std::snprintf(text.data(), text.size(), pattern, args...);
  return text.data();
}

/// Tells one finding; lives as long as its making.
class Teller {
 public:
  Teller(const News& news, const Watch& watch, const Rules& rules)
      : look_(news.look), news_(news), watch_(watch), rules_(rules), metric_(name_of(news.look.metric)) {}

  void raised(Finding& finding) const {
    const Comparison& worst = look_.broken.front();
    finding.subject = metric_ + " of " + text_of(worst.group);
    effect(worst, finding);
    finding.ratio = worst.evidence;
    finding.p_value = drift::normal_tail(std::min(look_.z * worst.evidence, 38.0));
    finding.n = worst.one.n + worst.two.n;
    finding.baseline_n = worst.known_before ? worst.one_before.n + worst.two_before.n : 0;
    finding.change_since = look_.since;
    finding.reasons = reasons();
    numbers(worst, finding);
    finding.what = sentence(worst);
    finding.next_steps =
        "Compare what changed for this group since that time: model version, inputs, traffic of single "
        "clients; "
        "ask the owner of the model whether the difference has a lawful reason. If it is approved, learn a "
        "new "
        "baseline or set the rule for this model.";
  }

  void recovered(Finding& finding) const {
    finding.subject = metric_;
    finding.reasons = {"RECOVERED"};
    finding.change_since = look_.since;
    finding.what = metric_ + " of " + list(news_.groups) + " is within the rules again" +
                   (watch_.in_force() ? ", and no worse than in the baseline:" : ":");
    std::size_t told = 0;
    for (const labels::Name group : look_.judged) {
      const Share share = share_of(look_.cells, group, look_.metric);
      if (told++ < kNamed)
        finding.what += (told > 1 ? ", " : " ") + text_of(group) + " " + drift::percent(share.rate());
      finding.n += share.n;
    }
  }

  std::vector<Contribution> top() const {
    std::vector<Contribution> all;
    double sum = 0;
    for (const labels::Name group : look_.judged) sum += share_of(look_.cells, group, look_.metric).n;
    for (const labels::Name group : look_.judged) {
      const Share share = share_of(look_.cells, group, look_.metric);
      const Interval around = wilson(share, look_.z);
      Contribution& one = all.emplace_back();
      one.kind = "segment";
      one.name = text_of(group) +
                 format(": %.0f events, %.1f to %.1f %%", share.n, 100 * around.low, 100 * around.high);
      one.share = share.n / std::max(1.0, sum);
      one.observed = share.rate();
      if (watch_.in_force()) {
        const Share before = share_of(watch_.in_force()->cells, group, look_.metric);
        if (before.n > 0) one.expected = before.rate();
      }
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const Contribution& a, const Contribution& b) { return a.observed < b.observed; });
    all.resize(std::min(all.size(), kTop));
    return all;
  }

  std::vector<std::string> subjects() const {
    std::vector<std::string> all;
    for (const labels::Name group : news_.groups) all.push_back(metric_ + " of " + text_of(group));
    return all;
  }

 private:
  std::string text_of(labels::Name name) const {
    const auto group = watch_.groups().find(name);
    return group == watch_.groups().end() ? "a group that is gone" : group->second.text;
  }

  std::string list(const std::vector<labels::Name>& names) const {
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), kNamed); ++i)
      text += (i > 0 ? ", " : "") + text_of(names[i]);
    if (names.size() > kNamed) text += format(" and %zu more", names.size() - kNamed);
    return text;
  }

  bool any(bool Comparison::*broken) const {
    return std::any_of(look_.broken.begin(), look_.broken.end(),
                       [broken](const Comparison& pair) { return pair.*broken; });
  }

  std::vector<std::string> reasons() const {
    std::vector<std::string> codes;
    if (any(&Comparison::ratio_broken)) codes.emplace_back("FOUR_FIFTHS");
    constexpr std::array<const char*, kMetrics> kRules{"DEMOGRAPHIC_PARITY", "EQUAL_OPPORTUNITY",
                                                       "FALSE_POSITIVE_RATE"};
    if (any(&Comparison::gap_broken)) codes.emplace_back(kRules[index_of(look_.metric)]);
    codes.emplace_back(codes.empty() ? "WITHIN_RULES" : "RULE_BROKEN");
    const bool worse = any(&Comparison::worse);
    const bool known = any(&Comparison::known_before);
    codes.emplace_back(worse ? "WORSE_THAN_BASELINE" : known ? "AS_IN_BASELINE" : "NO_BASELINE");
    return codes;
  }

  void effect(const Comparison& worst, Finding& finding) const {
    if (worst.clearest == Comparison::Rule::ratio) {
      finding.effect_name = "rate_shortfall";
      finding.effect = 1 - worst.ratio;
      finding.effect_threshold = 1 - rules_.settings.ratio_rule;
    } else if (worst.clearest == Comparison::Rule::difference) {
      finding.effect_name = "rate_difference";
      finding.effect = worst.gap;
      finding.effect_threshold = rules_.difference(look_.metric);
    } else {
      finding.effect_name = "rate_difference_growth";
      finding.effect = worst.grown;
      finding.effect_threshold = rules_.settings.worse_by;
    }
  }

  void numbers(const Comparison& worst, Finding& finding) const {
    finding.numbers = {{"rate", worst.one.rate()},
                       {"rate_reference", worst.two.rate()},
                       {"n", worst.one.n},
                       {"n_reference", worst.two.n},
                       {"ratio", worst.ratio},
                       {"ratio_low", worst.ratio_around.low},
                       {"ratio_high", worst.ratio_around.high},
                       {"difference", worst.gap},
                       {"difference_low", worst.gap_around.low},
                       {"difference_high", worst.gap_around.high}};
    if (!worst.known_before) return;
    finding.numbers.emplace_back("difference_baseline", worst.gap - worst.grown);
    finding.numbers.emplace_back("growth_low", worst.grown_around.low);
    finding.numbers.emplace_back("growth_high", worst.grown_around.high);
  }

  std::string against(const Comparison& worst) const {
    if (look_.metric == Metric::selection && rules_.settings.ratio_rule > 0 &&
        worst.clearest != Comparison::Rule::difference)
      return format(" (ratio %.2f, interval %.2f to %.2f, rule %.2f)", worst.ratio, worst.ratio_around.low,
                    worst.ratio_around.high, rules_.settings.ratio_rule);
    const double rule = rules_.difference(look_.metric);
    return format(" (difference %.1f points, interval %.1f to %.1f, ", 100 * worst.gap,
                  100 * worst.gap_around.low, 100 * worst.gap_around.high) +
           (rule > 0 ? format("rule %.1f)", 100 * rule) : std::string("no rule)"));
  }

  std::string modes(const Comparison& worst) const {
    const bool broken = worst.ratio_broken || worst.gap_broken;
    std::string text = broken ? "; the rule is broken" : "; the rule is not certainly broken";
    if (!worst.known_before) return text + ", and there is no baseline to compare with";
    return text +
           (worst.worse ? ", and it is worse than in the baseline (" : ", as it was in the baseline (") +
           drift::percent(worst.one_before.rate()) + " against " + drift::percent(worst.two_before.rate()) +
           ")";
  }

  std::string sentence(const Comparison& worst) const {
    const bool fell = worst.known_before && worst.one.rate() < worst.one_before.rate() && worst.worse;
    std::string text = metric_ + " of " + text_of(worst.group) + (fell ? " fell to " : " is ") +
                       drift::percent(worst.one.rate()) + " against " + drift::percent(worst.two.rate()) +
                       " of " + text_of(worst.other) + against(worst) + " since " +
                       drift::clock_text(look_.since) +
                       format("; from %.0f and %.0f events", worst.one.n, worst.two.n) + modes(worst);
    if (news_.groups.size() > 1) text += "; groups concerned: " + list(news_.groups);
    if (!look_.unjudged.empty()) text += "; not judged, too few events: " + list(look_.unjudged);
    return text;
  }

  const Look& look_;
  const News& news_;
  const Watch& watch_;
  const Rules& rules_;
  const std::string metric_;
};

}  // namespace

Finding explain(const News& news, const Watch& watch, const Entity& entity, Time at, const Rules& rules) {
  Finding finding;
  const Teller teller(news, watch, rules);
  finding.phase = news.phase;
  finding.entity = entity;
  finding.group = rules.fields[news.look.field].shown + " " + name_of(news.look.metric);
  finding.at = at;
  finding.start = news.look.start;
  finding.end = news.look.end;
  // A group that is gone shows neither that it has recovered nor that it has not.
  finding.quiet_closes = Watch::kQuietCloses;
  if (news.phase == Finding::Phase::recovered) {
    teller.recovered(finding);
  } else {
    teller.raised(finding);
  }
  finding.subjects = teller.subjects();
  finding.top = teller.top();
  return finding;
}

}  // namespace vedette::fairness
