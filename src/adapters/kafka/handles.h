#pragma once

#include <librdkafka/rdkafka.h>

#include <memory>

namespace vedette::kafka {

/// Frees what the C library hands out, by its own function.
template <auto kFree>
struct Free {
  template <class T>
  void operator()(T* object) const {
    kFree(object);
  }
};

using ConfPtr = std::unique_ptr<rd_kafka_conf_t, Free<rd_kafka_conf_destroy>>;
using ErrorPtr = std::unique_ptr<rd_kafka_error_t, Free<rd_kafka_error_destroy>>;
using MessagePtr = std::unique_ptr<rd_kafka_message_t, Free<rd_kafka_message_destroy>>;
using QueuePtr = std::unique_ptr<rd_kafka_queue_t, Free<rd_kafka_queue_destroy>>;
using PartitionListPtr =
    std::unique_ptr<rd_kafka_topic_partition_list_t, Free<rd_kafka_topic_partition_list_destroy>>;

}  // namespace vedette::kafka
