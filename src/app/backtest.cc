#include <algorithm>
#include <chrono>
#include <fstream>
#include <iomanip>
#include <iostream>

#include "adapters/systemd/real_clock.h"
#include "app/commands.h"
#include "app/score_folder.h"
#include "app/trial.h"
#include "formats/ocsf.h"

namespace vedette {
namespace {

/// Where alerts go: a file, standard output, or nowhere.
class AlertLines {
 public:
  Status open(const std::string& path) {
    if (path.empty()) return {};
    if (path == "-") {
      out_ = &std::cout;
      return {};
    }
    file_.open(path, std::ios::binary | std::ios::trunc);
    if (!file_) return Status::stop(path + ": cannot be written");
    out_ = &file_;
    return {};
  }
  void write(const Alert& alert) {
    if (out_ != nullptr) *out_ << ocsf(alert, kDawn) << '\n';
  }
  Status close() {
    if (out_ != nullptr && !out_->flush()) return Status::stop("alerts could not be written");
    return {};
  }

 private:
  std::ofstream file_;
  std::ostream* out_ = nullptr;
};

void print_rejects(std::ostream& out, const Replay& replay) {
  const StreamTotals& totals = replay.totals();
  std::uint64_t refused = 0;
  for (const std::uint64_t count : totals.rejects) refused += count;
  out << "records " << replay.records() << ", refused " << refused;
  for (std::size_t i = 1; i < totals.rejects.size(); ++i)
    if (totals.rejects[i] > 0) out << ", " << to_string(static_cast<Reject>(i)) << ' ' << totals.rejects[i];
  if (replay.held() > 0) out << ", held until others confirm a jump of time " << replay.held();
  out << '\n';
  for (const DeadLetter& dead : replay.first_dead())
    out << "  line " << dead.position.offset + 1 << ": " << dead.reason << ": " << dead.detail << '\n';
}

void print_summary(std::ostream& out, const Trial& trial, Duration took) {
  print_rejects(out, trial.replay());
  out << std::left << std::setw(28) << "detector" << std::right << std::setw(10) << "events" << std::setw(8)
      << "late" << std::setw(10) << "panes" << std::setw(10) << "findings" << std::setw(8) << "alerts"
      << std::setw(8) << "closed" << '\n';
  for (std::size_t i = 0; i < trial.detectors().size(); ++i) {
    const Tally& seen = trial.replay().totals().observed[i];
    const auto sum = trial.alerts().totals().find(std::string(trial.detectors()[i].kind->name));
    const AlertStage::Totals alerts =
        sum == trial.alerts().totals().end() ? AlertStage::Totals{} : sum->second;
    out << std::left << std::setw(28) << trial.detectors()[i].instance << std::right << std::setw(10)
        << seen.counted << std::setw(8) << seen.late + seen.late_after_idle << std::setw(10)
        << trial.judge().tally(i).panes << std::setw(10) << trial.judge().findings(i) << std::setw(8)
        << alerts.created + alerts.dry_run << std::setw(8) << alerts.closed << '\n';
  }
  const double seconds = static_cast<double>(took.count()) / 1e3;
  out << std::fixed << std::setprecision(2) << seconds << " s";
  if (seconds > 0)
    out << ", " << std::setprecision(0) << static_cast<double>(trial.replay().records()) / seconds
        << " records/s";
  out << '\n';
}

Status tap_all(const std::string& folder, const std::vector<BuiltDetector>& detectors, JudgeStage& judge,
               ScoreFolder& scores) {
  const Status status = scores.open(folder);
  for (std::size_t i = 0; i < detectors.size() && status.ok(); ++i)
    judge.judge(i).tap(scores.tap(detectors[i].instance));
  return status;
}

/// The last panes of a recording, which no later event has closed, have scores too, but no alerts.
Status finish(Trial& trial, ScoreFolder& scores) {
  Duration longest{0};
  for (const BuiltDetector& built : trial.detectors())
    longest = std::max(longest, built.common.window + built.common.lateness);
  scores.end_at(trial.replay().end());
  const Status status = trial.replay().judge_rest(longest);
  if (scores.left_out() > 0)
    std::cerr << "vedette: scores of " << ScoreFolder::kMostSeries << " series; " << scores.left_out()
              << " panes of others are left out\n";
  return status.ok() ? scores.close() : status;
}

Status run_backtest(const BacktestArguments& arguments, const Config& config) {
  const RealClock clock;
  const Duration begun = clock.monotonic();
  Trial trial;
  Status status = trial.open(config, arguments.detectors, !arguments.baseline.empty());
  AlertLines lines;
  if (status.ok()) status = lines.open(arguments.alerts);
  if (status.ok() && !arguments.baseline.empty()) status = trial.replay().learn(arguments.baseline);
  ScoreFolder scores;
  if (status.ok() && !arguments.scores.empty())
    status = tap_all(arguments.scores, trial.detectors(), trial.judge(), scores);
  if (status.ok())
    status = trial.replay().run(arguments.input, [&lines](const Alert& alert) { lines.write(alert); });
  if (status.ok()) status = lines.close();
  if (!status.ok()) return status;
  std::ostream& out = arguments.alerts == "-" ? std::cerr : std::cout;
  print_summary(out, trial, clock.monotonic() - begun);
  return arguments.scores.empty() ? Status{} : finish(trial, scores);
}

}  // namespace

int backtest(const BacktestArguments& arguments) {
  const LoadedConfig loaded = load_or_explain(arguments.config_path);
  if (!loaded.ok) return 1;
  const Status status = arguments.compare.empty() ? run_backtest(arguments, loaded.config)
                                                  : compare_backtests(arguments, loaded.config);
  if (status.ok()) return 0;
  std::cerr << "vedette: " << status.message() << '\n';
  return 1;
}

}  // namespace vedette
