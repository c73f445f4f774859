#include "detector_run.h"

#include <cstdlib>
#include <utility>

namespace vedette::bench {

DetectorRun::DetectorRun(const BuiltDetector& built)
    : built_(built), observer_(built.detector->observer()), judge_(built.detector->judge()) {}

void DetectorRun::observe(const Batch& batch) {
  if (batch.events.empty()) return;
  if (phase_ == Phase::sampling && !built_.detector->samples_first()) return;
  observer_->observe(batch, {0, batch.events.size()});
  observer_->save(*this);
  judge(batch.events.back().time);
}

void DetectorRun::judge(Time watermark) {
  while (!partials_.empty() && partials_.begin()->first.first + built_.common.lateness <= watermark) {
    const auto& [key, parts] = *partials_.begin();
    for (const std::string& bytes : parts)
      if (!judge_->merge(key.first, key.second, bytes).ok()) std::abort();
    const Time ripe = key.first + built_.common.lateness;
    partials_.erase(partials_.begin());
    if (partials_.empty() || partials_.begin()->first.first + built_.common.lateness > ripe)
      judge_->advance(ripe, *this);
  }
  judge_->advance(watermark, *this);
  judge_->save(*this);
  observer_->judged(watermark);
  stage_.advance(watermark);
  Changes changes;
  std::vector<Alert> transitions;
  stage_.save(changes, transitions);
  for (Alert& alert : transitions)
    if (alert.activity == Alert::Activity::create) alerts_.push_back(std::move(alert));
}

/// The recording begins again, or the stream to watch does.
void DetectorRun::restart() {
  observer_ = built_.detector->observer();
  for (const Directive& directive : directives_) observer_->apply(directive);
}

void DetectorRun::sampled(Time end) {
  if (built_.detector->samples_first()) judge(end + kDay);
  judge_->sampled(end, *this);
  phase_ = Phase::counting;
  restart();
}

void DetectorRun::learned(Time end) {
  if (built_.detector->samples_first()) judge(end + kDay);
  judge_->learned(end, *this);
  phase_ = Phase::watching;
  restart();
}

void DetectorRun::put(Time pane_end, std::string_view scope, std::string_view bytes) {
  partials_[{pane_end, std::string(scope)}] = {std::string(bytes)};
}

void DetectorRun::add(Time pane_end, std::string_view scope, std::string_view bytes) {
  partials_[{pane_end, std::string(scope)}].emplace_back(bytes);
}

void DetectorRun::find(Time ripe, const Finding& finding) { take(ripe, finding); }

void DetectorRun::put(std::string_view key, std::string_view bytes) {
  if (bytes.empty()) {
    state_.erase(std::string(key));
  } else {
    state_[std::string(key)] = bytes;
  }
}

std::string DetectorRun::get(std::string_view key) const {
  const auto found = state_.find(key);
  return found == state_.end() ? std::string() : found->second;
}

StoredKeys DetectorRun::range(std::string_view from, std::string_view to) const {
  return {state_.lower_bound(from), to.empty() ? state_.end() : state_.lower_bound(to)};
}

void DetectorRun::find(Time ripe, Finding finding) { take(ripe, std::move(finding)); }

void DetectorRun::take(Time ripe, Finding finding) {
  if (phase_ == Phase::watching) stage_.take(built_, ripe, std::move(finding));
}

}  // namespace vedette::bench
