#include "pipeline/alert_stage.h"

#include <algorithm>

#include "vedette/hash.h"

namespace vedette {
namespace {

/// A closed alert may be reopened by the same group for so long.
constexpr Duration kReopenWithin = kDay;
constexpr Duration kMetaCooldown = kHour;

std::string join(std::initializer_list<std::string_view> parts) {
  std::string joined;
  for (const std::string_view part : parts) joined.append(part).push_back('\n');
  return joined;
}

/// Evidence far beyond the limit makes an alert louder; a provisional baseline makes it
/// softer, and so does minor news. Another version's baseline proves no fault, however strong the evidence.
Severity severity_of(Severity asked, const Finding& finding) {
  int level = static_cast<int>(asked);
  if (finding.minor || !finding.baseline_version.empty())
    return static_cast<Severity>(std::max(level - 1, 1));
  if (finding.ratio >= 2) ++level;
  if (finding.ratio >= 4) ++level;
  if (finding.provisional) --level;
  return static_cast<Severity>(std::clamp(level, 1, 5));
}

/// The incident of a model holds what happens to its versions and segments too.
std::string incident_key(const Entity& entity) {
  if (!entity.model.empty()) return "model " + entity.model;
  if (!entity.principal.empty()) return "principal " + entity.principal;
  if (!entity.tenant.empty()) return "tenant " + entity.tenant;
  return to_key(entity);
}

}  // namespace

void AlertStage::take(const BuiltDetector& from, Time ripe, Finding finding) {
  advance(ripe);
  take_from({.detector = std::string(from.kind->name),
             .title = std::string(from.kind->title),
             .version = from.kind->version,
             .technique = from.kind->technique,
             .side = from.kind->side,
             .severity = from.common.severity,
             .cooldown = from.common.cooldown,
             .dry_run = from.common.dry_run},
            std::move(finding));
}

void AlertStage::meta(const std::string& kind, const std::string& subject, Time at, const std::string& what) {
  Finding finding;
  finding.subject = subject;
  finding.at = finding.start = finding.end = at;
  finding.quiet_closes = kMetaCooldown;
  finding.ratio = 1;
  finding.effect_name = "events";
  finding.effect = 1;
  finding.reasons = {"SELF"};
  finding.what = what;
  take_from({.detector = "vedette_" + kind,
             .title = "Vedette's own sight is impaired",
             .technique = {},
             .severity = Severity::medium,
             .cooldown = kMetaCooldown,
             .meta = true},
            std::move(finding));
}

void AlertStage::take_from(const Source& source, Finding finding) {
  if (finding.group.empty()) finding.group = finding.subject;
  if (finding.subjects.empty()) finding.subjects = {finding.subject};
  const std::string key = join({source.detector, to_key(finding.entity), finding.group});
  const auto known = records_.find(key);
  if (known == records_.end()) {
    if (finding.phase == Finding::Phase::raised) open_alert(key, source, std::move(finding));
  } else if (finding.phase == Finding::Phase::recovered) {
    if (!known->second.closed) close_alert(key, known->second, std::move(finding));
  } else {
    fold(key, known->second, source, std::move(finding));
  }
}

void AlertStage::open_alert(const std::string& key, const Source& source, Finding finding) {
  Record record;
  record.silent = !source.meta && beyond_storm_cap(source, finding);
  record.cooldown = source.cooldown;
  record.news_at = finding.at;
  Alert& alert = record.alert;
  alert.uid = "al-" + sha256_hex(join({rules_.tenant, source.detector, std::to_string(source.version), key,
                                       std::to_string(to_ms(finding.at))}),
                                 32);
  alert.detector = source.detector;
  alert.detector_version = source.version;
  alert.title = source.title;
  alert.tenant = rules_.tenant;
  alert.severity = severity_of(source.severity, finding);
  alert.opened_at = finding.at;
  alert.first_seen = finding.change_since.value_or(finding.start);
  alert.last_seen = finding.end;
  alert.count = 1;
  alert.worst_effect = finding.effect;
  alert.meta = source.meta;
  alert.test = source.dry_run;
  alert.technique_id = source.technique.id;
  alert.technique = source.technique.name;
  alert.tactic_id = source.technique.tactic_id;
  alert.tactic = source.technique.tactic;
  alert.side = side_of(source.side, finding);
  const Time at = finding.at;
  alert.finding = std::move(finding);
  alert.causes = causes_.of(alert, at - rules_.incident_gap);
  Record& placed = records_[key] = std::move(record);
  ++open_;
  tell(key, placed, Alert::Activity::create, at);
}

/// A further finding of an alert: told when it is worse, broader, reopened or the cooldown is over.
void AlertStage::fold(const std::string& key, Record& record, const Source& source, Finding finding) {
  Alert& alert = record.alert;
  const bool reopened = record.closed && finding.phase == Finding::Phase::raised;
  if (record.closed && !reopened) return;
  const Severity severity = std::max(alert.severity, severity_of(source.severity, finding));
  const bool worse = severity != alert.severity;
  const bool broader = finding.subjects.size() > alert.finding.subjects.size();
  const bool due = finding.phase == Finding::Phase::raised && finding.at >= record.told_at + record.cooldown;
  alert.severity = severity;
  alert.last_seen = std::max(alert.last_seen, finding.end);
  ++alert.count;
  alert.worst_effect = std::max(alert.worst_effect, finding.effect);
  if (finding.phase == Finding::Phase::raised) record.news_at = finding.at;
  record.closed = false;
  const Time at = finding.at;
  alert.finding = std::move(finding);
  if (reopened) {
    ++open_;
    alert.causes = causes_.of(alert, at - rules_.incident_gap);
  }
  if (reopened || worse || broader || due) {
    tell(key, record, Alert::Activity::update, at);
  } else {
    ++record.folded;
    ++totals_[alert.detector].folded;
    changed_.insert(key);
    queue(key, record);
  }
}

void AlertStage::close_alert(const std::string& key, Record& record, Finding finding) {
  const Time at = finding.at;
  record.closed = true;
  --open_;
  record.closed_at = at;
  if (!finding.what.empty()) record.alert.finding = std::move(finding);
  record.alert.finding.at = at;
  tell(key, record, Alert::Activity::close, at);
}

void AlertStage::tell(const std::string& key, Record& record, Alert::Activity activity, Time at) {
  Alert& alert = record.alert;
  Totals& totals = totals_[alert.detector];
  record.told_at = at;
  record.folded = 0;
  changed_.insert(key);
  queue(key, record);
  if (record.silent) {
    ++totals.suppressed;
    return;
  }
  alert.activity = activity;
  ++alert.sequence;
  alert.incident_uid = incident_of(alert.finding.entity, at);
  alert.transition_uid =
      "tr-" +
      sha256_hex(
          join({alert.uid, std::to_string(alert.sequence), std::to_string(static_cast<int>(activity))}), 32);
  if (alert.test) {
    ++totals.dry_run;
    return;
  }
  ++(activity == Alert::Activity::create   ? totals.created
     : activity == Alert::Activity::update ? totals.updated
                                           : totals.closed);
  transitions_.push_back(alert);
  causes_.add(alert);
}

std::string AlertStage::incident_of(const Entity& entity, Time at) {
  const std::string key = incident_key(entity);
  Incident& incident = incidents_[key];
  if (incident.uid.empty() || at > incident.last + rules_.incident_gap)
    incident.uid = "inc-" + sha256_hex(join({rules_.tenant, key, std::to_string(to_ms(at))}), 24);
  incident.last = std::max(incident.last, at);
  changed_incidents_.insert(key);
  return incident.uid;
}

bool AlertStage::beyond_storm_cap(const Source& source, const Finding& finding) {
  const std::string key = incident_key(finding.entity);
  Storm& storm = storms_[key];
  const std::int64_t hour = to_ms(finding.at) / kHour.count();
  if (hour != storm.hour) storm = {hour, 0};
  changed_incidents_.insert(key);
  if (++storm.created <= rules_.storm_cap) return false;
  meta("alert_storm", key, finding.at,
       "more than " + std::to_string(rules_.storm_cap) + " new alerts of " + key +
           " within an hour; further ones, the first of " + source.detector + ", are counted and not sent");
  return true;
}

/// When a record has to be looked at next: closed by quiet, or forgotten.
Time AlertStage::due(const Record& record) {
  const Duration quiet = record.alert.finding.quiet_closes;
  if (record.closed) return record.closed_at + std::max(kReopenWithin, record.cooldown);
  return quiet > Duration{0} ? record.news_at + quiet : kForever;
}

void AlertStage::unqueue(const std::string& key, Record& record) {
  if (record.queued != kForever) due_.erase({record.queued, key});
  record.queued = kForever;
}

void AlertStage::queue(const std::string& key, Record& record) {
  const Time next = due(record);
  if (next == record.queued) return;
  unqueue(key, record);
  record.queued = next;
  if (next != kForever) due_.emplace(next, key);
}

/// In order of time, so that it does not matter in which steps time goes on.
void AlertStage::advance(Time watermark) {
  while (!due_.empty() && watermark > due_.begin()->first) {
    const auto [at, key] = *due_.begin();
    close_or_forget(key, at);
  }
  if (watermark >= swept_ + kHour) forget_quiet_entities(watermark);
}

/// What is forgotten here no longer has a say, so it does not matter when that happens.
void AlertStage::forget_quiet_entities(Time watermark) {
  swept_ = watermark;
  std::erase_if(incidents_, [&](const auto& entry) {
    const bool over = watermark > entry.second.last + rules_.incident_gap + kReopenWithin;
    if (over) changed_incidents_.insert(entry.first);
    return over;
  });
  std::erase_if(storms_, [&](const auto& entry) {
    const bool over = to_ms(watermark) / kHour.count() > entry.second.hour + 1;
    if (over) changed_incidents_.insert(entry.first);
    return over;
  });
}

void AlertStage::close_or_forget(const std::string& key, Time at) {
  Record& record = records_.at(key);
  if (record.closed) {
    changed_.insert(key);
    unqueue(key, record);
    causes_.remove(record.alert);
    records_.erase(key);
    return;
  }
  Finding finding = record.alert.finding;
  finding.at = at;
  close_alert(key, record, std::move(finding));
}

}  // namespace vedette
