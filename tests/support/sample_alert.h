#pragma once

#include "vedette/alert.h"

namespace vedette {

/// An alert with every field set.
inline Alert sample_alert() {
  Alert alert;
  alert.uid = "5d1f0c9b2e7a4431";
  alert.transition_uid = "0f5e3c1b8a9d47e2";
  alert.incident_uid = "a8e7c5b4928d6f0e";
  alert.detector = "feature_drift";
  alert.detector_version = 3;
  alert.title = "Feature drift";
  alert.tenant = "retail-eu";
  alert.severity = Severity::high;
  alert.opened_at = from_ms(1772446543000);
  alert.first_seen = from_ms(1772443860000);
  alert.last_seen = from_ms(1772446542000);
  alert.count = 4;
  alert.sequence = 1;
  alert.worst_effect = 0.61;
  alert.technique_id = "AML.T0024.002";
  alert.technique = "Extract AI Model";
  alert.tactic_id = "AML.TA0010";
  alert.tactic = "Exfiltration";
  Finding& finding = alert.finding;
  finding.entity.model = "fraud-scorer";
  finding.entity.version = "7";
  finding.entity.tenant = "retail-eu";
  finding.entity.segment = "region=eu";
  finding.entity.principal = "p:k0:9f2c61d07a4e11b0";
  finding.subject = "income";
  finding.subjects = {"income", "age"};
  finding.at = from_ms(1772446542123);
  finding.start = from_ms(1772443800000);
  finding.end = from_ms(1772446500000);
  finding.effect_name = "psi";
  finding.effect = 0.61;
  finding.effect_threshold = 0.2;
  finding.ratio = 3;
  finding.n = 381;
  finding.baseline_n = 12000;
  finding.p_value = 1.25e-9;
  finding.log_e = 12.5;
  finding.change_since = from_ms(1772443920000);
  finding.reasons = {"MEAN_SHIFT", "NEW_BIN"};
  finding.top = {{"bin", "[52000, 61000)", 0.7, 0.1, 0.45}, {"client", "p:k0:1", 0.2, -1, -1}};
  finding.numbers = {{"psi", 0.61}, {"ks", 0.31}};
  finding.what = "income rose from 52000 to 61000 since 09:32";
  finding.next_steps = "Ask the owner of the income feed.";
  return alert;
}

/// The same with `text` wherever an alert carries text.
inline Alert alert_full_of(const std::string& text) {
  Alert alert = sample_alert();
  Finding& finding = alert.finding;
  for (std::string* field : {&alert.uid,
                             &alert.transition_uid,
                             &alert.incident_uid,
                             &alert.detector,
                             &alert.title,
                             &alert.tenant,
                             &alert.technique_id,
                             &alert.technique,
                             &alert.tactic_id,
                             &alert.tactic,
                             &finding.entity.model,
                             &finding.entity.version,
                             &finding.entity.tenant,
                             &finding.entity.segment,
                             &finding.entity.principal,
                             &finding.entity.resource,
                             &finding.entity.series,
                             &finding.subject,
                             &finding.effect_name,
                             &finding.what,
                             &finding.next_steps})
    *field = text;
  finding.subjects = finding.reasons = {text, text};
  finding.top = {{text, text, 0.5, 0.1, 0.2}};
  finding.numbers = {{text, 1}};
  alert.causes.assign(9, {text, text, text, text, alert.opened_at});
  return alert;
}

}  // namespace vedette
