#include <iomanip>
#include <iostream>
#include <map>

#include "app/alert_changes.h"
#include "app/commands.h"
#include "app/trial.h"
#include "formats/clean_text.h"
#include "formats/timestamp.h"

namespace vedette {
namespace {

struct Totals {
  std::size_t before = 0;
  std::size_t after = 0;
  std::size_t kept = 0;
  std::size_t moved = 0;
};

std::string signed_text(Duration apart) {
  return (apart < Duration{0} ? "-" : "+") + to_text(apart < Duration{0} ? -apart : apart);
}

void print_change(const AlertChange& change) {
  const Alert& told = change.after != nullptr ? *change.after : *change.before;
  std::string what = change.before == nullptr ? "gained" : "lost";
  if (change.before != nullptr && change.after != nullptr)
    what = "moved by " + signed_text(change.after->finding.at - change.before->finding.at);
  std::cout << std::left << std::setw(18) << what << rfc3339(told.finding.at) << "  " << std::setw(20)
            << told.detector << ' ' << clean_text(message_of(told)) << '\n';
}

void print_totals(const std::map<std::string, Totals>& totals) {
  std::cout << std::left << std::setw(28) << "detector" << std::right;
  for (const char* head : {"before", "after", "same", "moved", "lost", "gained"})
    std::cout << std::setw(8) << head;
  std::cout << '\n';
  for (const auto& [detector, sum] : totals)
    std::cout << std::left << std::setw(28) << detector << std::right << std::setw(8) << sum.before
              << std::setw(8) << sum.after << std::setw(8) << sum.kept << std::setw(8) << sum.moved
              << std::setw(8) << sum.before - sum.kept - sum.moved << std::setw(8)
              << sum.after - sum.kept - sum.moved << '\n';
}

}  // namespace

Status compare_backtests(const BacktestArguments& arguments, const Config& config) {
  if (arguments.input == "-" || !arguments.alerts.empty() || !arguments.scores.empty())
    return Status::reject(
        "--compare reads its input twice and only compares: no standard input, --alerts or --scores");
  const LoadedConfig other = load_or_explain(arguments.compare);
  if (!other.ok) return Status::reject(arguments.compare + " cannot be used");
  const TrialInput input{arguments.input, arguments.baseline};
  const auto before = try_out(config, arguments.detectors, input);
  if (!before.ok()) return before.status().in(arguments.config_path);
  const auto after = try_out(other.config, arguments.detectors, input);
  if (!after.ok()) return after.status().in(arguments.compare);
  std::map<std::string, Totals> totals;
  for (const AlertChange& change : changes_of(before->transitions, after->transitions)) {
    Totals& sum = totals[(change.after != nullptr ? change.after : change.before)->detector];
    sum.before += change.before != nullptr ? 1 : 0;
    sum.after += change.after != nullptr ? 1 : 0;
    const bool both = change.before != nullptr && change.after != nullptr;
    const bool same = both && change.before->finding.at == change.after->finding.at;
    sum.kept += same ? 1 : 0;
    sum.moved += both && !same ? 1 : 0;
    if (!same) print_change(change);
  }
  print_totals(totals);
  return {};
}

}  // namespace vedette
