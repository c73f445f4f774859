#include "formats/syslog.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "formats/clean_text.h"
#include "formats/timestamp.h"

namespace vedette {
namespace {

// With all escapes a value doubles at most, so the whole stays below kMaxSyslogMessage.
constexpr std::size_t kMaxValue = 128;
constexpr std::size_t kMaxReasons = 256;

std::string_view severity_name(Severity severity) {
  constexpr std::array<std::string_view, 5> kNames = {"informational", "low", "medium", "high", "critical"};
  return kNames[static_cast<std::size_t>(std::clamp(static_cast<int>(severity), 1, 5) - 1)];
}

std::string_view activity_name(Alert::Activity activity) {
  switch (activity) {
    case Alert::Activity::update:
      return "update";
    case Alert::Activity::close:
      return "close";
    default:
      return "create";
  }
}

/// Writes one structured-data element (RFC 5424, section 6.3).
class Element {
 public:
  Element(std::string& out, std::string_view id) : out_(out) { out_.append("[").append(id); }
  ~Element() { out_.push_back(']'); }
  Element(const Element&) = delete;
  Element& operator=(const Element&) = delete;

  void text(std::string_view name, std::string_view value, std::size_t max_bytes = kMaxValue) {
    if (value.empty()) return;
    out_.append(" ").append(name).append("=\"");
    for (const char c : clean_text(value, max_bytes)) {
      if (c == '"' || c == '\\' || c == ']') out_.push_back('\\');
      out_.push_back(c);
    }
    out_.push_back('"');
  }
  void number(std::string_view name, double value) {
    if (!std::isfinite(value)) return;
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.begin(), digits.end(), value).ptr;
    text(name, {digits.data(), static_cast<std::size_t>(end - digits.begin())});
  }
  void time(std::string_view name, Time at) {
    if (at > Time{}) text(name, rfc3339(at));
  }

 private:
  std::string& out_;
};

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all.append(all.empty() ? "" : ",").append(text);
  return all;
}

std::string uids_of(const std::vector<Alert::Cause>& causes) {
  std::vector<std::string> uids;
  for (const Alert::Cause& cause : causes) uids.push_back(cause.uid);
  return joined(uids);
}

void append_header(std::string& out, const Alert& alert, const SyslogIdentity& identity) {
  const int severity = 7 - std::clamp(static_cast<int>(alert.severity), 1, 5);
  const int facility = std::clamp(identity.facility, 0, 23);
  std::string at = rfc3339(alert.finding.at);
  out.append("<").append(std::to_string(facility * 8 + severity)).append(">1 ");
  out.append(at.empty() ? "-" : at).append(" ").append(clean_name(identity.hostname, 255));
  out.append(" ")
      .append(clean_name(identity.app_name, 48))
      .append(" ")
      .append(clean_name(identity.process_id, 128));
  out.append(" ").append(clean_name(alert.detector, 32)).append(" ");
}

void append_common(std::string& out, const Alert& alert, const SyslogIdentity& identity) {
  {
    Element origin(out, "origin");
    origin.text("software", "vedette");
    origin.text("swVersion", VEDETTE_VERSION);
    origin.text("enterpriseId", std::to_string(identity.enterprise_id));
  }
  Element meta(out, "meta");
  constexpr std::uint64_t kMaxSequence = 2147483647;  // RFC 5424, section 7.3.1.
  meta.text("sequenceId", std::to_string(std::clamp<std::uint64_t>(alert.sequence, 1, kMaxSequence)));
}

void append_entity(Element& element, const Entity& entity) {
  element.text("model", entity.version.empty() ? entity.model : entity.model + ":" + entity.version);
  element.text("segment", entity.segment);
  element.text("principal", entity.principal);
  element.text("resource", entity.resource);
  element.text("series", entity.series);
}

void append_evidence(Element& element, const Finding& finding) {
  element.text("subject", finding.subject);
  element.text("effectName", finding.effect_name);
  element.number("effect", finding.effect);
  element.number("threshold", finding.effect_threshold);
  if (finding.p_value) element.number("p", *finding.p_value);
  if (finding.log_e) element.number("logE", *finding.log_e);
  element.number("n", finding.n);
  element.number("baselineN", finding.baseline_n);
  if (finding.change_since) element.time("since", *finding.change_since);
  element.time("start", finding.start);
  element.time("end", finding.end);
  element.text("why", joined(finding.reasons), kMaxReasons);
}

void append_alert(std::string& out, const Alert& alert, Time logged_at, const SyslogIdentity& identity) {
  Element element(out, "alert@" + std::to_string(std::max(identity.enterprise_id, 0)));
  element.text("id", alert.transition_uid);
  element.text("alert", alert.uid);
  element.text("incident", alert.incident_uid);
  element.text("activity", activity_name(alert.activity));
  element.text("rule", alert.detector);
  element.text("title", alert.title);
  element.text("sev", severity_name(alert.severity));
  element.text("count", std::to_string(alert.count));
  element.text("atlas", alert.technique_id);
  element.text("tenant", alert.tenant);
  append_entity(element, alert.finding.entity);
  append_evidence(element, alert.finding);
  element.text("follows", uids_of(alert.causes));
  if (logged_at != kDawn) element.time("logged", logged_at);
}

}  // namespace

std::optional<int> syslog_facility(std::string_view name) {
  constexpr std::array<std::string_view, 24> kNames = {
      "kern",   "user",   "mail",     "daemon", "auth",   "syslog",   "lpr",    "news",
      "uucp",   "cron",   "authpriv", "ftp",    "ntp",    "security", "alert",  "clock",
      "local0", "local1", "local2",   "local3", "local4", "local5",   "local6", "local7"};
  const auto found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<int>(found - kNames.begin());
}

std::string syslog_rfc5424(const Alert& alert, Time logged_at, const SyslogIdentity& identity) {
  std::string out;
  append_header(out, alert, identity);
  append_common(out, alert, identity);
  append_alert(out, alert, logged_at, identity);
  out.append(identity.byte_order_mark ? " \xEF\xBB\xBF" : " ").append(clean_text(message_of(alert)));
  return out;
}

}  // namespace vedette
