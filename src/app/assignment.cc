#include "app/assignment.h"

#include <algorithm>

namespace vedette {

std::vector<PartitionListener::Start> Assignment::assigned(std::span<const PartitionId> partitions) {
  std::vector<Start> starts;
  // All of them hold back the judge before the first one is read: it must not go on without the others.
  for (const PartitionId& id : partitions)
    if (topics_.by_name.contains(id.topic)) board_.join(id);
  for (const PartitionId& id : partitions) {
    const auto topic = topics_.by_name.find(id.topic);
    if (topic == topics_.by_name.end()) continue;
    StreamOptions options = topic->second;
    options.id = id;
    auto stream = std::make_unique<PartitionStream>(std::move(options), *topics_.detectors);
    const Status loaded = stream->load(store_);
    if (!loaded.ok()) {
      failure_ = loaded;
      return {};
    }
    starts.push_back({id, stream->next_offset()});
    Worker* worker =
        *std::min_element(workers_.begin(), workers_.end(),
                          [](const Worker* a, const Worker* b) { return a->load() < b->load(); });
    owners_[id] = worker;
    worker->add(std::move(stream));
  }
  log_.info("partitions assigned", {{"count", std::to_string(starts.size())}});
  return starts;
}

void Assignment::revoked(std::span<const PartitionId> partitions, bool lost) {
  std::map<Worker*, std::vector<PartitionId>> by_worker;
  for (const PartitionId& id : partitions) {
    const auto owner = owners_.find(id);
    if (owner == owners_.end()) continue;
    by_worker[owner->second].push_back(id);
    owners_.erase(owner);
  }
  for (auto& [worker, ids] : by_worker) worker->remove(ids, lost);
  log_.info("partitions revoked",
            {{"count", std::to_string(partitions.size())}, {"lost", lost ? "yes" : "no"}});
}

void Assignment::gap(const PartitionId& partition, std::int64_t from, std::int64_t to) {
  const std::string name = partition.topic + "/" + std::to_string(partition.partition);
  log_.error("records are gone before they were read",
             {{"partition", name}, {"from", std::to_string(from)}, {"to", std::to_string(to)}});
  board_.tell("feed_gap", name,
              "records " + std::to_string(from) + " to " + std::to_string(to - 1) + " of " + name +
                  " were gone before they were read (retention); what happened there is not judged");
}

}  // namespace vedette
