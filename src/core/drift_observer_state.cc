// What a drift observer saves and takes back, and what its judge directs.
#include <algorithm>

#include "core/drift_observer.h"

namespace vedette::drift {
namespace {

constexpr std::size_t kLiveRows = 32;  ///< Sampled rows per pane and partition.
constexpr std::size_t kRecordedRows = 65'536;

}  // namespace

std::size_t DriftObserver::sampled_rows() const { return common_.recorded ? kRecordedRows : kLiveRows; }

void DriftObserver::save(Partials& out) {
  for (auto& [key, tracked] : tracked_)
    for (const auto& pane : tracked->panes)
      if (pane->dirty) pane->leave(key, out);
}

Status DriftObserver::load(Time pane_end, std::string_view scope, std::string_view bytes) {
  Result<PanePartial> partial = decode_partial(bytes, sampled_rows());
  if (!partial.ok()) return partial.status();
  Tracked* tracked = track(scope);
  if (tracked == nullptr) return Status::degrade("no room for the scope of a saved partial");
  OpenPane& pane = pane_for(*tracked, pane_end, *partial);
  if (pane.bound != nullptr && pane.bound->profile.cells() != partial->cells.size())
    return Status::reject("partial of another profile");
  return pane.take_back(std::move(*partial), bytes.size());
}

/// The open pane that `partial` is of, or a new one.
OpenPane& DriftObserver::pane_for(Tracked& tracked, Time pane_end, const PanePartial& partial) {
  for (const auto& pane : tracked.panes)
    if (pane->end == pane_end && pane->profile == partial.profile) return *pane;
  auto pane = std::make_unique<OpenPane>();
  pane->end = pane_end;
  pane->start = pane_end - kSamplingPane;
  pane->profile = partial.profile;
  for (Followed& followed : tracked.followed) {
    if (followed.bound == nullptr || followed.bound->profile.id != partial.profile) continue;
    pane->bound = followed.bound.get();
    pane->start = pane_end - followed.bound->profile.pane;
  }
  return keep(tracked, std::move(pane));
}

Columns& DriftObserver::columns_of(const Profile& profile) {
  if (columns_.size() >= columns_most_) forget_columns();
  const auto [at, added] = columns_.try_emplace(Columns::key_of(profile));
  if (added) at->second = std::make_unique<Columns>(profile);
  return *at->second;
}

/// Those that no profile has.
void DriftObserver::forget_columns() {
  for (auto& [key, columns] : columns_) columns->used = false;
  for (auto& [key, tracked] : tracked_)
    for (Followed& followed : tracked->followed)
      if (followed.bound) followed.bound->columns.used = true;
  std::erase_if(columns_, [](const auto& entry) { return !entry.second->used; });
  columns_most_ = 2 * columns_.size() + 64;
}

void DriftObserver::apply(const Directive& directive) {
  if (directive.bytes.empty() && !tracked_.contains(directive.scope)) return;
  Tracked* tracked = track(directive.scope);
  if (tracked == nullptr) return;
  tracked->current = nullptr;
  for (auto& pane : tracked->panes) pane->settle();  // With the profile that it was noted for.
  if (directive.bytes.empty()) {
    for (auto& pane : tracked->panes) pane->bound = nullptr;
    tracked->followed = {};
    if (tracked->stands_in) link(tracked->key);
    return;
  }
  ByteReader in(directive.bytes);
  Profile profile = Profile::decode(in);
  if (!in.done() || profile.specs.empty()) return;
  Columns& columns = columns_of(profile);
  profile.drop_specs();
  auto bound = std::make_unique<BoundProfile>(BoundProfile{columns, std::move(profile)});
  const auto& newest = tracked->followed[1].bound;
  const bool again = newest != nullptr && newest->profile.id == bound->profile.id;
  const BoundProfile* leaves = tracked->followed[again ? 1 : 0].bound.get();
  for (auto& pane : tracked->panes) {
    if (pane->bound == leaves) pane->bound = nullptr;
    if (pane->sample || pane->profile != bound->profile.id || pane->cells() != bound->profile.cells())
      continue;
    pane->bound = bound.get();
    pane->start = pane->end - bound->profile.pane;
  }
  if (!again) tracked->followed[0] = std::move(tracked->followed[1]);
  tracked->followed[1] = {directive.effective, std::move(bound)};
  if (tracked->stands_in) link(tracked->key);
}

}  // namespace vedette::drift
