// What a series detector says in words and numbers, its settings and its two halves.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/series_judge.h"
#include "core/series_observer.h"

namespace vedette {

void SeriesSettings::describe(Settings& table) {
  table.add("min_change", min_change,
            "Smallest change worth an alert: the factor between a pane and what was expected.", {1.05, 1000});
  table.add("min_excess", min_excess,
            "Smallest distance from what was expected, per pane, that is worth an alert.", {0, 1e12});
  table.add("warm_up", warm_up, "Panes that a series is only learned; before, the verdict is `insufficient`.",
            {30, 100000});
  table.add("silent_panes", silent_panes, "Panes without any event before a silence is told.", {2, 10000});
  table.add("calm_panes", calm_panes, "Panes back within min_change after which an alert closes.",
            {1, 10000});
  table.add("principal_drops", principal_drops, "Whether drops and silence of principals are told too.");
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

/// Of counts plus one, so that zero has a factor too.
double factor_of(const Assessment& a) {
  return (std::max(a.observed, a.reference) + 1) / (std::min(a.observed, a.reference) + 1);
}

/// `subject` is empty where the entity says it all.
std::string clause(std::string_view subject, const Assessment& a, Duration pane, Time judged) {
  const std::string values = std::string(subject) + " per " + to_text(pane);
  const std::string since = " since " + clock_text(a.since);
  if (a.phase == Finding::Phase::recovered && subject.empty())
    return "back to what is usual, " + number(a.observed) + "," + since;
  if (a.phase == Finding::Phase::recovered)
    return values + " back to what is usual, " + number(a.observed) + "," + since;
  if (a.reasons.front() == "SILENCE")
    return "no " + std::string(subject) + " for " + to_text(judged - from_ms(a.since)) + "," + since + "; " +
           number(a.reference) + " per " + to_text(pane) + " before";
  const char* moved = a.observed >= a.reference ? " rose to " : " fell to ";
  if (a.sigmas > 0)
    return std::string(moved + 1) + number(a.observed) + " where " + number(a.reference) + " was expected (" +
           number(a.sigmas) + " standard deviations)" + since;
  return values + moved + number(a.observed) + " where " + number(a.reference) + " was expected (factor " +
         number(factor_of(a)) + ")" + since;
}

const char* advice(const Assessment& a) {
  if (a.phase == Finding::Phase::recovered) return "";
  if (a.sigmas > 0) return "Look at what changed on the labelled node or service at that time.";
  if (a.reasons.front() == "SILENCE")
    return "Check that the service, its gateway and its log shipping are up; compare with the services "
           "beside it.";
  if (a.reasons.front() == "DROP") return "Look for failing callers, a routing change or a lost log source.";
  return "Find the clients with the largest share of the new events; throttle or block them if they are not "
         "known.";
}

}  // namespace

Finding SeriesJudge::finding(const Fleet& fleet, std::uint64_t key, const Live& live,
                             const Assessment& a) const {
  Finding finding;
  finding.phase = a.phase;
  finding.entity = entity_of(fleet, key, live);
  const bool level = !source_.is_count();
  finding.group = source_.subject();
  finding.subject = level ? live.name : finding.group;
  finding.at = judged_;
  finding.start = std::min(from_ms(a.since), judged_ - common_.window);
  finding.end = judged_;
  finding.effect_name = level ? "standard_deviations" : "change_factor";
  finding.effect = level ? a.sigmas : factor_of(a);
  finding.effect_threshold = level ? kLeastSigmas : settings_.min_change;
  finding.ratio = a.ratio;
  finding.n = a.observed;
  finding.baseline_n = live.watch.panes();
  finding.provisional = a.provisional;
  finding.change_since = from_ms(a.since);
  for (const std::string_view reason : a.reasons) finding.reasons.emplace_back(reason);
  finding.numbers = {{"observed", a.observed}, {"expected", a.reference}};
  if (a.phase == Finding::Phase::raised) {
    finding.p_value = std::exp(a.log_p);
    finding.numbers.emplace_back("low", a.low);
    finding.numbers.emplace_back("high", a.high);
    for (std::size_t i = 0; i < a.recent.size(); ++i)
      finding.numbers.emplace_back("recent_" + std::to_string(i), a.recent[i]);
  }
  finding.what = clause(level ? std::string_view{} : source_.subject(), a, common_.window, judged_);
  finding.next_steps = advice(a);
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
