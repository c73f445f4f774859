#include "app/alert_changes.h"

#include <algorithm>
#include <map>

namespace vedette {
namespace {

/// Alerts this far apart are two, however alike.
constexpr Duration kNear = kDay;

std::map<std::string, std::vector<const Alert*>> created_by_key(const std::vector<Alert>& transitions) {
  std::map<std::string, std::vector<const Alert*>> alerts;
  for (const Alert& alert : transitions)
    if (alert.activity == Alert::Activity::create)
      alerts[alert.detector + '\n' + to_key(alert.finding.entity) + '\n' + alert.finding.subject].push_back(
          &alert);
  return alerts;
}

/// Alerts of one detector, entity and subject, each list in order of time: what stands at the front of both
/// belongs together if it is near, else the earlier one has no counterpart.
void pair_up(const std::vector<const Alert*>& before, const std::vector<const Alert*>& after,
             std::vector<AlertChange>& out) {
  std::size_t b = 0;
  std::size_t a = 0;
  while (b < before.size() || a < after.size()) {
    const Alert* const old = b < before.size() ? before[b] : nullptr;
    const Alert* const now = a < after.size() ? after[a] : nullptr;
    const Duration apart =
        old != nullptr && now != nullptr ? now->finding.at - old->finding.at : kForever - kDawn;
    if (old != nullptr && now != nullptr && apart >= -kNear && apart <= kNear) {
      out.push_back({old, now});
      ++b, ++a;
    } else if (now == nullptr || (old != nullptr && old->finding.at < now->finding.at)) {
      out.push_back({old, nullptr});
      ++b;
    } else {
      out.push_back({nullptr, now});
      ++a;
    }
  }
}

}  // namespace

std::vector<AlertChange> changes_of(const std::vector<Alert>& before, const std::vector<Alert>& after) {
  const auto old = created_by_key(before);
  const auto now = created_by_key(after);
  std::vector<AlertChange> changes;
  for (const auto& [key, alerts] : old) {
    const auto same = now.find(key);
    pair_up(alerts, same == now.end() ? std::vector<const Alert*>{} : same->second, changes);
  }
  for (const auto& [key, alerts] : now)
    if (!old.contains(key)) pair_up({}, alerts, changes);
  std::stable_sort(changes.begin(), changes.end(), [](const AlertChange& a, const AlertChange& b) {
    const auto at = [](const AlertChange& c) {
      return (c.after != nullptr ? c.after : c.before)->finding.at;
    };
    return at(a) < at(b);
  });
  return changes;
}

}  // namespace vedette
