#include "adapters/kafka/client_stats.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace vedette::kafka {
namespace {

std::int64_t number_after(std::string_view text, std::string_view key) {
  const std::size_t at = text.find(key);
  if (at == std::string_view::npos) return 0;
  text.remove_prefix(at + key.size());
  while (text.starts_with(' ')) text.remove_prefix(1);
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

ClientStats read_stats(std::string_view json) {
  ClientStats stats;
  const std::size_t topics = json.find("\"topics\":");
  std::string_view brokers = json.substr(0, topics);
  stats.connected = brokers.find("\"state\":\"UP\"") != std::string_view::npos;
  constexpr std::string_view kRtt = "\"rtt\":";
  for (std::size_t at = brokers.find(kRtt); at != std::string_view::npos; at = brokers.find(kRtt)) {
    brokers.remove_prefix(at + kRtt.size());
    const std::string_view histogram = brokers.substr(0, brokers.find('}'));
    stats.slowest_rtt =
        std::max(stats.slowest_rtt, static_cast<double>(number_after(histogram, "\"p99\":")) * 1e-6);
  }
  return stats;
}

}  // namespace vedette::kafka
