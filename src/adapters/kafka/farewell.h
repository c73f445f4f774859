#pragma once

#include "adapters/kafka/handles.h"
#include "vedette/time.h"

namespace vedette::kafka {

/// Destroys a client, waiting for at most `deadline`. All queues, messages and lists of
/// it must be gone. False: the library still hangs and the client is left to the end
/// of the process. (Destroying hangs in 2.0.2 after some broker restarts.)
bool destroy_within(rd_kafka_t* client, Duration deadline);

}  // namespace vedette::kafka
