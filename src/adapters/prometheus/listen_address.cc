#include "adapters/prometheus/listen_address.h"

#include <charconv>
#include <system_error>

namespace vedette {

Result<ListenAddress> parse_listen(std::string_view text) {
  const Status refused = Status::reject("`" + std::string(text) + "` is no host:port");
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return refused;
  std::string_view address = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  if (address.starts_with('[') && address.ends_with(']')) {
    address = address.substr(1, address.size() - 2);
  } else if (address.find(':') != std::string_view::npos) {
    return refused;
  }
  ListenAddress parsed{std::string(address), 0};
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), parsed.port);
  const bool number = error == std::errc{} && end == port.data() + port.size() && !port.empty();
  if (address.empty() || !number || parsed.port < 0 || parsed.port > 65535) return refused;
  return parsed;
}

}  // namespace vedette
