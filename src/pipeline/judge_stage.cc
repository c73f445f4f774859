#include "pipeline/judge_stage.h"

#include <algorithm>
#include <map>
#include <optional>

#include "pipeline/judge_progress.h"
#include "pipeline/keys.h"

namespace vedette {
namespace {

/// More evictions than this share of `max_keys` within an hour of event time are told.
constexpr double kEvictionShare = 0.1;

}  // namespace

/// What one judge leaves during one step; reads see the step's own changes.
class JudgeStage::Verdict final : public Verdicts {
 public:
  Verdict(JudgeStage& stage, std::size_t detector, Changes& changes)
      : stage_(stage), detector_(detector), changes_(changes), prefix_(keys::of_detector("j/", name())) {}

  void put(std::string_view key, std::string_view bytes) override {
    const std::string full = prefix_ + std::string(key);
    bytes.empty() ? changes_.erase(full) : changes_.put(full, bytes);
    overlay_[std::string(key)] = bytes;
  }
  std::string get(std::string_view key) const override {
    const auto own = overlay_.find(std::string(key));
    if (own != overlay_.end()) return own->second;
    auto stored = stage_.store_.get(prefix_ + std::string(key));
    return stored.ok() && *stored ? **stored : std::string();
  }
  StoredKeys range(std::string_view from, std::string_view to) const override {
    std::map<std::string, std::string> found;
    const std::string end = to.empty() ? keys::after(prefix_) : prefix_ + std::string(to);
    const Status status = stage_.store_.scan(prefix_ + std::string(from), end,
                                             [&](std::string_view key, std::string_view value) {
                                               found.emplace(key.substr(prefix_.size()), value);
                                               return true;
                                             });
    if (!status.ok())
      stage_.log_.error("cannot read the judge's state",
                        {{"detector", name()}, {"reason", status.message()}});
    for (auto own = overlay_.lower_bound(std::string(from));
         own != overlay_.end() && (to.empty() || own->first < to); ++own)
      found[own->first] = own->second;
    std::erase_if(found, [](const auto& entry) { return entry.second.empty(); });
    return {found.begin(), found.end()};
  }
  void find(Time ripe, Finding finding) override {
    ++stage_.findings_[detector_];
    stage_.ripe_.push_back({ripe, detector_, std::move(finding)});
  }
  void direct(Directive directive) override {
    std::string scope = keys::of_detector("d/", name());
    keys::append_text(scope, directive.scope);
    directive.bytes.empty() ? forget_all(scope) : forget_older(scope);
    std::string key = scope;
    keys::append_number(key, to_ms(directive.effective));
    if (!directive.bytes.empty()) changes_.put(key, directive.bytes);
    stage_.directives_.push_back({detector_, std::move(directive)});
  }

 private:
  const std::string& name() const { return stage_.detectors_[detector_].instance; }

  /// A directive is needed for as long as a pane may be open that starts before the next one is effective.
  void forget_older(const std::string& scope) {
    const Duration longest_pane = std::max(kHour, stage_.detectors_[detector_].common.window);
    const Time oldest_open = stage_.judged_ - longest_pane - stage_.detectors_[detector_].common.lateness;
    std::string before;
    const Status scanned =
        stage_.store_.scan(scope, keys::after(scope), [&](std::string_view key, std::string_view) {
          keys::Cursor cursor(key.substr(scope.size()));
          if (!before.empty() && from_ms(cursor.number()) <= oldest_open) changes_.erase(before);
          before = key;
          return true;
        });
    explain(scanned);
  }

  /// To follow nothing is what whoever starts without directives does.
  void forget_all(const std::string& scope) {
    explain(stage_.store_.scan(scope, keys::after(scope), [this](std::string_view key, std::string_view) {
      changes_.erase(key);
      return true;
    }));
  }

  void explain(const Status& scanned) const {
    if (!scanned.ok())
      stage_.log_.error("cannot read directives", {{"detector", name()}, {"reason", scanned.message()}});
  }

