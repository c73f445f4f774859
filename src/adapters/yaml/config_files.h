#pragma once

#include <string>
#include <string_view>

#include "vedette/status.h"

namespace vedette {

/// A regular file as read, and whether everyone on the machine may read it.
struct ConfigFile {
  std::string text;
  bool world_readable = false;
};

/// At most `max_bytes`; `reject` says why it cannot be read.
Result<ConfigFile> read_file(const std::string& path, std::size_t max_bytes);

/// `path`, taken relative to the folder of `file` unless it is absolute or empty.
std::string beside(const std::string& file, const std::string& path);

}  // namespace vedette
