#include <iostream>
#include <optional>
#include <string>
#include <utility>

#include "adapters/spdlog/spdlog_log.h"
#include "adapters/systemd/journal.h"
#include "adapters/systemd/notify.h"
#include "adapters/systemd/real_clock.h"
#include "adapters/systemd/signals.h"
#include "app/commands.h"
#include "app/config_problems.h"
#include "app/daemon.h"
#include "app/setup.h"

namespace vedette {
namespace {

constexpr Duration kTurn{250};
constexpr const char* kRefused = "; the changed configuration was not taken, see the log";

enum class Outcome : unsigned char { stopped, failed, not_started, reload };

/// What lives from one generation to the next.
struct Service {
  const Signals& signals;
  const Clock& clock;
  const Notify& notify;
  Log& log;
  Config config;
  std::optional<Config> before = std::nullopt;  ///< What ran until `config` was taken.
  bool refused = false;                         ///< The file as it is now was not taken.
};

std::optional<Config> usable_config(const std::string& path) {
  LoadedConfig loaded = load_or_explain(path);
  if (!loaded.ok || !explain_problems(loaded.config)) return std::nullopt;
  return std::move(loaded.config);
}

/// Whether the file has a configuration that can be tried.
bool take_new_config(Service& service) {
  std::optional<Config> next = usable_config(service.config.file);
  service.refused = !next;
  if (next)
    service.before = std::exchange(service.config, std::move(*next));
  else
    service.log.error("the new configuration is not valid; the old one stays",
                      {{"file", service.config.file}});
  return !service.refused;
}

/// Follows signals and health until the generation has to end.
Outcome attend(Daemon& daemon, Service& service) {
  bool told_ready = false;
  for (;;) {
    const Signals::Wish wish = service.signals.next(kTurn);
    if (wish == Signals::Wish::stop) return Outcome::stopped;
    if (wish == Signals::Wish::reload && take_new_config(service)) return Outcome::reload;
    const Status status = daemon.watch();
    if (!status.ok()) {
      service.log.error("cannot go on", {{"reason", status.message()}});
      return Outcome::failed;
    }
    if (daemon.health().ok) service.notify.watchdog();
    service.notify.status(daemon.status_line() + (service.refused ? kRefused : ""));
    if (!told_ready) service.notify.ready();
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

Outcome run_generation(Service& service) {
  const Config config = service.config;
  if (uses_public_key(config.privacy))
    service.log.warning(
        "no privacy.key_file: pseudonyms use a key that everybody knows; anyone can undo them by guessing "
        "names");
  auto daemon = Daemon::create(config, {service.clock, service.log});
  const Status started = daemon.ok() ? (*daemon)->start() : daemon.status();
  if (!started.ok()) {
    service.log.error("cannot start", {{"reason", started.message()}});
    return Outcome::not_started;
  }
  service.log.info("running",
                   {{"config", config.file}, {"admin_port", std::to_string((*daemon)->admin_port())}});
  const Outcome outcome = attend(**daemon, service);
  outcome == Outcome::reload ? service.notify.reloading() : service.notify.stopping();
  service.log.info(outcome == Outcome::reload ? "reloading: draining" : "stopping: draining");
  (*daemon)->stop(config.runtime.stop_within);
  service.notify.watchdog();  // The next one may take as long again.
  return outcome;
}

/// What only shows at the start, a port or a path, must not end a service that was running.
bool go_back(Service& service) {
  if (!service.before) return false;
  service.log.error("cannot start with the new configuration; going back to the old one",
                    {{"file", service.config.file}});
  service.config = std::move(*service.before);
  service.before.reset();
  service.refused = true;
  return true;
}

}  // namespace

int run_daemon(const std::string& config_path) {
  const Signals signals;
  std::optional<Config> config = usable_config(config_path);
  if (!config) return 2;
  const RealClock clock;
  const Notify notify(clock);
  const auto log = make_log(log_options(config->log), clock, std::cerr);
  Service service{signals, clock, notify, *log, std::move(*config)};
  Outcome outcome = Outcome::reload;
  while (outcome == Outcome::reload || (outcome == Outcome::not_started && go_back(service)))
    outcome = run_generation(service);
  log->info("stopped");
  return outcome == Outcome::stopped ? 0 : 1;
}

}  // namespace vedette
