#include "core/estimate_explain.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "core/drift_text.h"
#include "vedette/settings.h"

namespace vedette::estimate {
namespace {

constexpr std::size_t kTop = 4;

template <class... Args>
std::string format(const char* pattern, Args... args) {
  std::array<char, 160> text{};
  std::snprintf(text.data(), text.size(), pattern, args...);
  return text.data();
}

std::string trust_text(const Baseline& baseline) {
  if (baseline.map.labels > 0) return format("calibrated by %.0f labels", baseline.map.labels);
  return "not calibrated: no label came, so the model's own confidence is believed";
}

double low_of(const Look& look) { return std::max(0.0, look.accuracy - look.half); }
double high_of(const Look& look) { return std::min(1.0, look.accuracy + look.half); }

std::string what(const News& news, const Baseline& baseline) {
  const Look& look = news.look;
  const double n = total(look.counts);
  if (news.recovered)
    return "accuracy as estimated without labels is back at " + drift::percent(look.accuracy) +
           ", where it was " + drift::percent(baseline.accuracy) +
           format(" in its baseline (%.0f answers)", n);
  return "accuracy as estimated without labels fell from " + drift::percent(baseline.accuracy) + " to " +
         drift::percent(look.accuracy) + " (interval " + drift::percent(low_of(look)) + " to " +
         drift::percent(high_of(look)) + ") since " + drift::clock_text(look.since) +
         format(", from %.0f answers; ", n) + trust_text(baseline);
}

/// Degrees of confidence that have become more or less frequent, by what that does to the estimate.
std::vector<Contribution> top_of(const Look& look, const Baseline& baseline) {
  std::vector<Contribution> all;
  const double n = total(look.counts);
  for (std::size_t i = 0; i < kBins; ++i) {
    const double expected = static_cast<double>(baseline.bins[i].predictions) / baseline.events;
    const double observed = look.counts[i] / n;
    const double lost = (observed - expected) * (baseline.accuracy - baseline.map.right[i]);
    if (expected == observed || look.drop <= 0) continue;
    all.push_back({"bin",
                   "confidence " + format("%.2f to %.2f", static_cast<double>(i) / kBins,
                                          static_cast<double>(i + 1) / kBins),
                   std::clamp(lost / look.drop, -1.0, 1.0), expected, observed});
  }
  std::stable_sort(all.begin(), all.end(), [](const Contribution& a, const Contribution& b) {
    return std::abs(a.share) > std::abs(b.share);
  });
  all.resize(std::min(all.size(), kTop));
  return all;
}

}  // namespace

Finding explain(const News& news, const Baseline& baseline, const Entity& entity, Time at,
                const Rules& rules) {
  const Look& look = news.look;
  Finding finding;
  finding.phase = news.recovered ? Finding::Phase::recovered : Finding::Phase::raised;
  finding.entity = entity;
  finding.subject = "estimated accuracy";
  finding.at = at;
  finding.start = look.start;
  finding.end = look.end;
  finding.effect_name = "accuracy_drop";
  finding.effect = look.drop;
  finding.effect_threshold = rules.min_drop;
  finding.ratio = look.half > 0 ? std::clamp(look.drop / look.half, 0.0, 1e3) : 1e3;
  finding.baseline_n = baseline.events;
  finding.n = total(look.counts);
  finding.p_value = look.p_value;
  finding.change_since = look.since;
  // A model that answers no more says neither that it has recovered nor that it has not.
  finding.quiet_closes = std::max(kDay, 3 * (look.end - look.start));
  finding.reasons = {"ESTIMATED_ACCURACY_DROP", baseline.map.labels > 0 ? "CALIBRATED" : "NOT_CALIBRATED"};
  finding.top = top_of(look, baseline);
  finding.numbers = {{"estimated_accuracy", look.accuracy},
                     {"estimated_accuracy_low", low_of(look)},
                     {"estimated_accuracy_high", high_of(look)},
                     {"estimated_accuracy_baseline", baseline.accuracy},
                     {"labels", baseline.map.labels}};
  finding.what = what(news, baseline);
  finding.next_steps =
      "Label a sample of recent answers; compare inputs of those of which the model is unsure with the "
      "baseline's.";
  return finding;
}

}  // namespace vedette::estimate
