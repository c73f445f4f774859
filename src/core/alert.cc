#include "vedette/alert.h"

#include "core/drift_text.h"

namespace vedette {
namespace {

std::vector<const std::string*> texts(const Alert& alert) {
  return {&alert.uid,    &alert.transition_uid, &alert.incident_uid, &alert.detector,  &alert.title,
          &alert.tenant, &alert.technique_id,   &alert.technique,    &alert.tactic_id, &alert.tactic};
}

std::vector<const std::string*> texts(const Alert::Cause& cause) {
  return {&cause.uid, &cause.transition_uid, &cause.detector, &cause.subject};
}

Alert::Cause decode_cause(ByteReader& in) {
  Alert::Cause cause;
  for (std::string* text : {&cause.uid, &cause.transition_uid, &cause.detector, &cause.subject})
    *text = in.text();
  cause.opened_at = from_ms(in.i64());
  return cause;
}

std::string causes_text(const std::vector<Alert::Cause>& causes) {
  if (causes.empty()) return {};
  const Alert::Cause& first = causes.front();
  const std::size_t more = causes.size() - 1;
  return "; may follow from " + first.detector + " of " + first.subject + " (opened " +
         drift::clock_text(first.opened_at) + ")" +
         (more > 0 ? " and " + std::to_string(more) + " more" : "");
}

}  // namespace

void encode(const Alert& alert, ByteWriter& out) {
  out.u64(static_cast<std::uint64_t>(alert.activity));
  for (const std::string* text : texts(alert)) out.text(*text);
  out.i64(alert.detector_version);
  out.u64(static_cast<std::uint64_t>(alert.severity));
  for (const Time time : {alert.opened_at, alert.first_seen, alert.last_seen}) out.i64(to_ms(time));
  out.u64(alert.count);
  out.u64(alert.sequence);
  out.f64(alert.worst_effect);
  out.flag(alert.meta);
  out.flag(alert.test);
  encode(alert.finding, out);
  out.u64(static_cast<std::uint64_t>(alert.side));
  out.u64(alert.causes.size());
  for (const Alert::Cause& cause : alert.causes) {
    for (const std::string* text : texts(cause)) out.text(*text);
    out.i64(to_ms(cause.opened_at));
  }
}

Alert decode_alert(ByteReader& in) {
  Alert alert;
  alert.activity = static_cast<Alert::Activity>(1 + (in.u64() + 2) % 3);
  for (std::string* text :
       {&alert.uid, &alert.transition_uid, &alert.incident_uid, &alert.detector, &alert.title, &alert.tenant,
        &alert.technique_id, &alert.technique, &alert.tactic_id, &alert.tactic})
    *text = in.text();
  alert.detector_version = static_cast<int>(in.i64());
  alert.severity = static_cast<Severity>(1 + (in.u64() + 4) % 5);
  for (Time* time : {&alert.opened_at, &alert.first_seen, &alert.last_seen}) *time = from_ms(in.i64());
  alert.count = in.u64();
  alert.sequence = in.u64();
  alert.worst_effect = in.f64();
  alert.meta = in.flag();
  alert.test = in.flag();
  alert.finding = decode_finding(in);
  if (in.rest().empty()) return alert;  // Stored before alerts had a side.
  alert.side = static_cast<Side>(in.u64() % 4);
  alert.causes.resize(in.count(5));
  for (Alert::Cause& cause : alert.causes) cause = decode_cause(in);
  return alert;
}

std::string message_of(const Alert& alert) {
  const Finding& finding = alert.finding;
  std::string text = to_text(finding.entity) + ": ";
  if (alert.activity == Alert::Activity::close) {
    text += alert.title + " over" + (finding.what.empty() ? "" : ": " + finding.what);
  } else {
    text += (finding.what.empty() ? alert.title : finding.what) + causes_text(alert.causes);
  }
  if (finding.provisional)
    text +=
        finding.baseline_version.empty() ? " (provisional: the baseline is still short)" : " (provisional)";
  return text + ".";
}

}  // namespace vedette
