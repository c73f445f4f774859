#include "adapters/rocksdb/store_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "adapters/rocksdb/rocksdb_store.h"

namespace vedette {
namespace {

std::string reason(int error) { return std::generic_category().message(error); }

/// A full disk passes; what the operator must put right does not.
Status refusal(const std::string& what, int error) {
  const std::string message = what + ": " + reason(error);
  if (error == ENOSPC || error == EDQUOT) return Status::retry(message);
  if (error == EACCES || error == EPERM || error == EROFS)
    return Status::stop(message + "; the state folder must be writable for the user that runs Vedette");
  return Status::stop(message);
}

Status make_private(const std::string& path) {
  std::error_code error;
  const std::filesystem::path parent = std::filesystem::absolute(path, error).parent_path();
  std::filesystem::create_directories(parent, error);
  if (error) return refusal("cannot make the folder " + parent.string(), error.value());
  if (::mkdir(path.c_str(), S_IRWXU) == 0 || errno == EEXIST) return {};
  return refusal("cannot make the state folder " + path, errno);
}

/// Whatever root made in somebody else's folder goes to that owner, who could not read it otherwise.
void give_to_owner(const std::string& path) {
  struct stat folder = {};
  if (::geteuid() != 0 || ::stat(path.c_str(), &folder) != 0 || folder.st_uid == 0) return;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator file(path, error), end; !error && file != end;
       file.increment(error))
    // What fails here is refused, with its name and the remedy, when the owner opens it.
    if (::lchown(file->path().c_str(), folder.st_uid, folder.st_gid) != 0) continue;
}

std::string owner_of(int file) {
  char text[16] = {};
  const ssize_t size = ::pread(file, text, sizeof text - 1, 0);
  return size > 0 ? " (process " + std::string(text, static_cast<std::size_t>(size)) + ")" : "";
}

}  // namespace

Result<StoreFolder> StoreFolder::open(const std::string& path) {
  if (Status made = make_private(path); !made.ok()) return made;
  const std::string name = path + "/lock";
  const int lock = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (lock < 0) return refusal("cannot write to the state folder " + path, errno);
  StoreFolder folder(path, lock);
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return refusal("cannot lock the state folder " + path, errno);
    return Status::stop("the state folder " + path + " is in use by another instance of Vedette" +
                        owner_of(lock) + "; stop it first, or give this one a folder of its own");
  }
  // The number only helps a person to find the owner; a full disk must not stop us here.
  const std::string owner = std::to_string(::getpid());
  if (::ftruncate(lock, 0) == 0 && ::pwrite(lock, owner.data(), owner.size(), 0) < 0) errno = 0;
  return folder;
}

StoreFolder::StoreFolder(StoreFolder&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}

StoreFolder::~StoreFolder() {
  if (lock_ < 0) return;
  give_to_owner(path_);
  ::close(lock_);
}

bool StoreFolder::has_database() const {
  std::error_code error;
  return std::filesystem::exists(database(), error) || error;
}

Status StoreFolder::drop_remains() const {
  std::error_code error;
  std::filesystem::remove_all(unfinished(), error);
  if (!error) std::filesystem::remove(seal(), error);
  return error ? refusal("cannot remove " + unfinished(), error.value()) : Status{};
}

Status StoreFolder::finish() const {
  if (std::rename(unfinished().c_str(), database().c_str()) != 0)
    return refusal("cannot make " + database(), errno);
  const int folder = ::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = folder >= 0 && ::fsync(folder) == 0;
  const int error = errno;
  if (folder >= 0) ::close(folder);
  return synced ? Status{} : refusal("cannot sync the state folder " + path_, error);
}

std::size_t StoreFolder::size_bytes() const {
  std::size_t sum = 0;
  std::error_code error;
  for (std::filesystem::directory_iterator file(database(), error), end; !error && file != end;
       file.increment(error)) {
    std::error_code gone;  // Compaction removes files while we look.
    const auto size = file->file_size(gone);
    if (!gone) sum += size;
  }
  return sum;
}

Result<StoreSpace> store_space(const std::string& path) {
  struct statvfs room = {};
  if (::statvfs(path.c_str(), &room) != 0) return refusal("cannot ask for the free space of " + path, errno);
  const auto block = static_cast<std::uint64_t>(room.f_frsize);
  return StoreSpace{{block * room.f_bavail}, {block * room.f_blocks}};
}

ByteSize kept_free(const StoreSpace& space, ByteSize min_free) {
  return {std::min(min_free.bytes, space.total.bytes / 16)};
}

}  // namespace vedette