  JudgeStage& stage_;
  std::size_t detector_;
  Changes& changes_;
  std::string prefix_;
  std::map<std::string, std::string> overlay_;
};

JudgeStage::JudgeStage(const std::vector<BuiltDetector>& detectors, Store& store, AlertStage& alerts,
                       Log& log)
    : detectors_(detectors),
      store_(store),
      alerts_(alerts),
      log_(log),
      before_(detectors.size()),
      findings_(detectors.size()),
      evicted_(detectors.size()) {
  for (const BuiltDetector& built : detectors_) {
    judges_.push_back(built.detector->judge());
    logs_.emplace_back(built.instance, built.common.lateness);
  }
}

void JudgeStage::rewind() {
  judged_ = kDawn;
  for (PartialLog& log : logs_) log.rewind();
}

void JudgeStage::save_progress(Changes& changes) const {
  JudgeProgress progress{judged_, evictions_checked_, {}};
  for (std::size_t i = 0; i < detectors_.size(); ++i)
    progress.detectors[detectors_[i].instance] = {findings_[i], evicted_[i], tally(i),
                                                  logs_[i].read_so_far()};
  progress.save(changes);
}

Status JudgeStage::load_progress() {
  Result<JudgeProgress> progress = JudgeProgress::load(store_);
  if (!progress.ok()) return progress.status();
  judged_ = progress->judged;
  evictions_checked_ = progress->evictions_checked;
  for (std::size_t i = 0; i < detectors_.size(); ++i) {
    const auto found = progress->detectors.find(detectors_[i].instance);
    if (found == progress->detectors.end()) continue;
    findings_[i] = found->second.findings;
    evicted_[i] = found->second.evicted;
    before_[i] = found->second.tally;
    logs_[i].resume(std::move(found->second.read));
  }
  return {};
}

Status JudgeStage::load() {
  const Status progress = load_progress();
  if (!progress.ok()) return progress;
  for (std::size_t i = 0; i < judges_.size(); ++i) {
    const std::string prefix = keys::of_detector("j/", detectors_[i].instance);
    Status loaded;
    const Status scanned =
        store_.scan(prefix, keys::after(prefix), [&](std::string_view key, std::string_view value) {
          loaded = judges_[i]->load(key.substr(prefix.size()), value);
          return loaded.ok();
        });
    if (!scanned.ok()) return scanned;
    if (!loaded.ok()) return loaded.in("state of " + detectors_[i].instance);
  }
  return alerts_.load(store_);
}

Result<std::vector<PartitionId>> known_partitions(const Store& store) {
  std::vector<PartitionId> known;
  const Status scanned =
      store.scan("p/", keys::after("p/"), [&known](std::string_view key, std::string_view) {
        known.push_back(keys::Cursor(key.substr(2)).partition());
        return true;
      });
  if (!scanned.ok()) return scanned;
  return known;
}

/// Whoever leaves partials leaves a position with them.
Status JudgeStage::find_partitions() {
  auto known = known_partitions(store_);
  if (!known.ok()) return known.status();
  partitions_ = std::move(*known);
  return {};
}

/// Merges the durable partials of ripe panes in order of (pane end, scope, partition).
Status JudgeStage::merge_panes(std::size_t detector, Time watermark, Verdict& out, Changes& changes) {
  Judge& judge = *judges_[detector];
  const BuiltDetector& built = detectors_[detector];
  Status status = logs_[detector].read(store_, partitions_, judged_, changes);
  if (!status.ok()) return status.in("partials of " + built.instance);
  Time last = kDawn;
  status = logs_[detector].take(watermark, changes,
                                [&](Time pane_end, std::string_view scope, std::string_view partial) {
                                  if (pane_end != last && last != kDawn)
                                    judge.advance(std::max(last + built.common.lateness, judged_), out);
                                  last = pane_end;
                                  return judge.merge(pane_end, scope, partial);
                                });
  return status.ok() ? status : status.in("partial of " + built.instance);
}

/// The first pass over a recording is not for this detector.
Status JudgeStage::skip_panes(std::size_t detector, Time watermark, Changes& changes) {
  const Status read = logs_[detector].read(store_, partitions_, judged_, changes);
  return read.ok() ? logs_[detector].take(watermark, changes,
                                          [](Time, std::string_view, std::string_view) { return Status{}; })
                   : read;
}

template <class Call>
void JudgeStage::call(std::size_t detector, Changes& changes, Call&& call) {
  Verdict out(*this, detector, changes);
  call(*judges_[detector], out);
}

Status JudgeStage::judge_detector(std::size_t detector, Time watermark, Changes& changes) {
  Verdict out(*this, detector, changes);
  Status status = merge_panes(detector, watermark, out, changes);
  if (!status.ok()) return status;
  judges_[detector]->advance(watermark, out);
  judges_[detector]->save(out);
  return {};
}

Status JudgeStage::take_sequence_findings(Time watermark, Changes& changes) {
  std::string end = "f/";
  keys::append_number(end, to_ms(watermark) + 1);
  return store_.scan("f/", end, [&](std::string_view key, std::string_view value) {
    keys::Cursor cursor(key.substr(2));
    const Time at = from_ms(cursor.number());
    const std::string name = cursor.text();
    ByteReader in(value);
    Finding finding = decode_finding(in);
    for (std::size_t i = 0; i < detectors_.size() && in.ok(); ++i) {
      if (detectors_[i].instance != name) continue;
      ++findings_[i];
      ripe_.push_back({at, i, std::move(finding)});
      break;
    }
    changes.erase(key);
    return true;
  });
}

/// Once an hour of event time: too many evictions mean that somebody invents keys. How many, which a crash
/// may change, is for the metric to say: an alert is the same however often it is told.
void JudgeStage::watch_evictions(Time watermark) {
  if (evictions_checked_ == kDawn) evictions_checked_ = watermark;
  if (watermark < evictions_checked_ + kHour) return;
  evictions_checked_ = floor_to(watermark, kHour);
  for (std::size_t i = 0; i < judges_.size(); ++i) {
    const std::uint64_t evicted = tally(i).evicted;
    const auto limit =
        static_cast<std::uint64_t>(kEvictionShare * static_cast<double>(detectors_[i].common.max_keys));
    if (evicted - evicted_[i] > limit) {
      alerts_.meta("key_evictions", detectors_[i].instance, evictions_checked_,
                   detectors_[i].instance + " dropped more than " + std::to_string(limit) +
                       " keys within an hour because max_keys was reached; somebody may be inventing names");
    }
    evicted_[i] = evicted;
  }
}

Status JudgeStage::step(Time watermark, Changes& changes, std::vector<Alert>& transitions) {
  if (watermark <= judged_) return {};
  Status status = find_partitions();
  for (std::size_t i = 0; i < judges_.size() && status.ok(); ++i)
    status = judge_detector(i, watermark, changes);
  if (!status.ok()) return status;
  status = take_sequence_findings(watermark, changes);
  if (!status.ok()) return status;
  watch_evictions(watermark);
  const auto earlier = [](const Ripe& a, const Ripe& b) {
    return std::tie(a.at, a.detector) < std::tie(b.at, b.detector);
  };
  std::stable_sort(ripe_.begin(), ripe_.end(), earlier);
  for (Ripe& ripe : ripe_) alerts_.take(detectors_[ripe.detector], ripe.at, std::move(ripe.finding));
  ripe_.clear();
  alerts_.advance(watermark);
  alerts_.save(changes, transitions);
  judged_ = watermark;
  save_progress(changes);
  return {};
}

void JudgeStage::notice(const std::string& kind, const std::string& subject, const std::string& what) {
  alerts_.meta(kind, subject, judged_, what);
}

Status JudgeStage::learn(Time watermark, Pass pass, Changes& changes) {
  Status status = find_partitions();
  for (std::size_t i = 0; i < judges_.size() && status.ok(); ++i) {
    if (pass == Pass::counting || detectors_[i].detector->samples_first())
      status = judge_detector(i, watermark, changes);
    else if (pass == Pass::sampling)
      status = skip_panes(i, watermark, changes);
  }
  if (!status.ok()) return status;
  ripe_.clear();
  if (pass != Pass::last_panes) judged_ = std::max(judged_, watermark);
  save_progress(changes);
  return {};
}

void JudgeStage::sampled(Time end, Changes& changes) {
  for (std::size_t i = 0; i < judges_.size(); ++i)
    call(i, changes, [end](Judge& judge, Verdicts& out) { judge.sampled(end, out); });
}

void JudgeStage::learned(Time end, Changes& changes) {
  for (std::size_t i = 0; i < judges_.size(); ++i)
    call(i, changes, [end](Judge& judge, Verdicts& out) { judge.learned(end, out); });
  ripe_.clear();
}

Status JudgeStage::adopt(std::size_t detector, const StoredKeys& keys, Changes& changes) {
  Status status;
  call(detector, changes, [&](Judge& judge, Verdicts& out) {
    status = judge.adopt(keys, judged_, out);
    if (status.ok()) judge.save(out);
  });
  return status.in("baseline of " + detectors_[detector].instance);
}

void JudgeStage::forget(std::string_view model, Changes& changes) {
  for (std::size_t i = 0; i < judges_.size(); ++i)
    call(i, changes, [&](Judge& judge, Verdicts& out) {
      judge.forget(model, out);
      judge.save(out);
    });
}

}  // namespace vedette
