// Detects: a group of people that gets the favourable answer less often than another (four-fifths rule,
//   demographic parity), or, once labels come, is rightly (equal opportunity) or wrongly selected less often;
//   by the rule, and worse than in the baseline.
// Reads: the protected fields that are configured, label, score or probabilities of inference events; label
//   events.
// State per key (model version): 512 blocks of six counts for each group, typically 40 KB; per model answers
//   that wait for a label, about 120 bytes each.
// Blind to: fields that are not configured, and combinations of them; groups below min_events; amounts such
// as
//   an age, unless they come in bands; reasons, lawful or not; what nobody labels, in rates that need labels.
// Source: four-fifths rule (EEOC 1978); equal opportunity (Hardt et al. 2016); intervals of Wilson 1927, Katz
//   1978 and Newcombe 1998, widened by the design effect of earlier windows.

#include "vedette/fairness.h"

namespace vedette {
namespace {

struct Params {
  FairnessSettings settings;
  void describe(Settings& table) { settings.describe(table); }
  Result<std::unique_ptr<Detector>> build(const Common& common) const {
    return make_fairness_detector(settings, common);
  }
};

/// Labels are joined pane by pane.
Common defaults() {
  Common common;
  common.window = 10 * kSecond;
  common.max_keys = 1000;
  return common;
}

}  // namespace

extern const DetectorKind fairness_kind;
const DetectorKind fairness_kind = {
    .name = "fairness",
    .version = 1,
    .title = "Unfair outcomes",
    .detects =
        "A group of people that gets the favourable answer less often than another (four-fifths rule, "
        "demographic parity), or, once labels come, is rightly (equal opportunity) or wrongly selected less "
        "often; by the rule, and worse than in the baseline.",
    .reads =
        "The protected fields that are configured, label, score or probabilities of inference events; label "
        "events.",
    .state =
        "Per model version: 512 blocks of six counts for each group, typically 40 KB. Per model: answers "
        "that "
        "wait for a label, about 120 bytes each.",
    .blind_to =
        "Fields that are not configured, and combinations of them; groups below min_events; amounts such as "
        "an "
        "age, unless they come in bands; reasons, lawful or not; what nobody labels, in rates that need "
        "labels.",
    .source =
        "Four-fifths rule (EEOC 1978); equal opportunity (Hardt et al. 2016); intervals of Wilson, Katz and "
        "Newcombe, widened by the design effect of earlier windows.",
    .technique = {},
    .side = Side::outputs,
    // It watches only models whose protected fields are configured.
    .weight = 0.25,
    .defaults = defaults(),
    .plan = plan_of<Params>,
};

}  // namespace vedette
