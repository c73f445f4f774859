#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <functional>

#include "app/commands.h"

namespace {

using namespace vedette;

/// A command line as typed, and what it came to.
struct Session {
  std::function<int()> chosen;
  std::string config_path = "/etc/vedette/vedette.yaml";
  CheckArguments check;
  DemoArguments demo;
  BacktestArguments backtest;
  TestArguments test;
  TuneArguments tune;
  PlotArguments plot;
  DetectorsArguments detectors;
  BaselineArguments baseline;
};

CLI::App* add_command(CLI::App& app, const char* name, const char* what, const char* example) {
  CLI::App* command = app.add_subcommand(name, what);
  command->footer(std::string("Example:\n  ") + example);
  return command;
}

void add_config(CLI::App* command, std::string& path) {
  command->add_option("--config,-c", path, "The configuration file")->capture_default_str();
}

void describe_daemon(CLI::App& app, Session& session) {
  CLI::App* run = add_command(app, "run", "Run the daemon in the foreground",
                              "vedette run --config /etc/vedette/vedette.yaml");
  add_config(run, session.config_path);
  run->callback([&session] { session.chosen = [&session] { return run_daemon(session.config_path); }; });
  CLI::App* check = add_command(app, "check", "Read everything that `run` would read, and say what is wrong",
                                "vedette check --config vedette.yaml");
  session.check.config_path = session.config_path;
  add_config(check, session.check.config_path);
  check->add_flag_callback(
      "--without-secrets", [&session] { session.check.secrets = Secrets::left_out; },
      "Leave out the files that hold secrets, and Kafka's properties, which may need them");
  check->callback([&session] { session.chosen = [&session] { return check_config(session.check); }; });
  CLI::App* demo = add_command(app, "demo", "Show the whole pipeline at work on simulated traffic",
                               "vedette demo --seconds 45");
  demo->add_option("--seconds", session.demo.seconds, "How long the simulation runs")
      ->capture_default_str()
      ->check(CLI::Range(20, 600));
  demo->callback([&session] { session.chosen = [&session] { return run_demo(session.demo); }; });
}

void describe_backtest(CLI::App& app, Session& session) {
  CLI::App* command = add_command(
      app, "backtest", "Run recorded native events through the same pipeline, in event time",
      "vedette backtest --config vedette.yaml --baseline march.jsonl.gz --input april.jsonl.gz --alerts -");
  BacktestArguments& arguments = session.backtest;
  arguments.config_path = session.config_path;
  add_config(command, arguments.config_path);
  command
      ->add_option("--input,-i", arguments.input,
                   "Events to judge: .jsonl, .jsonl.gz or - for standard input")
      ->required();
  command->add_option("--baseline,-b", arguments.baseline, "Events to learn the baselines from first");
  command->add_option("--alerts,-a", arguments.alerts,
                      "Where alerts go as OCSF JSON lines: a file or - for standard output");
  command->add_option("--scores", arguments.scores, "Folder for one CSV per watched series");
  command->add_option("--compare", arguments.compare,
                      "Another configuration: print which alerts it gains, loses and moves");
  command->add_option("--detector,-d", arguments.detectors, "Only these detectors");
  command->callback([&session] { session.chosen = [&session] { return backtest(session.backtest); }; });
}

void describe_test(CLI::App& app, Session& session) {
  CLI::App* command = add_command(app, "test", "Run scenarios: traffic, and the alerts that must come of it",
                                  "vedette test scenarios/ --config vedette.yaml");
  session.test.config_path = session.config_path;
  command->add_option("scenarios", session.test.scenarios, "A folder of .yaml files, or one of them")
      ->required();
  add_config(command, session.test.config_path);
  command->callback([&session] { session.chosen = [&session] { return test_scenarios(session.test); }; });
}

void describe_tune(CLI::App& app, Session& session) {
  CLI::App* command = add_command(
      app, "tune", "Try budgets and smallest effects on recorded events, and propose which to set",
      "vedette tune fraud-scorer --config vedette.yaml --baseline march.jsonl.gz --input april.jsonl.gz");
  TuneArguments& arguments = session.tune;
  arguments.config_path = session.config_path;
  command->add_option("model", arguments.model, "The model whose alerts count")->required();
  add_config(command, arguments.config_path);
  command->add_option("--input,-i", arguments.input, "Events to judge: .jsonl or .jsonl.gz")->required();
  command->add_option("--baseline,-b", arguments.baseline, "Events to learn the baselines from first");
  command->add_option("--incidents", arguments.incidents,
                      "What really happened: lines of FROM,TO[,TEXT] with times in RFC 3339");
  command->callback([&session] { session.chosen = [&session] { return tune(session.tune); }; });
}

void describe_plot(CLI::App& app, Session& session) {
  CLI::App* command =
      add_command(app, "plot", "Draw one series of `backtest --scores` as a page of HTML",
                  "vedette plot 'scores/requests,model=m.csv' --alerts alerts.jsonl --output m.html");
  command->add_option("scores", session.plot.scores, "The CSV of the series")->required();
  command->add_option("--alerts,-a", session.plot.alerts, "Alerts of the same backtest (OCSF JSON lines)");
  command->add_option("--labels,-l", session.plot.labels, "Known anomalies: lines of FROM,TO[,TEXT]");
  command->add_option("--output,-o", session.plot.output, "A file, or - for standard output")
      ->capture_default_str();
  command->callback([&session] { session.chosen = [&session] { return plot_series(session.plot); }; });
}

void describe_detectors(CLI::App& app, Session& session) {
  CLI::App* command = add_command(app, "detectors", "The catalog of detectors, or one of them in full",
                                  "vedette detectors feature_drift");
  command->add_option("name", session.detectors.name, "A detector");
  command->add_flag("--json", session.detectors.json, "As JSON");
  command->callback(
      [&session] { session.chosen = [&session] { return show_detectors(session.detectors); }; });
}

/// A command below `baseline`.
CLI::App* add_baseline_command(CLI::App& baseline, Session& session, const char* name, const char* what,
                               const char* example, int (*call)(const BaselineArguments&)) {
  CLI::App* command = add_command(baseline, name, what, example);
  add_config(command, session.baseline.config_path);
  command->callback(
      [&session, call] { session.chosen = [&session, call] { return call(session.baseline); }; });
  return command;
}

void add_learning(CLI::App* command, BaselineArguments& arguments, const char* input) {
  command->add_option("--input,-i", arguments.input, input)->required();
  command->add_option("--by", arguments.by, "Who answers for it; without it, the user who runs this");
  command->add_flag("--candidate", arguments.candidate, "Keep it until `promote` puts it in force");
}

void describe_baseline(CLI::App& app, Session& session) {
  CLI::App* command = add_command(app, "baseline", "What normal is; to change it the daemon must not run",
                                  "vedette baseline list --config vedette.yaml");
  command->require_subcommand(1);
  BaselineArguments& arguments = session.baseline;
  arguments.config_path = session.config_path;
  add_learning(add_baseline_command(*command, session, "learn", "Learn baselines from recorded events",
                                    "vedette baseline learn --config vedette.yaml --input march.jsonl.gz",
                                    learn_baseline),
               arguments, "Recorded events: .jsonl or .jsonl.gz");
  CLI::App* import = add_baseline_command(
      *command, session, "import", "Make a baseline of a table of features",
      "vedette baseline import --config vedette.yaml --model fraud-scorer --output score --input train.csv",
      import_baseline);
  add_learning(import, arguments, "Rows (.csv with a header, .jsonl) or SageMaker's statistics (.json)");
  import->add_option("--model", arguments.model, "The model that it is for")->required();
  import->add_option("--model-version", arguments.model_version, "Its version");
  import->add_option("--output", arguments.outputs, "A column that is an output; all others are features");
  import->add_option("--time", arguments.time_column, "The column with each row's time");
  add_baseline_command(*command, session, "list", "Versions and what is in force",
                       "vedette baseline list --config vedette.yaml", list_baselines);
  add_baseline_command(*command, session, "show", "One baseline in full",
                       "vedette baseline show fraud-scorer --config vedette.yaml", show_baseline)
      ->add_option("name", arguments.name,
                   "A detector, part of a scope's name, or a version as `list` prints it")
      ->required();
  CLI::App* diff =
      add_baseline_command(*command, session, "diff", "What changed between two baselines",
                           "vedette baseline diff fraud-scorer@1 fraud-scorer@2", diff_baselines);
  diff->add_option("before", arguments.name, "A version, or a model for what is in force")->required();
  diff->add_option("after", arguments.other, "The same; without it, what is in force for that model");
  CLI::App* promote = add_baseline_command(*command, session, "promote", "Put a version in force",
                                           "vedette baseline promote fraud-scorer@2", promote_baseline);
  promote
      ->add_option("version", arguments.name,
                   "MODEL@NUMBER as `list` prints it, or MODEL for what waits for approval, else its newest")
      ->required();
  promote->add_option("--by", arguments.by, "Who approves what was learned live; without it, the user");
  add_baseline_command(*command, session, "retire", "Take a version out of force; its model learns anew",
                       "vedette baseline retire fraud-scorer@1", retire_baseline)
      ->add_option("version", arguments.name,
                   "MODEL@NUMBER as `list` prints it, or MODEL for its newest, else what it learned live")
      ->required();
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Vedette watches AI services at run time and raises SIEM alerts.", "vedette"};
  app.require_subcommand(1);
  Session session;
  // NO_COLOR: https://no-color.org, the one thing that is taken from the environment.
  session.demo.colour = isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
  describe_daemon(app, session);
  describe_backtest(app, session);
  describe_test(app, session);
  describe_tune(app, session);
  describe_plot(app, session);
  describe_detectors(app, session);
  describe_baseline(app, session);
  CLI::App* version =
      add_command(app, "version", "Version, commit, compiler and libraries", "vedette version");
  version->callback([&session] { session.chosen = show_version; });
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : 2;
  }
  return session.chosen();
}
