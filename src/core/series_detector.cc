// What a series detector says in words and numbers, its settings and its two halves.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/series_judge.h"
#include "core/series_observer.h"

namespace vedette {

void SeriesSettings::describe(Settings& table, std::string_view excess) {
  table.add("min_change", min_change,
            "Smallest change worth an alert: the factor between a pane and what was expected.", {1.05, 1000});
  table.add("min_excess", min_excess,
            "Smallest distance from what was expected that is worth an alert: " + std::string(excess) + ".",
            {0, 1e15});
  table.add("warm_up", warm_up, "Panes that a series is only learned; before, the verdict is `insufficient`.",
            {30, 100000});
  table.add("calm_panes", calm_panes, "Panes back within min_change after which an alert closes.",
            {1, 10000});
  table.add("notices", notices, "Whether onsets are told too, one severity lower.");
}

void SeriesSettings::describe_principals(Settings& table) {
  table.add("principals", principals, "Whether each client has a series too.");
}

std::vector<SeriesOf> requesters(bool principals) {
  if (principals) return {SeriesOf::model, SeriesOf::tenant, SeriesOf::principal};
  return {SeriesOf::model, SeriesOf::tenant};
}

namespace series {
namespace {

class SeriesDetector final : public Detector {
 public:
  SeriesDetector(std::unique_ptr<SeriesSource> source, const SeriesSettings& settings, const Common& common)
      : source_(std::move(source)), settings_(settings), common_(common) {}
  std::unique_ptr<Observer> observer() const override {
    return std::make_unique<SeriesObserver>(*source_, common_);
  }
  std::unique_ptr<Judge> judge() const override {
    return std::make_unique<SeriesJudge>(*source_, settings_, common_);
  }

 private:
  std::unique_ptr<SeriesSource> source_;
  SeriesSettings settings_;
  Common common_;
};

std::string number(double value) {
  char text[32];
  const int size = std::snprintf(text, sizeof text, std::abs(value) >= 100 ? "%.0f" : "%.3g", value);
  return {text, static_cast<std::size_t>(std::max(size, 0))};
}

std::string clock_text(std::int64_t ms) {
  const std::chrono::sys_seconds at{std::chrono::seconds{ms / 1000}};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{at - day};
  char text[40];
  const int size =
      std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02dZ", static_cast<int>(date.year()),
                    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                    static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()));
  return {text, static_cast<std::size_t>(std::max(size, 0))};
}

/// Of a change; added to both sides, so that zero has a factor too.
double factor_of(const Assessment& a, double least) {
  return (std::max(a.observed, a.reference) + least) / (std::min(a.observed, a.reference) + least);
}

/// Values of one series in words: their name and how they are written.
struct Words {
  SeriesLaw law;
  std::string_view name;  ///< Empty where the entity says it all.
  std::string_view unit;
  Duration pane;

  bool adds_up() const { return law == SeriesLaw::count || law == SeriesLaw::amount; }
  std::string value(double x) const {
    if (law == SeriesLaw::share) return number(100 * x) + " %";
    return unit.empty() ? number(x) : number(x) + " " + std::string(unit);
  }
  std::string subject() const {
    if (name.empty()) return {};
    return std::string(name) + (adds_up() ? " per " + to_text(pane) : std::string()) + " ";
  }
};

std::string clause(const Words& words, const Assessment& a, double factor, Time judged) {
  const std::string since = " since " + clock_text(a.since);
  if (a.phase == Finding::Phase::recovered)
    return words.subject() + "back to what is usual, " + words.value(a.observed) + "," + since;
  const std::string lasting = " for " + to_text(judged - from_ms(a.since)) + "," + since;
  if (a.reasons.front() == "STUCK")
    return words.subject() + "stuck at " + words.value(a.observed) + lasting + "; it always moved before";
  if (a.reasons.front() == "SILENCE")
    return "no " + std::string(words.name) + lasting + "; " + number(a.reference) + " per " +
           to_text(words.pane) + " before";
  const std::string moved = words.subject() + (a.observed >= a.reference ? "rose to " : "fell to ") +
                            words.value(a.observed) + " where " + words.value(a.reference) + " was expected";
  if (words.law == SeriesLaw::share)
    return moved + " (" + number(a.observed * a.events) + " of " + number(a.events) + ")" + since;
  const std::string how =
      words.law == SeriesLaw::level ? number(a.sigmas) + " standard deviations" : "factor " + number(factor);
  return moved + " (" + how + ")" + since;
}

const char* advice(SeriesOf of, SeriesLaw law, const Assessment& a) {
  if (a.phase == Finding::Phase::recovered) return "";
  if (a.reasons.front() == "SILENCE")
    return "Check that the service, its gateway and its log shipping are up; compare with the services "
           "beside it.";
  if (of == SeriesOf::metric) return "Look at what changed on the labelled node or service at that time.";
  if (law == SeriesLaw::share)
    return "Look at the first errors of that minute: a deployment, a dependency, or one client that sends "
           "what cannot work.";
  if (law == SeriesLaw::level)
    return "Compare with the request rate and with the nodes behind the model: load, a deployment, a slow "
           "dependency, or inputs that cost more.";
  if (a.observed < a.reference) return "Look for failing callers, a routing change or a lost log source.";
  return "Find the clients with the largest share of the new events; throttle or block them if they are not "
         "known.";
}

/// Whether one client or many made it, where that is known and clear.
void tell_clients(Finding& finding, double largest) {
  constexpr double kMost = 2. / 3, kSmall = 1. / 3;
  if (std::isnan(largest)) return;
  finding.numbers.emplace_back("largest_client", largest);
  if (largest >= kMost) {
    finding.reasons.emplace_back("ONE_CLIENT");
    finding.what += "; one client made most of it, up to " + number(100 * largest) + " %";
  } else if (largest <= kSmall) {
    finding.reasons.emplace_back("MANY_CLIENTS");
    finding.what += "; many clients, none made more than " + number(100 * largest) + " %";
  }
}

}  // namespace

