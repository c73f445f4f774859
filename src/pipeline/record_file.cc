#include "pipeline/record_file.h"

#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

namespace vedette {

/// zlib reads plain files as they are, so one way serves both.
struct RecordFile::Stream {
  gzFile file = nullptr;
  std::array<char, 1 << 16> chunk{};
  std::string_view rest;
  ~Stream() {
    if (file != nullptr) gzclose_r(file);
  }
};

RecordFile::RecordFile(std::unique_ptr<Stream> stream, std::string path, std::size_t max_line)
    : stream_(std::move(stream)), path_(std::move(path)), max_line_(max_line) {}
RecordFile::~RecordFile() = default;
RecordFile::RecordFile(RecordFile&&) noexcept = default;

Result<RecordFile> RecordFile::open(const std::string& path, std::size_t max_line) {
  auto stream = std::make_unique<Stream>();
  errno = 0;
  stream->file = path == "-" ? gzdopen(dup(STDIN_FILENO), "rb") : gzopen(path.c_str(), "rb");
  if (stream->file == nullptr)
    return Status::stop(path + ": " + (errno != 0 ? std::strerror(errno) : "cannot be opened"));
  gzbuffer(stream->file, 1 << 17);
  return RecordFile(std::move(stream), path, max_line);
}

Result<bool> RecordFile::read_line() {
  const std::size_t begin = text_.size();
  bool any = false;
  for (;;) {
    if (stream_->rest.empty()) {
      const int got =
          gzread(stream_->file, stream_->chunk.data(), static_cast<unsigned>(stream_->chunk.size()));
      if (got < 0) {
        int code = 0;
        return Status::stop(path_ + ": line " + std::to_string(next_line_ + 1) + ": " +
                            gzerror(stream_->file, &code));
      }
      if (got == 0) return any;
      bytes_read_ += got;
      stream_->rest = {stream_->chunk.data(), static_cast<std::size_t>(got)};
    }
    any = true;
    const std::size_t end = stream_->rest.find('\n');
    const std::string_view part = stream_->rest.substr(0, end);
    const std::size_t room = max_line_ + 1 - std::min(max_line_ + 1, text_.size() - begin);
    text_.append(part.substr(0, room));
    stream_->rest.remove_prefix(end == std::string_view::npos ? part.size() : end + 1);
    if (end != std::string_view::npos) return true;
  }
}

Result<std::vector<Record>> RecordFile::read(std::size_t max) {
  text_.clear();
  std::vector<std::size_t> ends;
  while (ends.size() < max && text_.size() < (std::size_t{64} << 20)) {
    auto more = read_line();
    if (!more.ok()) return more.status();
    if (!*more) break;
    ends.push_back(text_.size());
  }
  std::vector<Record> records;
  std::size_t begin = 0;
  for (const std::size_t end : ends) {
    records.push_back({next_line_++, kDawn, std::string_view(text_).substr(begin, end - begin)});
    begin = end;
  }
  return records;
}

}  // namespace vedette
