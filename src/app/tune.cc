#include <algorithm>
#include <array>
#include <iomanip>
#include <iostream>
#include <map>
#include <sstream>

#include "app/commands.h"
#include "app/csv_lines.h"
#include "app/trial.h"
#include "core/catalog.h"

namespace vedette {
namespace {

constexpr std::array kBudgets{0.2, 1.0, 5.0};
constexpr std::array kEffects{0.01, 0.02, 0.05, 0.1};
/// An alert this long after an incident may still be about it.
constexpr Duration kGrace = kHour;

struct Setting {
  double budget = 1;
  double effect = 0.02;
};

struct Outcome {
  Setting setting;
  std::size_t alerts = 0;
  double per_week = 0;
  std::size_t found = 0;  ///< Of the known incidents.
  std::size_t other = 0;  ///< Alerts outside of them.
  std::map<std::string, std::size_t> by_detector;
};

bool has_effect(const DetectorKind& kind) {
  Settings table;
  const auto plan = kind.plan();
  plan->describe(table);
  return table.find("min_effect") != nullptr;
}

std::string short_number(double value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

/// `config` with one budget for all, and one smallest effect for all detectors that have such a setting.
Config with(Config config, const Setting& setting) {
  config.budget = setting.budget;
  for (const DetectorKind* kind : catalog()) {
    if (!has_effect(*kind)) continue;
    auto at = std::find_if(config.detectors.begin(), config.detectors.end(),
                           [kind](const DetectorConfig& d) { return d.name == kind->name; });
    if (at == config.detectors.end()) {
      at = config.detectors.insert(at, DetectorConfig{});
      at->name = kind->name;
    }
    const SettingText row{"min_effect", {short_number(setting.effect)}, 0};
    at->settings.push_back(row);
    for (DetectorConfig::Override& over : at->overrides) over.settings.push_back(row);
  }
  return config;
}

bool during(Time at, const PlotMark& incident) { return at >= incident.from && at <= incident.to + kGrace; }

Outcome outcome_of(const TuneArguments& arguments, const Setting& setting, const TrialRun& run,
                   const std::vector<PlotMark>& incidents) {
  Outcome outcome;
  outcome.setting = setting;
  std::vector<bool> found(incidents.size());
  for (const Alert& alert : run.transitions) {
    if (alert.activity != Alert::Activity::create || alert.meta || alert.test) continue;
    if (alert.finding.entity.model != arguments.model) continue;
    ++outcome.alerts;
    ++outcome.by_detector[alert.detector];
    bool known = false;
    for (std::size_t i = 0; i < incidents.size(); ++i)
      if (during(alert.finding.at, incidents[i])) found[i] = known = true;
    outcome.other += known ? 0 : 1;
  }
  outcome.found = static_cast<std::size_t>(std::count(found.begin(), found.end(), true));
  const double weeks = static_cast<double>(run.watched.count()) / static_cast<double>((7 * kDay).count());
  outcome.per_week = static_cast<double>(outcome.alerts) / std::max(weeks, 1e-9);
  return outcome;
}

void print_head(bool incidents) {
  std::cout << std::right << std::setw(8) << "budget" << std::setw(12) << "min_effect" << std::setw(8)
            << "alerts" << std::setw(10) << "a week";
  if (incidents) std::cout << std::setw(8) << "found" << std::setw(8) << "other";
  std::cout << "  by detector\n";
}

void print(const Outcome& outcome, bool incidents) {
  std::cout << std::right << std::setw(8) << short_number(outcome.setting.budget) << std::setw(12)
            << short_number(outcome.setting.effect) << std::setw(8) << outcome.alerts << std::setw(10)
            << std::fixed << std::setprecision(2) << outcome.per_week << std::defaultfloat;
  if (incidents) std::cout << std::setw(8) << outcome.found << std::setw(8) << outcome.other;
  std::cout << ' ';
  for (const auto& [detector, count] : outcome.by_detector) std::cout << ' ' << detector << ' ' << count;
  std::cout << std::endl;
}

/// With known incidents: the most of them with the fewest other alerts. Without, alerts are taken for false:
/// the most sensitive setting that keeps its own budget. Of equals the one with the larger effect, then the
/// smaller budget.
const Outcome* best_of(const std::vector<Outcome>& outcomes, bool incidents) {
  const Outcome* best = nullptr;
  const auto rank = [incidents](const Outcome& o) {
    const auto other = -static_cast<double>(o.other);
    return incidents ? std::array{static_cast<double>(o.found), other, o.setting.effect, -o.setting.budget}
                     : std::array{o.setting.budget, -o.setting.effect, 0.0, 0.0};
  };
  for (const Outcome& outcome : outcomes) {
    if (!incidents && outcome.per_week > outcome.setting.budget && outcome.alerts > 0) continue;
    if (best == nullptr || rank(outcome) > rank(*best)) best = &outcome;
  }
  return best;
}

void propose(const TuneArguments& arguments, const Outcome* best, bool incidents) {
  if (best == nullptr) {
    std::cout << "\nEvery setting tells more than its budget: either something happened in these events "
                 "(name it with "
                 "--incidents), or the baseline does not fit them.\n";
    return;
  }
  std::cout << "\nProposed: budget: " << short_number(best->setting.budget)
            << " in vedette.yaml, min_effect: " << short_number(best->setting.effect)
            << (incidents ? ", which finds the most with the fewest other alerts."
                          : ", the most sensitive that keeps its budget here.")
            << "\nFor this model alone, in the files of its detectors:\n  overrides:\n    - match: {model: "
            << arguments.model << "}\n      min_effect: " << short_number(best->setting.effect) << '\n';
}

Status run(const TuneArguments& arguments, const Config& config) {
  if (arguments.input == "-") return Status::reject("tune reads its input several times: not standard input");
  std::vector<PlotMark> incidents;
  if (!arguments.incidents.empty()) {
    auto marks = read_marks(arguments.incidents);
    if (!marks.ok()) return marks.status();
    incidents = std::move(*marks);
  }
  const bool known = !incidents.empty();
  std::vector<Outcome> outcomes;
  print_head(known);
  for (const double budget : kBudgets) {
    for (const double effect : kEffects) {
      const Setting setting{budget, effect};
      const auto tried = try_out(with(config, setting), {}, {arguments.input, arguments.baseline});
      if (!tried.ok()) return tried.status();
      outcomes.push_back(outcome_of(arguments, setting, *tried, incidents));
      print(outcomes.back(), known);
    }
  }
  propose(arguments, best_of(outcomes, known), known);
  return {};
}

}  // namespace

int tune(const TuneArguments& arguments) {
  const LoadedConfig loaded = load_or_explain(arguments.config_path);
  if (!loaded.ok) return 1;
  const Status status = run(arguments, loaded.config);
  if (status.ok()) return 0;
  std::cerr << "vedette: " << status.message() << '\n';
  return 1;
}

}  // namespace vedette
