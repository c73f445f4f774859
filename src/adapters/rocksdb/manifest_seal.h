#pragma once

#include <mutex>
#include <string>

#include "vedette/status.h"

namespace vedette {

/// Remembers, in a small file beside the database, how long its MANIFEST was when last
/// synced. RocksDB takes a shortened MANIFEST for one whose last write was cut off, goes
/// back to an older set of table files, deletes the newer ones and replays the log on top:
/// a state that never was. The seal refuses such a database before it is opened.
/// Called by the store and by RocksDB's threads. A seal that cannot be written is no
/// failure: the one before it still holds.
class ManifestSeal {
 public:
  ManifestSeal(std::string database, std::string file)
      : database_(std::move(database)), file_(std::move(file)) {}
  /// `stop` if the MANIFEST has become shorter or older since `renew`.
  Status check() const;
  void renew();

 private:
  std::string current() const;

  const std::string database_;
  const std::string file_;
  mutable std::mutex mutex_;  ///< Guards the file.
};

}  // namespace vedette
