#include "formats/ocsf.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "formats/clean_text.h"
#include "formats/timestamp.h"

namespace vedette {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kAtlasVersion = "5.6.0";

// With these an alert stays below 64 KiB, whatever a detector collects and however it must be escaped.
constexpr std::size_t kMaxItems = 24;
constexpr std::size_t kMaxItem = 128;
constexpr std::size_t kMaxName = 256;
constexpr std::size_t kMaxOwn = 64;  // Ids and names of detectors are shorter.

struct Caption {
  int id;
  const char* name;
};

constexpr std::array<Caption, 3> kActivities = {{{1, "Create"}, {2, "Update"}, {3, "Close"}}};
constexpr std::array<Caption, 3> kStatuses = {{{1, "New"}, {2, "In Progress"}, {4, "Resolved"}}};
constexpr std::array<Caption, 5> kSeverities = {
    {{1, "Informational"}, {2, "Low"}, {3, "Medium"}, {4, "High"}, {5, "Critical"}}};
constexpr std::array<Caption, 5> kRisks = {
    {{0, "Info"}, {1, "Low"}, {2, "Medium"}, {3, "High"}, {4, "Critical"}}};

/// Enumerations of ours count from one.
template <std::size_t size, class Enumeration>
Caption caption_of(const std::array<Caption, size>& captions, Enumeration value) {
  const int at = std::clamp(static_cast<int>(value), 1, static_cast<int>(size));
  return captions[static_cast<std::size_t>(at - 1)];
}

// Half at the limit of the budget, growing with the evidence; a short baseline promises little.
int confidence_score(const Finding& finding) {
  const double ratio = std::isnan(finding.ratio) ? 1.0 : std::max(finding.ratio, 0.0);
  const int score = static_cast<int>(std::lround(100 - 100 / (1 + ratio)));
  return finding.provisional ? std::min(score, 33) : score;
}

Caption confidence_of(int score) {
  return score < 34 ? Caption{1, "Low"} : score < 67 ? Caption{2, "Medium"} : Caption{3, "High"};
}

std::string name_text(std::string_view text) { return clean_text(text, kMaxName); }

void put_text(Json& object, std::string_view name, std::string_view text, std::size_t max_bytes = kMaxName) {
  if (std::string clean = clean_text(text, max_bytes); !clean.empty())
    object[std::string(name)] = std::move(clean);
}

void put_caption(Json& object, const std::string& name, Caption caption) {
  object[name + "_id"] = caption.id;
  object[name] = caption.name;
}

void put_time(Json& object, const char* name, Time time) {
  if (time > Time{} && time < kForever) object[name] = to_ms(time);
}

void put_number(Json& object, const std::string& name, double number) {
  constexpr double kExact = 9007199254740992.0;  // 2^53: whole numbers below it are shown as such.
  if (!std::isfinite(number)) return;
  if (number == std::floor(number) && std::fabs(number) < kExact) {
    object[name] = static_cast<std::int64_t>(number);
  } else {
    object[name] = number;
  }
}

void put_list(Json& object, const char* name, const std::vector<std::string>& texts) {
  Json list = Json::array();
  for (const std::string& text : texts) {
    if (list.size() < kMaxItems) list.push_back(clean_text(text, kMaxItem));
  }
  if (!list.empty()) object[name] = std::move(list);
}

Json metadata_of(const Alert& alert, Time logged_at) {
  Json metadata = {{"version", "1.8.0"}};
  put_text(metadata, "uid", alert.transition_uid);
  put_text(metadata, "correlation_uid", alert.incident_uid);
  metadata["product"] = {{"name", "vedette"}, {"vendor_name", "Vedette"}, {"version", VEDETTE_VERSION}};
  metadata["product"]["feature"] = {{"name", name_text(alert.detector)}};
  metadata["profiles"] = Json::array({"security_control"});
  if (logged_at != kDawn) metadata["logged_time"] = to_ms(logged_at);
  put_text(metadata, "original_time", rfc3339(alert.finding.at));
  put_text(metadata, "tenant_uid", alert.tenant);
  metadata["sequence"] = alert.sequence;
  return metadata;
}

// AML.T0024.002 is a part of AML.T0024, whose name an alert does not carry.
Json attack_of(const Alert& alert) {
  Json attack = {{"version", kAtlasVersion}};
  if (!alert.tactic_id.empty()) {
    attack["tactic"] = Json::object();
    put_text(attack["tactic"], "name", alert.tactic);
    put_text(attack["tactic"], "uid", alert.tactic_id);
  }
  const bool part = std::count(alert.technique_id.begin(), alert.technique_id.end(), '.') > 1;
  Json& technique = attack[part ? "sub_technique" : "technique"] = Json::object();
  put_text(technique, "name", alert.technique);
  put_text(technique, "uid", alert.technique_id);
  return attack;
}

Json finding_info_of(const Alert& alert) {
  Json info = Json::object();
  put_text(info, "uid", alert.uid);
  put_text(info, "title", alert.title);
  put_text(info, "desc", alert.finding.what, kMaxText);
  put_time(info, "created_time", alert.opened_at);
  if (alert.activity != Alert::Activity::create) put_time(info, "modified_time", alert.finding.at);
  put_time(info, "first_seen_time", alert.first_seen);
  put_time(info, "last_seen_time", alert.last_seen);
  Json& analytic = info["analytic"] = {{"type_id", 3}, {"type", "Statistical"}};
  put_text(analytic, "name", alert.title);
  put_text(analytic, "uid", alert.detector);
  analytic["version"] = std::to_string(alert.detector_version);
  if (!alert.technique_id.empty()) info["attacks"] = Json::array({attack_of(alert)});
  info["related_events_count"] = alert.count;
  Json related = Json::array();
  for (const Alert::Cause& cause : alert.causes)
    if (related.size() < Alert::kMostCauses)
      related.push_back({{"uid", clean_text(cause.transition_uid, kMaxOwn)}});
  if (!related.empty()) info["related_events"] = std::move(related);
  if (alert.meta) info["types"] = Json::array({"Vedette itself"});
  return info;
}

Json contribution_of(const Contribution& part) {
  Json object = Json::object();
  put_text(object, "kind", part.kind, kMaxItem);
  object["name"] = clean_text(part.name, kMaxItem);
  put_number(object, "share", part.share);
  if (part.expected != Contribution::kNotGiven) put_number(object, "expected", part.expected);
  if (part.observed != Contribution::kNotGiven) put_number(object, "observed", part.observed);
  return object;
}

Json cause_of(const Alert::Cause& cause) {
  Json object = Json::object();
  put_text(object, "uid", cause.uid, kMaxOwn);
  put_text(object, "detector", cause.detector, kMaxOwn);
  put_text(object, "subject", cause.subject, kMaxItem);
  put_time(object, "opened", cause.opened_at);
  return object;
}

void put_numbers(Json& object, const Finding& finding) {
  put_number(object, "effect", finding.effect);
  put_text(object, "effect_name", finding.effect_name);
  put_number(object, "effect_threshold", finding.effect_threshold);
  put_number(object, "ratio", finding.ratio);
  if (finding.p_value) put_number(object, "p_value", *finding.p_value);
  if (finding.log_e) put_number(object, "log_e", *finding.log_e);
  put_number(object, "n", finding.n);
  put_number(object, "baseline_n", finding.baseline_n);
  if (finding.change_since) put_time(object, "change_since", *finding.change_since);
  object["provisional"] = finding.provisional;
  put_text(object, "baseline_version", finding.baseline_version);
}

Json data_of(const Alert& alert) {
  const Finding& finding = alert.finding;
  Json object = Json::object();
  Json& entity = object["entity"] = Json::object();
  for (const EntityPart& part : kEntityParts) put_text(entity, part.name, finding.entity.*part.text);
  put_text(object, "subject", finding.subject);
  put_list(object, "subjects", finding.subjects);
  put_numbers(object, finding);
  put_number(object, "worst_effect", alert.worst_effect);
  put_list(object, "reasons", finding.reasons);
  Json top = Json::array();
  for (const Contribution& part : finding.top) {
    if (top.size() < kMaxItems) top.push_back(contribution_of(part));
  }
  object["top"] = std::move(top);
  Json causes = Json::array();
  for (const Alert::Cause& cause : alert.causes) {
    if (causes.size() < Alert::kMostCauses) causes.push_back(cause_of(cause));
  }
  if (!causes.empty()) object["may_follow_from"] = std::move(causes);
  Json numbers = Json::object();
  for (const auto& [name, number] : finding.numbers) {
    if (numbers.size() < kMaxItems) put_number(numbers, clean_text(name, kMaxItem), number);
  }
  if (!numbers.empty()) object["numbers"] = std::move(numbers);
  return object;
}

Json evidence_of(const Alert& alert) {
  Json evidence = Json::object();
  put_text(evidence, "name", alert.detector);
  if (const std::string user = name_text(alert.finding.entity.principal); !user.empty())
    evidence["actor"] = {{"user", {{"uid", user}}}};
  evidence["data"] = data_of(alert);
  return evidence;
}

std::string model_uid(const Entity& entity) {
  return clean_text("model:" + entity.model + (entity.version.empty() ? "" : ":" + entity.version));
}

Json resources_of(const Entity& entity) {
  Json list = Json::array();
  if (!entity.model.empty()) {
    Json model = {{"uid", model_uid(entity)}, {"type", "ai_model"}, {"name", name_text(entity.model)}};
    put_text(model, "version", entity.version);
    list.push_back(std::move(model));
  }
  for (const EntityPart& part : kEntityParts) {
    const bool of_model = part.text == &Entity::model || part.text == &Entity::version;
    if (of_model || (entity.*part.text).empty()) continue;
    list.push_back({{"type", part.name}, {"name", name_text(entity.*part.text)}});
  }
  return list;
}

Json observables_of(const Entity& entity) {
  Json list = Json::array();
  if (const std::string user = name_text(entity.principal); !user.empty())
    list.push_back({{"name", "evidences[0].actor.user.uid"},
                    {"type_id", 31},
                    {"type", "User Object: uid"},
                    {"value", user}});
  if (!entity.model.empty())
    list.push_back({{"name", "resources[0].uid"},
                    {"type_id", 10},
                    {"type", "Resource UID"},
                    {"value", model_uid(entity)}});
  return list;
}

// Values of observations are texts in OCSF; they are written as JSON writes the number.
Json observed(const std::string& parameter, double value, double n) {
  Json number = Json::object();
  put_number(number, "value", value);
  Json observation = {{"value", number.contains("value") ? number["value"].dump() : "unknown"}};
  if (std::isfinite(n) && n >= 1 && n < 2147483648.0) observation["count"] = static_cast<std::int64_t>(n);
  return {{"observation_parameter", parameter}, {"observations", Json::array({observation})}};
}

Json anomaly_analysis_of(const Alert& alert) {
  const Finding& finding = alert.finding;
  const std::string parameter = name_text(finding.effect_name);
  Json targets = Json::array({{{"name", name_text(to_text(finding.entity))}, {"type", "entity"}}});
  if (const std::string subject = name_text(finding.subject); !subject.empty())
    targets.push_back({{"name", subject}, {"type", "subject"}});
  return {{"analysis_targets", targets},
          {"anomalies", Json::array({observed(parameter, finding.effect, finding.n)})},
          {"baselines", Json::array({observed(parameter, finding.effect_threshold, finding.baseline_n)})}};
}

void put_class(Json& event, const Alert& alert) {
  const Caption activity = caption_of(kActivities, alert.activity);
  event["activity_id"] = activity.id;
  event["activity_name"] = activity.name;
  event["category_uid"] = 2;
  event["category_name"] = "Findings";
  event["class_uid"] = 2004;
  event["class_name"] = "Detection Finding";
  event["type_uid"] = 200400 + activity.id;
  event["type_name"] = std::string("Detection Finding: ") + activity.name;
}

void put_judgement(Json& event, const Alert& alert) {
  put_caption(event, "severity", caption_of(kSeverities, alert.severity));
  put_caption(event, "status", caption_of(kStatuses, alert.activity));
  event["is_alert"] = true;
  const int score = confidence_score(alert.finding);
  put_caption(event, "confidence", confidence_of(score));
  event["confidence_score"] = score;
  put_caption(event, "risk_level", caption_of(kRisks, alert.severity));
  put_caption(event, "action", {3, "Observed"});
  put_caption(event, "disposition", {19, "Alert"});
  if (alert.test) put_caption(event, "verdict", {6, "Test"});
}

}  // namespace

std::string ocsf(const Alert& alert, Time logged_at) {
  const Finding& finding = alert.finding;
  Json event = Json::object();
  put_class(event, alert);
  event["time"] = to_ms(finding.at);
  put_time(event, "start_time", finding.start);
  put_time(event, "end_time", finding.end);
  event["count"] = alert.count;
  put_judgement(event, alert);
  put_text(event, "message", message_of(alert), kMaxText);
  event["metadata"] = metadata_of(alert, logged_at);
  event["finding_info"] = finding_info_of(alert);
  if (!finding.effect_name.empty()) event["anomaly_analyses"] = Json::array({anomaly_analysis_of(alert)});
  event["evidences"] = Json::array({evidence_of(alert)});
  if (Json list = resources_of(finding.entity); !list.empty()) event["resources"] = std::move(list);
  if (Json list = observables_of(finding.entity); !list.empty()) event["observables"] = std::move(list);
  if (const std::string steps = clean_text(finding.next_steps); !steps.empty())
    event["remediation"] = {{"desc", steps}};
  return event.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace vedette
