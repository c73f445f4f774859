#pragma once

#include <string_view>

namespace vedette::kafka {

/// What we want of the statistics that librdkafka emits as JSON.
struct ClientStats {
  bool connected = false;  ///< Some broker's connection is up.
  double slowest_rtt = 0;  ///< Seconds; the highest 99th percentile of any broker.
};

/// Looks for the few fields by name: the text is the library's own, its layout is fixed
/// by its version, and a JSON library for two numbers would be one more dependency here.
ClientStats read_stats(std::string_view json);

}  // namespace vedette::kafka
