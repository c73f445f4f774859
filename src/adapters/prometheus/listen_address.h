#pragma once

#include <string>
#include <string_view>

#include "vedette/status.h"

namespace vedette {

struct ListenAddress {
  std::string address;
  int port = 0;
};

/// `127.0.0.1:9464`, `[::1]:9464`, `localhost:9464`. `reject` names what was read.
Result<ListenAddress> parse_listen(std::string_view text);

}  // namespace vedette
