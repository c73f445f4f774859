#include "adapters/yaml/config_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace vedette {
namespace {

// Closes what was opened.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

Status failed(int error) {
  return Status::reject("cannot be read: " + std::generic_category().message(error));
}

}  // namespace

Result<ConfigFile> read_file(const std::string& path, std::size_t max_bytes) {
  // Without O_NONBLOCK a pipe in the place of a file would block for ever.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat facts {};
  if (file.number() < 0 || ::fstat(file.number(), &facts) != 0) return failed(errno);
  if (!S_ISREG(facts.st_mode)) return Status::reject("cannot be read: not a regular file");
  ConfigFile result;
  result.world_readable = (facts.st_mode & S_IROTH) != 0;
  result.text.resize(max_bytes + 1);
  std::size_t size = 0;
  while (size < result.text.size()) {
    const ssize_t got = ::read(file.number(), result.text.data() + size, result.text.size() - size);
    if (got < 0) return failed(errno);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > max_bytes) return Status::reject("larger than " + std::to_string(max_bytes / 1024) + "KiB");
  result.text.resize(size);
  return result;
}

std::string beside(const std::string& file, const std::string& path) {
  if (path.empty() || path.front() == '/') return path;
  return (std::filesystem::path(file).parent_path() / path).lexically_normal().string();
}

}  // namespace vedette
