#include <iostream>

#include "adapters/spdlog/spdlog_log.h"
#include "adapters/systemd/journal.h"
#include "adapters/systemd/notify.h"
#include "adapters/systemd/real_clock.h"
#include "adapters/systemd/signals.h"
#include "app/commands.h"
#include "app/daemon.h"
#include "app/setup.h"
#include "core/config_check.h"

namespace vedette {
namespace {

constexpr Duration kTurn{250};

enum class Outcome : unsigned char { stopped, failed, reload };

/// Follows signals and health until the generation has to end. `next` is the
/// configuration of the next one.
Outcome attend(Daemon& daemon, const Signals& signals, const Notify& notify, Log& log, Config& next) {
  bool told_ready = false;
  for (;;) {
    const Signals::Wish wish = signals.next(kTurn);
    if (wish == Signals::Wish::stop) return Outcome::stopped;
    if (wish == Signals::Wish::reload) {
      const LoadedConfig loaded = load_or_explain(next.file);
      const ConfigErrors missing = loaded.ok ? missing_for_run(loaded.config) : ConfigErrors{};
      if (loaded.ok && missing.empty()) {
        next = loaded.config;
        return Outcome::reload;
      }
      log.error("the new configuration is not valid; the old one stays", {{"file", next.file}});
    }
    const Status status = daemon.watch();
    if (!status.ok()) {
      log.error("cannot go on", {{"reason", status.message()}});
      return Outcome::failed;
    }
    if (daemon.health().ok) notify.watchdog();
    notify.status(daemon.status_line());
    if (!told_ready) notify.ready();
    told_ready = true;
  }
}

LogOptions log_options(const LogConfig& config) {
  LogOptions options;
  options.form = config.format == "json" ? LogOptions::Form::json : LogOptions::Form::text;
  options.level = config.level == "debug"     ? LogLevel::debug
                  : config.level == "warning" ? LogLevel::warning
                  : config.level == "error"   ? LogLevel::error
                                              : LogLevel::info;
  options.journal_priority = options.form == LogOptions::Form::text && stderr_is_journal();
  return options;
}

Outcome run_generation(Config& config, const Signals& signals, const Clock& clock, Log& log) {
  if (uses_public_key(config.privacy))
    log.warning(
        "no privacy.key_file: pseudonyms use a key that everybody knows; anyone can undo them by guessing "
        "names");
  auto daemon = Daemon::create(config, {clock, log});
  if (!daemon.ok()) {
    log.error("cannot start", {{"reason", daemon.status().message()}});
    return Outcome::failed;
  }
  const Status started = (*daemon)->start();
  if (!started.ok()) {
    log.error("cannot start", {{"reason", started.message()}});
    return Outcome::failed;
  }
  log.info("running", {{"config", config.file}, {"admin_port", std::to_string((*daemon)->admin_port())}});
  const Notify notify(clock);
  const Outcome outcome = attend(**daemon, signals, notify, log, config);
  outcome == Outcome::reload ? notify.reloading() : notify.stopping();
  log.info(outcome == Outcome::reload ? "reloading: draining" : "stopping: draining");
  (*daemon)->stop(config.runtime.stop_within);
  return outcome;
}

}  // namespace

int run_daemon(const std::string& config_path) {
  LoadedConfig loaded = load_or_explain(config_path);
  if (!loaded.ok) return 1;
  const ConfigErrors missing = missing_for_run(loaded.config);
  for (const ConfigError& error : missing) std::cerr << to_text(error) << '\n';
  if (!missing.empty()) return 1;
  const Signals signals;
  const RealClock clock;
  const auto log = make_log(log_options(loaded.config.log), clock, std::cerr);
  Outcome outcome = Outcome::reload;
  while (outcome == Outcome::reload) outcome = run_generation(loaded.config, signals, clock, *log);
  log->info("stopped");
  return outcome == Outcome::stopped ? 0 : 1;
}

}  // namespace vedette
