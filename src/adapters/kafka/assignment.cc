#include "adapters/kafka/assignment.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "adapters/kafka/start_offsets.h"

namespace vedette::kafka {
namespace {

constexpr Duration kAskWhileAssigning{3000};

std::int64_t stored_offset(const std::vector<PartitionListener::Start>& starts,
                           const PartitionId& partition) {
  const auto stored = std::find_if(starts.begin(), starts.end(),
                                   [&](const auto& start) { return start.partition == partition; });
  return stored == starts.end() || stored->offset < 0 ? Lane::kUnknown : stored->offset;
}

}  // namespace

Lane* Assignment::find(const PartitionId& partition) const {
  const auto found = lanes_.find(partition);
  return found == lanes_.end() ? nullptr : found->second.get();
}

void Assignment::learn_protocol() {
  const char* protocol = rd_kafka_rebalance_protocol(client_);
  cooperative_.store(protocol != nullptr && std::string_view(protocol) == "COOPERATIVE");
}

void Assignment::begin(const std::vector<PartitionId>& partitions,
                       const std::vector<PartitionListener::Start>& starts) {
  learn_protocol();
  {
    const std::unique_lock exclusive(mutex_);
    for (const PartitionId& partition : partitions)
      lanes_[partition] =
          std::make_unique<Lane>(client_, partition, stored_offset(starts, partition), wake_up_);
  }
  find_missing_starts(kAskWhileAssigning);
  fetch(partitions);
}

void Assignment::end(const std::vector<PartitionId>& partitions) {
  learn_protocol();
  if (!cooperative()) {
    rd_kafka_assign(client_, nullptr);
  } else {
    std::vector<Position> fetching;
    for (const PartitionId& partition : partitions)
      if (const Lane* lane = find(partition); lane != nullptr && lane->fetching)
        fetching.push_back({partition, 0});
    check("unassign", rd_kafka_incremental_unassign(client_, to_list(fetching).get()));
  }
  const std::unique_lock exclusive(mutex_);
  for (const PartitionId& partition : partitions) lanes_.erase(partition);
}

void Assignment::clear() {
  const std::unique_lock exclusive(mutex_);
  lanes_.clear();
}

/// Hands to the client those of the partitions that have a start, each at its next offset.
void Assignment::fetch(const std::vector<PartitionId>& partitions) {
  const std::unique_lock exclusive(mutex_);
  if (!cooperative()) {
    fetch_all();
    return;
  }
  std::vector<Position> positions;
  std::vector<Position> again;
  for (const PartitionId& partition : partitions) {
    Lane* lane = find(partition);
    if (lane == nullptr || lane->next() == Lane::kUnknown) continue;
    if (lane->fetching) again.push_back({partition, 0});
    lane->fetching = true;
    positions.push_back({partition, lane->next()});
  }
  if (!again.empty()) check("unassign", rd_kafka_incremental_unassign(client_, to_list(again).get()));
  check("assign", rd_kafka_incremental_assign(client_, to_list(positions).get()));
}

/// The eager protocol knows only whole assignments: all lanes begin anew where they are.
void Assignment::fetch_all() {
  std::vector<Position> positions;
  for (auto& [partition, lane] : lanes_) {
    if (lane->next() == Lane::kUnknown) continue;
    lane->fetching = true;
    positions.push_back({partition, lane->next()});
  }
  const rd_kafka_resp_err_t failed = rd_kafka_assign(client_, to_list(positions).get());
  if (failed != RD_KAFKA_RESP_ERR_NO_ERROR)
    log_.error("kafka assignment failed", {{"step", "assign"}, {"reason", rd_kafka_err2str(failed)}});
}

void Assignment::restart_later(Lane& lane) {
  lane.out_of_range.store(true);
  needs_mending_.store(true, std::memory_order_release);
}

void Assignment::mend(Duration wait, const Gap& gap) {
  needs_mending_.store(false);
  std::vector<PartitionId> stopped;
  for (const auto& [partition, lane] : lanes_)
    if (lane->out_of_range.load()) stopped.push_back(partition);
  std::vector<PartitionId> mended = find_missing_starts(wait);
  for (const PartitionId& partition : stopped)
    if (mend_range(partition, wait, gap)) mended.push_back(partition);
  if (!mended.empty()) fetch(mended);
}

std::vector<PartitionId> Assignment::find_missing_starts(Duration wait) {
  std::vector<PartitionId> missing;
  for (const auto& [partition, lane] : lanes_)
    if (lane->next() == Lane::kUnknown) missing.push_back(partition);
  const std::vector<std::int64_t> starts = find_start(client_, start_at_, missing, wait);
  std::vector<PartitionId> found;
  const std::unique_lock exclusive(mutex_);
  for (std::size_t i = 0; i < missing.size(); ++i) {
    if (starts[i] < 0) continue;
    lanes_[missing[i]]->restart(starts[i]);
    found.push_back(missing[i]);
  }
  if (found.size() < missing.size()) {
    needs_mending_.store(true);
    log_.warning("kafka brokers do not say where partitions begin; asking again",
                 {{"partitions", std::to_string(missing.size() - found.size())}});
  }
  return found;
}

bool Assignment::mend_range(const PartitionId& partition, Duration wait, const Gap& gap) {
  std::int64_t low = 0;
  std::int64_t high = 0;
  const rd_kafka_resp_err_t failed = rd_kafka_query_watermark_offsets(
      client_, partition.topic.c_str(), partition.partition, &low, &high, static_cast<int>(wait.count()));
  if (failed != RD_KAFKA_RESP_ERR_NO_ERROR) {
    needs_mending_.store(true);
    return false;
  }
  Lane* lane = find(partition);
  const std::int64_t from = lane->next();
  const bool inside = low <= from && from <= high;
  if (!inside) gap(partition, from, low);
  const std::unique_lock exclusive(mutex_);
  lane->restart(inside ? from : low);
  return true;
}

void Assignment::check(const char* step, rd_kafka_error_t* error) {
  const ErrorPtr failed(error);
  if (failed)
    log_.error("kafka assignment failed", {{"step", step}, {"reason", rd_kafka_error_string(failed.get())}});
}

}  // namespace vedette::kafka
