#include "app/trial.h"

#include "core/catalog.h"

namespace vedette {

Status Trial::open(const Config& config, const std::vector<std::string>& only, bool recorded) {
  auto decode = decode_options(config);
  if (!decode.ok()) return decode.status();
  auto detectors = build_detectors(config, catalog(), only, recorded);
  if (!detectors.ok()) return detectors.status();
  detectors_ = std::move(*detectors);
  alerts_ = std::make_unique<AlertStage>(alert_rules(config.alerts));
  judge_ = std::make_unique<JudgeStage>(detectors_, store_, *alerts_, log_);
  StreamOptions options = stream_options(config, *decode, TopicConfig{});
  options.keep_dead_records = false;
  replay_ = std::make_unique<Replay>(options, detectors_, store_, *judge_);
  return judge_->load();
}

Result<TrialRun> try_out(const Config& config, const std::vector<std::string>& only,
                         const TrialInput& input) {
  Trial trial;
  TrialRun run;
  Status status = trial.open(config, only, !input.baseline.empty());
  if (status.ok() && !input.baseline.empty()) status = trial.replay().learn(input.baseline);
  if (status.ok())
    status =
        trial.replay().run(input.events, [&run](const Alert& alert) { run.transitions.push_back(alert); });
  if (!status.ok()) return status;
  run.watched = trial.replay().end() - trial.replay().begin();
  return run;
}

}  // namespace vedette
