#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "vedette/position.h"
#include "vedette/status.h"

namespace vedette {

/// Recorded events, one a line: a `.jsonl` or `.jsonl.gz` file, or `-` for standard
/// input. Offsets are line numbers. Lines longer than the limit come cut, one byte
/// over it, so that the decoder refuses them; memory stays bounded.
class RecordFile {
 public:
  static Result<RecordFile> open(const std::string& path, std::size_t max_line);
  ~RecordFile();
  RecordFile(RecordFile&&) noexcept;

  /// The next lines, at most `max`; empty at the end. They live until the next call.
  Result<std::vector<Record>> read(std::size_t max);
  std::int64_t bytes_read() const { return bytes_read_; }

 private:
  struct Stream;
  RecordFile(std::unique_ptr<Stream> stream, std::string path, std::size_t max_line);
  /// Appends one line to text_; false at the end.
  Result<bool> read_line();

  std::unique_ptr<Stream> stream_;
  std::string path_;
  std::size_t max_line_;
  std::string text_;
  std::int64_t next_line_ = 0;
  std::int64_t bytes_read_ = 0;
};

}  // namespace vedette
