#include "scenario/verdict.h"

#include <algorithm>
#include <cstdio>

namespace vedette {
namespace {

double hour_of(const Alert& alert, const Scenario& scenario) {
  return static_cast<double>((alert.finding.at - scenario.start).count()) /
         static_cast<double>(kHour.count());
}

bool meets(const Alert& alert, double hour, const Scenario::Expectation& wanted) {
  const auto has = [&reasons = alert.finding.reasons](const std::string& code) {
    return std::find(reasons.begin(), reasons.end(), code) != reasons.end();
  };
  return (wanted.detector.empty() || alert.detector == wanted.detector) &&
         (wanted.subject.empty() || alert.finding.subject == wanted.subject) &&
         (wanted.model.empty() || alert.finding.entity.model == wanted.model) &&
         (wanted.tenant.empty() || alert.finding.entity.tenant == wanted.tenant) &&
         (wanted.principal.empty() || alert.finding.entity.principal == wanted.principal) &&
         (wanted.reason.empty() || has(wanted.reason)) &&
         (wanted.no_reason.empty() || !has(wanted.no_reason)) && hour >= wanted.after_hours &&
         hour <= wanted.before_hours;
}

std::string hours(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", value);
  return text;
}

std::string describe(const Scenario::Expectation& wanted) {
  std::string text;
  for (const std::string* part :
       {&wanted.detector, &wanted.model, &wanted.tenant, &wanted.principal, &wanted.subject, &wanted.reason})
    if (!part->empty()) text += ' ' + *part;
  if (wanted.after_hours > 0) text += " after hour " + hours(wanted.after_hours);
  if (wanted.before_hours < 1e9) text += " before hour " + hours(wanted.before_hours);
  return text.empty() ? " any alert" : text;
}

}  // namespace

Config configured(Config config, const Scenario& scenario) {
  if (!scenario.detector) return config;
  const DetectorConfig& wanted = *scenario.detector;
  const auto known = std::find_if(config.detectors.begin(), config.detectors.end(),
                                  [&wanted](const DetectorConfig& d) { return d.name == wanted.name; });
  if (known == config.detectors.end()) {
    config.detectors.push_back(wanted);
    return config;
  }
  known->settings.insert(known->settings.end(), wanted.settings.begin(), wanted.settings.end());
  for (DetectorConfig::Override& over : known->overrides)
    over.settings.insert(over.settings.end(), wanted.settings.begin(), wanted.settings.end());
  known->overrides.insert(known->overrides.end(), wanted.overrides.begin(), wanted.overrides.end());
  return config;
}

std::vector<std::string> detectors_of(const Scenario& scenario) {
  return scenario.detector ? std::vector{scenario.detector->name} : std::vector<std::string>{};
}

std::vector<std::string> failures(const Scenario& scenario, const RigResult& result) {
  std::vector<std::string> out;
  if (!result.trouble.empty()) out.push_back(result.trouble);
  std::vector<bool> met(scenario.alerts.size());
  for (const std::string& uid : result.order) {
    const Alert& alert = result.alerts.at(uid);
    if (alert.activity != Alert::Activity::create) continue;
    const double hour = hour_of(alert, scenario);
    bool wanted = false;
    for (std::size_t i = 0; i < scenario.alerts.size(); ++i)
      if (meets(alert, hour, scenario.alerts[i])) met[i] = wanted = true;
    if (!wanted)
      out.push_back("not wanted at hour " + hours(hour) + ": " + alert.detector + ": " + message_of(alert));
  }
  for (std::size_t i = 0; i < met.size(); ++i)
    if (!met[i]) out.push_back("missing:" + describe(scenario.alerts[i]));
  const auto& rejects = result.totals.rejects;
  for (std::size_t i = 1; i < rejects.size(); ++i)
    if (rejects[i] > 0)
      out.push_back("events refused: " + std::to_string(rejects[i]) + " " +
                    std::string(to_string(static_cast<Reject>(i))));
  std::uint64_t late = 0;
  for (const Tally& seen : result.totals.observed) late = std::max(late, seen.late);
  if (late < static_cast<std::uint64_t>(scenario.least_late))
    out.push_back("late events: " + std::to_string(late) + ", wanted " + std::to_string(scenario.least_late));
  return out;
}

}  // namespace vedette
