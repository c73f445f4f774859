// Versions without a baseline of their own, compared with that of another version meanwhile.
#include <algorithm>
#include <cctype>
#include <tuple>

#include "core/drift_judge.h"

namespace vedette::drift {
namespace {

/// Who invents versions gets no more of them compared at once.
constexpr std::size_t kMostStandIns = 4;
constexpr Duration kIdle = kDay;  ///< Unseen for so long, a stand-in leaves its place to another.

std::string_view take_digits(std::string_view& text) {
  const auto end =
      std::find_if_not(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
  std::string_view digits = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(digits.size());
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  return digits;
}

/// As people count: 9 comes before 10.
bool version_before(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    const std::string_view left = take_digits(a);
    const std::string_view right = take_digits(b);
    if (left != right) return std::pair(left.size(), left) < std::pair(right.size(), right);
    if (a.empty() || b.empty()) break;
    if (a.front() != b.front()) return a.front() < b.front();
    a.remove_prefix(1);
    b.remove_prefix(1);
  }
  return a.size() < b.size();
}

std::string named(const std::string& version) {
  return version.empty() ? "events without a version" : "version " + version;
}

BorrowedBaseline loan_of(const ScopeJudge& scope) {
  return {scope.entity().model, scope.entity().version, scope.baseline_version()};
}

}  // namespace

void name_baseline(const std::string& version, Finding& finding) {
  finding.baseline_version = version;
  const std::string own = named(finding.entity.version);
  if (finding.phase == Finding::Phase::recovered) {
    finding.what += ", compared with " + named(version);
    return;
  }
  finding.reasons.emplace_back("OTHER_VERSION");
  const bool have = finding.entity.version.empty();
  finding.what += "; compared with " + named(version) + ", since " + own + (have ? " have" : " has") +
                  " no baseline of " + (have ? "their" : "its") + " own yet";
  finding.next_steps += " A new version may differ rightly.";
}

void ScopeJudge::stand_in(const ScopeJudge& elder, Time at, StepContext& context) {
  baseline_version_ = elder.entity_.version;
  final_ = elder.final_;
  usual_clients_ = elder.usual_clients_;
  unsettled_ = elder.unsettled_;
  seen_ = at;
  start_watch(elder.watch_->model(), ceil_to(at + common_.lateness + kHorizon, final_.profile.pane));
  direct(final_.profile, watch_start_, context);
}

void ScopeJudge::stand_down(Time at, StepContext& context) {
  if (!watch_) return;
  for (const Transition& transition : watch_->life().stop(watch_->bank().at())) {
    const Story story{entity_, final_, *watch_, true, at};
    Finding finding = context.explain(story, transition);
    finding.baseline_version = baseline_version_;
    finding.reasons = {"COMPARISON_ENDED"};
    finding.what = "the comparison with " + named(baseline_version_) + " has ended";
    context.out.find(at + common_.lateness, std::move(finding));
  }
}

void DriftJudge::enlist(Entry& entry) {
  const ScopeJudge& scope = *entry.scope;
  if (entry.waits != scope.waits()) {
    entry.waits = scope.waits();
    entry.waits ? ++tally_.waiting : --tally_.waiting;
  }
  if (entry.held != scope.held()) {
    entry.held = scope.held();
    entry.held ? ++tally_.held : --tally_.held;
  }
  if (entry.in_force || !scope.judges()) return;
  entry.in_force = true;
  Kin& kin = kin_[family_of(scope.entity())];
  (scope.stands_in() ? kin.stand_ins : kin.elders).insert(entry.rank.key);
  if (scope.stands_in()) ++borrowed_[loan_of(scope)];
}

/// The scope is about to leave.
void DriftJudge::strike_off(const Entry& entry) {
  if (entry.waits) --tally_.waiting;
  if (entry.held) --tally_.held;
  if (!entry.in_force) return;
  const auto kin = kin_.find(family_of(entry.scope->entity()));
  if (entry.scope->stands_in()) {
    const auto loan = borrowed_.find(loan_of(*entry.scope));
    if (--loan->second == 0) borrowed_.erase(loan);
  }
  kin->second.elders.erase(entry.rank.key);
  kin->second.stand_ins.erase(entry.rank.key);
  if (kin->second.elders.empty() && kin->second.stand_ins.empty()) kin_.erase(kin);
}

/// The one seen last, by hours; of several that are in use, the highest version.
const ScopeJudge& DriftJudge::newest_of(const Kin& kin) const {
  const ScopeJudge* newest = nullptr;
  for (const std::string_view key : kin.elders) {
    const ScopeJudge& scope = *scopes_.find(key)->second.scope;
    const auto hour = [](const ScopeJudge& one) { return floor_to(one.seen(), kHour); };
    if (newest == nullptr || hour(*newest) < hour(scope) ||
        (hour(*newest) == hour(scope) && version_before(newest->entity().version, scope.entity().version)))
      newest = &scope;
  }
  return *newest;
}

bool DriftJudge::has_place(Kin& kin, Time at, StepContext& context) {
  if (scopes_.size() >= static_cast<std::size_t>(common_.max_keys)) return false;
  if (kin.stand_ins.size() < kMostStandIns) return true;
  const auto seen = [this](std::string_view key) { return scopes_.find(key)->second.scope->seen(); };
  const auto idlest =
      std::min_element(kin.stand_ins.begin(), kin.stand_ins.end(),
                       [&](std::string_view a, std::string_view b) { return seen(a) < seen(b); });
  if (seen(*idlest) + kIdle > at) return false;
  end_stand_in(*idlest, at, context);
  return true;
}

void DriftJudge::find_stand_in(const ScopeJudge& scope, Time at, StepContext& context) {
  if (!settings_.fallback || static_cast<double>(scope.traffic()) < kMinEvents) return;
  const auto kin = kin_.find(family_of(scope.entity()));
  if (kin == kin_.end() || kin->second.elders.empty()) return;
  const std::string key = stand_in_key(scope.key());
  if (scopes_.contains(key) || !has_place(kin->second, at, context)) return;
  auto judge = std::make_unique<ScopeJudge>(key, source_, settings_, common_);
  judge->stand_in(newest_of(kin->second), at, context);
  queue(insert(std::move(judge)));
  touched_.insert(key);
}

void DriftJudge::end_stand_in(std::string_view key, Time at, StepContext& context) {
  const auto found = scopes_.find(key);
  if (found == scopes_.end()) return;
  if (found->second.due == at) found->second.scope->step(at, ScopeJudge::Source::live, context);
  found->second.scope->stand_down(at, context);
  take_out(key)->forget(context.out);
  tally_.keys = scopes_.size();
}

void DriftJudge::end_stand_ins(const ScopeJudge& scope, Time at, StepContext& context) {
  end_stand_in(stand_in_key(scope.key()), at, context);
  const auto kin = kin_.find(family_of(scope.entity()));
  if (kin == kin_.end()) return;
  std::vector<std::string> ended;
  for (const std::string_view key : kin->second.stand_ins)
    if (scopes_.find(key)->second.scope->baseline_version() == scope.entity().version)
      ended.emplace_back(key);
  for (const std::string& key : ended) end_stand_in(key, at, context);
}

}  // namespace vedette::drift
