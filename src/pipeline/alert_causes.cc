#include "pipeline/alert_causes.h"

#include <algorithm>
#include <span>
#include <string_view>
#include <tuple>

#include "vedette/drift.h"

namespace vedette {
namespace {

bool agree(const Entity& a, const Entity& b) {
  return std::all_of(kEntityParts.begin(), kEntityParts.end(), [&](const EntityPart& part) {
    const std::string& one = a.*part.text;
    const std::string& other = b.*part.text;
    return one.empty() || other.empty() || one == other;
  });
}

/// As last estimated: an alert may have taken up a later change than the one it was opened for.
Time began(const Alert& alert) { return alert.finding.change_since.value_or(alert.finding.start); }

bool earlier(const Alert* a, const Alert* b) {
  const auto rank = [](const Alert& alert) {
    return std::tuple(alert.side, began(alert), alert.opened_at, std::string_view(alert.detector),
                      std::string_view(alert.uid));
  };
  return rank(*a) < rank(*b);
}

}  // namespace

Side side_of(Side declared, const Finding& finding) {
  return finding.subject.ends_with(kOutcome) ? Side::outputs : declared;
}

void AlertCauses::add(const Alert& alert) {
  const std::string& model = alert.finding.entity.model;
  if ((alert.side == Side::inputs || alert.side == Side::relations) && !model.empty())
    by_model_[model].insert(&alert);
}

void AlertCauses::remove(const Alert& alert) {
  const auto of_model = by_model_.find(alert.finding.entity.model);
  if (of_model == by_model_.end()) return;
  of_model->second.erase(&alert);
  if (of_model->second.empty()) by_model_.erase(of_model);
}

std::vector<Alert::Cause> AlertCauses::of(const Alert& alert, Time since) const {
  const auto of_model = by_model_.find(alert.finding.entity.model);
  if (of_model == by_model_.end()) return {};
  std::vector<const Alert*> found;
  for (const Alert* one : of_model->second) {
    const bool now = one->activity != Alert::Activity::close || one->opened_at >= since;
    if (one->side < alert.side && now && agree(one->finding.entity, alert.finding.entity))
      found.push_back(one);
  }
  const std::size_t named = std::min(found.size(), Alert::kMostCauses);
  std::partial_sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(named), found.end(), earlier);
  std::vector<Alert::Cause> causes;
  for (const Alert* one : std::span(found).first(named))
    causes.push_back({one->uid, one->transition_uid, one->detector, one->finding.subject, one->opened_at});
  return causes;
}

}  // namespace vedette