Finding SeriesJudge::finding(const Said& said) const {
  const Assessment& a = said.what;
  const SeriesStatistic& statistic = statistics_[said.fleet->statistic()];
  const bool level = source_.law() == SeriesLaw::level;
  const bool metric = said.fleet->of() == SeriesOf::metric;
  const double factor = factor_of(a, factor_floor(source_.law(), settings_.min_excess));
  Finding finding;
  finding.phase = a.phase;
  finding.entity = entity_of(*said.fleet, said.key, *said.live);
  finding.group = source_.together().empty() ? statistic.name : std::string(source_.together());
  if (a.notice) finding.group += " onset";
  finding.minor = a.notice;
  if (a.notice) finding.quiet_closes = settings_.calm_panes * common_.window;
  finding.subject = metric ? said.live->name : statistic.name;
  finding.at = judged_;
  finding.start = std::min(from_ms(a.since), judged_ - common_.window);
  finding.end = judged_;
  finding.effect_name = level ? "standard_deviations" : "change_factor";
  finding.effect = level ? a.sigmas : factor;
  finding.effect_threshold = level ? kLeastSigmas : settings_.min_change;
  finding.ratio = a.ratio;
  finding.n = a.events;
  finding.baseline_n = said.live->watch.panes();
  finding.provisional = a.provisional;
  finding.change_since = from_ms(a.since);
  for (const std::string_view reason : a.reasons) finding.reasons.emplace_back(reason);
  finding.numbers = {{"observed", a.observed}, {"expected", a.reference}};
  if (a.phase == Finding::Phase::raised) {
    finding.p_value = std::exp(a.log_p);
    finding.numbers.emplace_back("low", a.low);
    finding.numbers.emplace_back("high", a.high);
    const Duration pane = said.live->model ? said.live->model->pace() : common_.window;
    finding.numbers.emplace_back("pane_seconds", std::chrono::duration<double>(pane).count());
    for (std::size_t i = 0; i < a.recent.size(); ++i)
      finding.numbers.emplace_back("recent_" + std::to_string(i), a.recent[i]);
  }
  const std::string_view name = metric && level ? std::string_view{} : std::string_view{statistic.name};
  finding.what = clause({source_.law(), name, statistic.unit, common_.window}, a, factor, judged_);
  if (said.fleet->of() != SeriesOf::principal) tell_clients(finding, a.largest_client);
  finding.next_steps = advice(said.fleet->of(), source_.law(), a);
  return finding;
}

/// The largest speak for all.
Finding SeriesJudge::crowd_finding(const Kind& kind, const std::vector<Said>& raised) const {
  constexpr std::size_t kNamed = 10;
  std::vector<const Said*> worst;
  for (const Said& one : raised) worst.push_back(&one);
  const std::size_t named = std::min(kNamed, worst.size());
  std::partial_sort(worst.begin(), worst.begin() + static_cast<std::ptrdiff_t>(named), worst.end(),
                    [](const Said* a, const Said* b) { return a->what.ratio > b->what.ratio; });
  Finding found = finding(*worst.front());
  const std::string of(scope_of(kind.of));
  const std::uint64_t keys = kind.crowd.size();
  found.entity = {};
  found.group = found.subject = "fleet of " + of + "s";
  found.subjects.clear();
  found.effect_name = "keys";
  found.effect = static_cast<double>(keys);
  found.effect_threshold = static_cast<double>(Crowd::kLeast);
  found.reasons.insert(found.reasons.begin(), "FLEET");
  for (std::size_t i = 0; i < named; ++i) {
    const Said& one = *worst[i];
    const Entity entity = entity_of(*one.fleet, one.key, *one.live);
    found.top.push_back({.kind = of,
                         .name = to_text(entity),
                         .share = 1.0 / static_cast<double>(worst.size()),
                         .expected = std::max(0.0, one.what.reference),
                         .observed = std::max(0.0, one.what.observed)});
  }
  found.what = std::to_string(keys) + " of " + std::to_string(kind.fleets.front().size()) + " " + of +
               "s changed at once; most of all " + found.top.front().name + ": " + found.what;
  found.next_steps = "Look at what they share: gateway, network, a dependency, the feed itself.";
  return found;
}

Finding SeriesJudge::crowd_over(const Kind& kind) const {
  Finding finding;
  finding.phase = Finding::Phase::recovered;
  finding.group = finding.subject = "fleet of " + std::string(scope_of(kind.of)) + "s";
  finding.at = judged_;
  finding.start = judged_ - common_.window;
  finding.end = judged_;
  finding.effect_name = "keys";
  finding.reasons = {"RECOVERED"};
  finding.what = "most are back to what is usual";
  return finding;
}

}  // namespace series

Result<std::unique_ptr<Detector>> make_series_detector(std::unique_ptr<SeriesSource> source,
                                                       const SeriesSettings& settings, const Common& common) {
  if (common.window < kSecond || kDay % common.window != Duration{0})
    return Status::reject("window must divide a day");
  if (common.budget <= 0) return Status::reject("budget must be above 0");
  return std::unique_ptr<Detector>(
      std::make_unique<series::SeriesDetector>(std::move(source), settings, common));
}

}  // namespace vedette
