#pragma once

#include <cstddef>
#include <string>

#include "vedette/status.h"

namespace vedette {

/// The state folder: made private, and locked against a second instance for as long
/// as this object lives. Owned by the store. A process that dies leaves no lock behind.
/// What root has made in a folder of another user belongs to that user in the end.
class StoreFolder {
 public:
  static Result<StoreFolder> open(const std::string& path);
  StoreFolder(StoreFolder&& other) noexcept;
  StoreFolder& operator=(StoreFolder&&) = delete;
  ~StoreFolder();

  const std::string& path() const { return path_; }
  /// The database. Exists only when its creation was finished.
  std::string database() const { return path_ + "/db"; }
  /// Where a new database is made before it is moved to `database()`.
  std::string unfinished() const { return path_ + "/db.new"; }
  /// The seal of the database's MANIFEST.
  std::string seal() const { return path_ + "/seal"; }
  bool has_database() const;
  /// Drops what a creation that was cut short, or a database that was taken away, has left.
  Status drop_remains() const;
  /// Moves the new database into place, durably.
  Status finish() const;
  std::size_t size_bytes() const;

 private:
  StoreFolder(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}
  std::string path_;
  int lock_;
};

}  // namespace vedette
