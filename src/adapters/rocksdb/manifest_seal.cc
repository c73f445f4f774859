#include "adapters/rocksdb/manifest_seal.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace vedette {
namespace {

/// Size of a file after everything counted has been synced; -1: not known.
std::int64_t synced_size(const std::string& name) {
  const int file = ::open(name.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return -1;
  struct stat about = {};
  const bool known = ::fstat(file, &about) == 0 && ::fsync(file) == 0;
  ::close(file);
  return known ? static_cast<std::int64_t>(about.st_size) : -1;
}

bool write_synced(const std::string& name, const std::string& text) {
  const int file = ::open(name.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0) return false;
  const bool written =
      ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fdatasync(file) == 0;
  return ::close(file) == 0 && written;
}

}  // namespace

std::string ManifestSeal::current() const {
  std::string name;
  std::ifstream(database_ + "/CURRENT") >> name;
  return name;
}

Status ManifestSeal::check() const {
  const std::lock_guard<std::mutex> hold(mutex_);
  std::string sealed;
  std::int64_t sealed_size = 0;
  if (!(std::ifstream(file_) >> sealed >> sealed_size)) return {};  // None yet, or a restored backup.
  const std::string now = current();
  // Names have numbers of one width, so that their order is their age.
  if (now.size() != sealed.size() || now > sealed) return {};
  std::error_code error;
  const auto size = std::filesystem::file_size(database_ + "/" + now, error);
  if (now == sealed && !error && size >= static_cast<std::uintmax_t>(sealed_size)) return {};
  return Status::stop("the state in " + database_ + " is damaged: " + now + " is shorter or older than the " +
                      std::to_string(sealed_size) + " bytes of " + sealed +
                      " that were there; nothing was changed: move the folder away and restore a backup, or "
                      "start with an empty one (docs/storage.md)");
}

void ManifestSeal::renew() {
  const std::lock_guard<std::mutex> hold(mutex_);
  const std::string name = current();
  const std::int64_t size = synced_size(database_ + "/" + name);
  if (name.empty() || size < 0) return;
  const std::string fresh = file_ + ".new";
  if (write_synced(fresh, name + " " + std::to_string(size) + "\n"))
    std::rename(fresh.c_str(), file_.c_str());
  else
    ::unlink(fresh.c_str());
}

}  // namespace vedette
