#include "core/model_change_steps.h"

namespace vedette::model_change {
namespace {

KnownDigest* find(KnownVersion& version, NameHash key) {
  for (KnownDigest& digest : version.digests)
    if (digest.key == key) return &digest;
  return nullptr;
}

/// Null: no room, since all others were seen in this pane too.
KnownDigest* add(KnownVersion& version, NameHash key, const Moment& now, std::uint64_t& evicted) {
  std::vector<KnownDigest>& digests = version.digests;
  if (digests.size() == ModelState::kMostDigestsOfVersion) {
    ++evicted;
    const auto oldest = std::min_element(digests.begin(), digests.end(),
                                         [](const auto& a, const auto& b) { return a.last < b.last; });
    if (oldest->last >= now.end) return nullptr;
    digests.erase(oldest);
  }
  KnownDigest& added = digests.emplace_back();
  added.key = key;
  return &added;
}

/// What a version answered with so far, the latest first.
std::string usual_digest(const KnownVersion& version) {
  const auto latest = std::max_element(version.digests.begin(), version.digests.end(),
                                       [](const auto& a, const auto& b) { return a.last < b.last; });
  return latest == version.digests.end() ? std::string() : latest->text;
}

Change change_of(Reason reason, const KnownVersion& version, const SeenDigest& seen, const Moment& now) {
  Change change;
  change.reason = reason;
  change.version = version.text;
  change.subject = seen.text;
  change.effect = static_cast<double>(seen.count);
  change.n = seen.count;
  change.since = now.start;
  return change;
}

/// Digests that nobody knows yet go last, so that they do not push out what is in use.
struct Arrival {
  NameHash key = 0;
  const SeenDigest* seen = nullptr;
  KnownVersion* version = nullptr;
  bool told = false;
  std::string before;
};

void take_arrival(const Arrival& arrival, const Moment& now, std::vector<Change>& changes,
                  std::uint64_t& evicted) {
  const SeenDigest& seen = *arrival.seen;
  KnownDigest* const added = add(*arrival.version, arrival.key, now, evicted);
  if (added != nullptr) {
    added->text = seen.text;
    added->last = now.end;
  }
  const bool refused = seen.approval == SeenDigest::Approval::refused;
  if (refused && added != nullptr) added->refused_at = now.end;
  if (!refused && !arrival.told) return;
  Change change = change_of(refused ? Reason::not_approved : Reason::new_digest, *arrival.version, seen, now);
  change.before = arrival.before;
  change.listed = seen.approval == SeenDigest::Approval::approved;
  change.beyond_cap = added == nullptr;
  changes.push_back(std::move(change));
}

/// Versions that have been away for longest forget theirs, and learn anew should they come back.
void limit(ModelState& state, std::uint64_t& evicted) {
  std::size_t all = 0;
  for (const auto& [hash, version] : state.versions) all += version.digests.size();
  while (all > ModelState::kMostDigests) {
    KnownVersion* oldest = nullptr;
    for (auto& [hash, version] : state.versions)
      if (!version.digests.empty() && (oldest == nullptr || version.seen < oldest->seen)) oldest = &version;
    all -= oldest->digests.size();
    evicted += oldest->digests.size();
    oldest->digests.clear();
  }
}

}  // namespace

void step_digests(ModelState& state, const Seen& seen, const Moment& now, std::vector<Change>& changes,
                  std::uint64_t& evicted) {
  std::vector<Arrival> arrivals;
  for (const auto& [key, one] : seen.digests.slots()) {
    const auto version = state.versions.find(one.version);
    if (version == state.versions.end()) continue;
    KnownDigest* const known = find(version->second, key);
    if (known == nullptr) {
      // A version that is new itself brings its digest; one that had none only begins to say it.
      const bool first = version->second.digests.empty() || version->second.first >= now.start;
      arrivals.push_back({key, &one, &version->second, !first && !now.learning, {}});
      continue;
    }
    known->last = now.end;
    if (one.approval == SeenDigest::Approval::refused && due(known->refused_at, now.end))
      changes.push_back(change_of(Reason::not_approved, version->second, one, now));
  }
  for (Arrival& arrival : arrivals) arrival.before = usual_digest(*arrival.version);
  for (const Arrival& arrival : arrivals) take_arrival(arrival, now, changes, evicted);
  if (!arrivals.empty()) limit(state, evicted);
}

}  // namespace vedette::model_change
