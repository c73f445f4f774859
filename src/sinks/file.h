#pragma once

#include <memory>
#include <string>

#include "vedette/sink.h"

namespace vedette {

struct FileSinkOptions {
  std::string path;
  unsigned mode = 0640;  ///< Of a file that does not exist yet.
};

/// Appends each message as a line. Delivered means: on the disk. A write that fails half-way is
/// taken back; a last line that a crash has torn is ended first. `reopen` follows a rotation.
/// `reject` if the file cannot be opened now.
Result<std::unique_ptr<Sink>> make_file_sink(const FileSinkOptions& options);

}  // namespace vedette
