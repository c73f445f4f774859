#pragma once

#include <cstdint>
#include <vector>

#include "adapters/kafka/handles.h"
#include "adapters/kafka/start_at.h"
#include "vedette/position.h"

namespace vedette::kafka {

/// Asks the brokers, for at most `wait`, where `at` is in each partition. Answers in the
/// order of `partitions`; -1 where no answer came. Concrete offsets, not the client's
/// logical ones: a second start must not find another beginning or end.
std::vector<std::int64_t> find_start(rd_kafka_t* client, const StartAt& at,
                                     const std::vector<PartitionId>& partitions, Duration wait);

PartitionListPtr to_list(const std::vector<Position>& positions);

}  // namespace vedette::kafka
