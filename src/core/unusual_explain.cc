#include "core/unusual_explain.h"

#include <algorithm>
#include <cmath>

#include "core/drift_text.h"
#include "core/short_text.h"

namespace vedette::unusual {
namespace {

using drift::number;
using drift::percent;

constexpr std::size_t kMostParts = 3;
constexpr double kMostRatio = 8;
constexpr double kOneFeature = 0.5;

std::string client_name(std::uint64_t principal, const std::string& name, const std::string& prefix) {
  return name.empty() ? prefix + hexadecimal(principal) : name;
}

std::string rarity(double tail) {
  if (tail <= 1e-12) return "less than 1 in 1e12";
  return "1 in " + number(std::round(1 / tail));
}

/// `req-7 (amount = 9e9, 1 in 1,000,000; age = 200, 1 in 4,000)`
std::string text_of(const Example& example) {
  std::string text = example.id.empty() ? "one without an id" : example.id;
  for (std::size_t i = 0; i < example.causes.size(); ++i) {
    const Cause& cause = example.causes[i];
    text += (i == 0 ? " (" : "; ") + cause.text + ", " + rarity(cause.tail);
  }
  return example.causes.empty() ? text : text + ")";
}

std::vector<std::pair<double, std::size_t>> parts_of(const Counts& window) {
  std::vector<std::pair<double, std::size_t>> ranked;
  double all = 0;
  for (const auto& [part, count] : window.parts) all += static_cast<double>(count);
  for (const auto& [part, count] : window.parts) ranked.emplace_back(-static_cast<double>(count) / all, part);
  std::sort(ranked.begin(), ranked.end());
  ranked.resize(std::min(ranked.size(), kMostParts));
  return ranked;
}

void add_evidence(const Look& look, const Watch& watch, Finding& finding) {
  finding.effect_name = "share";
  finding.effect = look.share;
  finding.effect_threshold = look.threshold;
  finding.p_value = look.p_value;
  finding.n = look.events;
  finding.baseline_n = watch.norm().events();
  finding.change_since = look.since;
  finding.ratio = std::clamp(std::log(look.p_value) / std::log(std::min(look.alpha, 0.5)), 1.0, kMostRatio);
  finding.numbers.emplace_back("odd_events", look.odd);
  finding.numbers.emplace_back("tail_probability", kTailLevels[look.level]);
  finding.numbers.emplace_back("share_baseline", look.usual);
}

void add_top(const Look& look, const Watch& watch, const std::string& client, Finding& finding) {
  if (look.client) {
    finding.top.push_back({"client", client, look.client->share, look.client->usual, look.client->rate});
    finding.numbers.emplace_back("share_without_client", look.client->rate_without);
  }
  if (look.segment) {
    finding.top.push_back(
        {"segment", look.segment->name, look.segment->share, look.segment->usual, look.segment->rate});
    finding.numbers.emplace_back("share_without_segment", look.segment->rate_without);
    finding.reasons.emplace_back("ONE_SEGMENT");
  }
  for (const auto& [share, part] : parts_of(look.window))
    if (part < watch.oddness()->parts())
      finding.top.push_back({"feature", watch.oddness()->name_of(part), -share});
  for (const Example& example : look.window.examples)
    finding.top.push_back({"event", text_of(example), 0, Contribution::kNotGiven, example.tail});
}

/// Where one feature makes most of the events odd, and no client sends them, they are about it.
void name_feature(Finding& finding) {
  const auto most = std::find_if(finding.top.begin(), finding.top.end(),
                                 [](const Contribution& part) { return part.kind == "feature"; });
  if (finding.top.empty() || finding.top.front().kind == "client" || most == finding.top.end()) return;
  if (most->share < kOneFeature) return;
  finding.subject = most->name;
  finding.reasons.emplace_back("ONE_FEATURE");
}

std::string raised_text(const Look& look, const std::string& client) {
  std::string text =
      percent(look.share) + (look.of_client ? " of the events of " + client : " of the events") +
      " are unlike all but " + number(100 * kTailLevels[look.level]) + " % of the baseline's, was " +
      percent(look.usual) + ", since " + drift::clock_text(look.since);
  const auto add = [&text](const Part& part, const std::string& name) {
    text += "; " + percent(part.share) + " of them come from " + name + ", without it " +
            percent(part.rate_without);
  };
  if (look.client && !look.of_client) add(*look.client, client);
  if (look.segment) add(*look.segment, look.segment->name);
  if (!look.window.examples.empty()) text += "; the oddest: " + text_of(look.window.examples.front());
  return text;
}

void explain_alone(const News& news, const Watch& watch, Finding& finding) {
  const Example& example = news.example;
  finding.group = "event";
  finding.subject = example.id;
  finding.effect_name = "tail_probability";
  finding.effect = example.tail;
  finding.ratio = 1;
  finding.n = news.look.events;
  finding.baseline_n = watch.norm().events();
  finding.minor = true;
  finding.quiet_closes = kHour;
  finding.change_since = example.time;
  finding.reasons = {"UNUSUAL_EVENT"};
  finding.top.push_back({"event", text_of(example), 1, Contribution::kNotGiven, example.tail});
  finding.what = "one event is unlike any of the baseline, " + rarity(example.tail) + ": " + text_of(example);
  finding.next_steps = "Look the event up by its id.";
}

}  // namespace

Finding explain(const News& news, const Watch& watch, const Entity& entity, Time at,
                const std::string& principal_prefix) {
  const Look& look = news.look;
  Finding finding;
  finding.entity = entity;
  finding.at = at;
  finding.start = look.start;
  finding.end = look.end;
  if (news.what == News::What::alone) {
    explain_alone(news, watch, finding);
    return finding;
  }
  finding.group = "rate";
  const std::string client =
      look.client ? client_name(look.client->principal, look.client->name, principal_prefix) : std::string();
  finding.subject = client.empty() ? "events" : client;
  finding.subjects = {finding.subject};
  finding.reasons = {"UNUSUAL_EVENTS"};
  if (look.client) finding.reasons.emplace_back("ONE_CLIENT");
  if (news.what == News::What::over) {
    finding.phase = Finding::Phase::recovered;
    finding.what = (look.of_client ? "events of " + client : "events") +
                   " are as usual again; odd ones came since " + drift::clock_text(look.since);
    return finding;
  }
  add_evidence(look, watch, finding);
  add_top(look, watch, client, finding);
  name_feature(finding);
  finding.what = raised_text(look, client);
  finding.next_steps =
      look.client
          ? "Ask whose client it is and what it sends; look its events up by their ids."
          : "Look the events up by their ids: a new kind of input, a broken caller, or someone probing.";
  return finding;
}

}  // namespace vedette::unusual
