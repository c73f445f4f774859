#pragma once

#include <rocksdb/listener.h>
#include <rocksdb/options.h>

#include <mutex>
#include <string>
#include <utility>

#include "adapters/rocksdb/manifest_seal.h"
#include "adapters/rocksdb/rocksdb_store.h"

namespace vedette {

/// Options of every handle on the database; the block cache is shared by all of them.
rocksdb::Options make_options(const RocksStoreOptions& options, Log& log);

/// What a RocksDB error means for us. `where` names the call and the folder.
Status to_status(const rocksdb::Status& status, const std::string& where);

/// Watches the background jobs (flush, compaction) of one handle; called by RocksDB's
/// threads. Remembers their first error, forbids RocksDB to resume by itself (writing on
/// after an error on a full disk has been seen to hit its assertions), renews the seal.
class BackgroundWatch final : public rocksdb::EventListener {
 public:
  BackgroundWatch(std::string where, ManifestSeal& seal) : where_(std::move(where)), seal_(seal) {}
  void OnBackgroundError(rocksdb::BackgroundErrorReason reason, rocksdb::Status* error) override;
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason reason, rocksdb::Status error,
                            bool* auto_recovery) override;
  void OnFlushCompleted(rocksdb::DB*, const rocksdb::FlushJobInfo&) override { seal_.renew(); }
  void OnCompactionCompleted(rocksdb::DB*, const rocksdb::CompactionJobInfo&) override { seal_.renew(); }
  Status failure() const;

 private:
  const std::string where_;
  ManifestSeal& seal_;
  mutable std::mutex mutex_;  ///< Guards failure_.
  Status failure_;
};

}  // namespace vedette
