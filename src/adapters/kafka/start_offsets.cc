#include "adapters/kafka/start_offsets.h"

namespace vedette::kafka {
namespace {

// ListOffsets takes these two in place of a timestamp.
constexpr std::int64_t kLatest = -1;
constexpr std::int64_t kEarliest = -2;

/// The first offset at or after `time` of each; kLatest where there is none, nothing on failure.
PartitionListPtr ask(rd_kafka_t* client, std::int64_t time, const std::vector<PartitionId>& partitions,
                     Duration wait) {
  std::vector<Position> question;
  question.reserve(partitions.size());
  for (const PartitionId& partition : partitions) question.push_back({partition, time});
  PartitionListPtr list = to_list(question);
  if (rd_kafka_offsets_for_times(client, list.get(), static_cast<int>(wait.count())) !=
      RD_KAFKA_RESP_ERR_NO_ERROR)
    return nullptr;
  return list;
}

std::int64_t answer(const rd_kafka_topic_partition_list_t* list, const PartitionId& partition) {
  if (list == nullptr) return -1;
  const rd_kafka_topic_partition_t* found = rd_kafka_topic_partition_list_find(
      const_cast<rd_kafka_topic_partition_list_t*>(list), partition.topic.c_str(), partition.partition);
  if (found == nullptr || found->err != RD_KAFKA_RESP_ERR_NO_ERROR) return -1;
  return found->offset;
}

}  // namespace

PartitionListPtr to_list(const std::vector<Position>& positions) {
  PartitionListPtr list(rd_kafka_topic_partition_list_new(static_cast<int>(positions.size())));
  for (const Position& position : positions)
    rd_kafka_topic_partition_list_add(list.get(), position.partition.topic.c_str(),
                                      position.partition.partition)
        ->offset = position.offset;
  return list;
}

std::vector<std::int64_t> find_start(rd_kafka_t* client, const StartAt& at,
                                     const std::vector<PartitionId>& partitions, Duration wait) {
  std::vector<std::int64_t> starts(partitions.size(), -1);
  if (partitions.empty()) return starts;
  const std::int64_t where = at.where == StartAt::Where::beginning ? kEarliest : kLatest;
  const PartitionListPtr edge = ask(client, where, partitions, wait);
  for (std::size_t i = 0; i < partitions.size(); ++i) starts[i] = answer(edge.get(), partitions[i]);
  if (at.where != StartAt::Where::time || !edge) return starts;
  // The end is asked for first: what is appended between the two questions is not skipped.
  const PartitionListPtr timed = ask(client, to_ms(at.time), partitions, wait);
  for (std::size_t i = 0; i < partitions.size(); ++i) {
    const std::int64_t offset = answer(timed.get(), partitions[i]);
    if (!timed)
      starts[i] = -1;
    else if (offset >= 0)
      starts[i] = offset;
  }
  return starts;
}

}  // namespace vedette::kafka
