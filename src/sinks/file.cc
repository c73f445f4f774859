#include "sinks/file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>

#include "sinks/file_descriptor.h"
#include "sinks/lines.h"

namespace vedette {
namespace {

Status failed(const std::string& what, const std::string& path) {
  return Status::retry("cannot " + what + " " + path + ": " + std::strerror(errno));
}

class FileSink final : public Sink {
 public:
  explicit FileSink(FileSinkOptions options) : options_(std::move(options)) {}

  Status open() {
    FileDescriptor file(
        ::open(options_.path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, options_.mode));
    if (!file.open()) return failed("open", options_.path);
    struct stat about {};
    if (fstat(file.number(), &about) != 0) return failed("look at", options_.path);
    if (!S_ISREG(about.st_mode)) return Status::reject(options_.path + " is not a regular file");
    torn_ = false;
    if (about.st_size > 0) {
      char last = '\n';
      if (pread(file.number(), &last, 1, about.st_size - 1) != 1) return failed("read", options_.path);
      torn_ = last != '\n';
    }
    if (Status status = sync_folder(); !status.ok()) return status;
    file_ = std::move(file);
    return {};
  }

  Delivery deliver(std::span<const Message> messages) override {
    if (messages.empty()) return {};
    if (!file_.open()) {
      if (Status status = open(); !status.ok()) return {0, Status::retry(status.message())};
    }
    if (Status status = append((torn_ ? "\n" : "") + join_lines(messages)); !status.ok()) return {0, status};
    torn_ = false;
    return {messages.size(), {}};
  }

  void reopen() override { file_.close(); }

 private:
  // A file that was just made is only safe when its folder is.
  Status sync_folder() const {
    const std::string folder = std::filesystem::path(options_.path).parent_path().string();
    const FileDescriptor held(
        ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!held.open() || fsync(held.number()) != 0) return failed("sync the folder of", options_.path);
    return {};
  }

  Status append(std::string_view lines) {
    struct stat before {};
    if (fstat(file_.number(), &before) != 0) return lost("look at");
    while (!lines.empty()) {
      const ssize_t written = ::write(file_.number(), lines.data(), lines.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return taken_back(before.st_size);
      lines.remove_prefix(static_cast<std::size_t>(written));
    }
    // After a failed sync the kernel may have dropped the pages, so the whole run comes again.
    if (fdatasync(file_.number()) != 0) return lost("sync");
    return {};
  }

  Status taken_back(off_t size) {
    const Status status = failed("write", options_.path);
    if (ftruncate(file_.number(), size) != 0) file_.close();
    return status;
  }

  Status lost(const std::string& what) {
    Status status = failed(what, options_.path);
    file_.close();
    return status;
  }

  FileSinkOptions options_;
  FileDescriptor file_;
  bool torn_ = false;  ///< The last line has no end.
};

}  // namespace

Result<std::unique_ptr<Sink>> make_file_sink(const FileSinkOptions& options) {
  auto sink = std::make_unique<FileSink>(options);
  if (Status status = sink->open(); !status.ok()) return Status::reject(status.message());
  return std::unique_ptr<Sink>(std::move(sink));
}

}  // namespace vedette
