#include "adapters/kafka/farewell.h"

#include <future>
#include <system_error>
#include <thread>
#include <utility>

namespace vedette::kafka {

bool destroy_within(rd_kafka_t* client, Duration deadline) {
  std::promise<void> destroyed;
  std::future<void> done = destroyed.get_future();
  try {
    // The only thread outside the application's own: a call that may hang for ever cannot be bounded
    // by the thread that makes it. It touches nothing but the client.
    std::thread thread([client, destroyed = std::move(destroyed)]() mutable {
      rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
      destroyed.set_value();
    });
    if (done.wait_for(deadline) == std::future_status::ready) {
      thread.join();
      return true;
    }
    thread.detach();
  } catch (const std::system_error&) {
  }
  return false;
}

}  // namespace vedette::kafka
