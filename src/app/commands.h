#pragma once

#include <string>
#include <vector>

#include "app/config_problems.h"
#include "core/config.h"
#include "vedette/status.h"

namespace vedette {

/// One function per command; each answers the exit code: 0 done, 1 failed, 2 usage.
/// What the user asked for goes to standard output, everything else to standard error.

/// 2: the configuration is wrong, so that another try is of no use.
int run_daemon(const std::string& config_path);

struct CheckArguments {
  std::string config_path;
  Secrets secrets = Secrets::looked_at;
};
int check_config(const CheckArguments& arguments);

struct DemoArguments {
  int seconds = 45;
  bool colour = false;
};
int run_demo(const DemoArguments& arguments);

struct BacktestArguments {
  std::string config_path;
  std::string input;
  std::string baseline;
  std::string alerts;
  std::string scores;
  std::string compare;  ///< Another configuration.
  std::vector<std::string> detectors;
};
int backtest(const BacktestArguments& arguments);
/// Two configurations over the same events: prints what the second one gains, loses and moves.
Status compare_backtests(const BacktestArguments& arguments, const Config& config);

struct TestArguments {
  std::string config_path;
  std::string scenarios;  ///< A folder, or one file.
};
/// 0: all passed, 1: some failed, 2: something could not be read.
int test_scenarios(const TestArguments& arguments);

struct TuneArguments {
  std::string model;
  std::string config_path;
  std::string input;
  std::string baseline;
  std::string incidents;  ///< Lines of `FROM,TO[,TEXT]`.
};
int tune(const TuneArguments& arguments);

struct PlotArguments {
  std::string scores;  ///< One CSV of `backtest --scores`.
  std::string alerts;
  std::string labels;
  std::string output = "-";
};
int plot_series(const PlotArguments& arguments);

struct DetectorsArguments {
  std::string name;
  bool json = false;
};
int show_detectors(const DetectorsArguments& arguments);

struct BaselineArguments {
  std::string config_path;
  std::string input;  ///< learn, import
  std::string name;   ///< show: detector, scope or version; promote, retire, diff: version
  std::string other;  ///< diff: the second one; empty: what is in force
  std::string by;     ///< learn, import: who; empty: the user
  bool candidate = false;
  std::string model;  ///< import
  std::string model_version;
  std::string time_column;
  std::vector<std::string> outputs;
};
int learn_baseline(const BaselineArguments& arguments);
int import_baseline(const BaselineArguments& arguments);
int list_baselines(const BaselineArguments& arguments);
int show_baseline(const BaselineArguments& arguments);
int diff_baselines(const BaselineArguments& arguments);
int promote_baseline(const BaselineArguments& arguments);
int retire_baseline(const BaselineArguments& arguments);

int show_version();

}  // namespace vedette
