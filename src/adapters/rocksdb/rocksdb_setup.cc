#include "adapters/rocksdb/rocksdb_setup.h"

#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/file_checksum.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/write_buffer_manager.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <memory>
#include <system_error>

namespace vedette {
namespace {

constexpr int kFirstLevelFiles = 8;

/// RocksDB's warnings go to our log. Its own LOG file would lie on the state disk, and
/// a line that does not fit there has been seen to abort the process.
class LogForwarder final : public rocksdb::Logger {
 public:
  explicit LogForwarder(Log& log) : rocksdb::Logger(rocksdb::WARN_LEVEL), log_(log) {}

  void Logv(const char* format, va_list arguments) override { Logv(rocksdb::WARN_LEVEL, format, arguments); }
  void Logv(const rocksdb::InfoLogLevel level, const char* format, va_list arguments) override {
    if (level < rocksdb::WARN_LEVEL || level == rocksdb::HEADER_LEVEL) return;
    char text[512];
    std::vsnprintf(text, sizeof text, format, arguments);
    log_.write(level == rocksdb::WARN_LEVEL ? LogLevel::warning : LogLevel::error, "rocksdb",
               {{"text", text}});
  }

 private:
  Log& log_;
};

rocksdb::BlockBasedTableOptions make_table_options(const RocksStoreOptions& options) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(options.cache.bytes, 4, false, 0.3);
  table.block_size = 16 << 10;
  // Whoever asks for what is new and finds nothing reads no block: partials that were erased lie in blocks of
  // megabytes.
  table.index_type = rocksdb::BlockBasedTableOptions::kBinarySearchWithFirstKey;
  table.index_shortening = rocksdb::BlockBasedTableOptions::IndexShorteningMode::kNoShortening;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.cache_index_and_filter_blocks = true;  // Else they grow outside the cap.
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.format_version = 5;
  return table;
}

void set_memory(const RocksStoreOptions& options, rocksdb::Options& out) {
  const rocksdb::BlockBasedTableOptions table = make_table_options(options);
  out.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  // No stall by the buffer manager: it would wait for ever for a flush that has failed.
  // Two half-sized memtables give the same bound and end their wait on an error.
  out.write_buffer_manager =
      std::make_shared<rocksdb::WriteBufferManager>(options.write_buffer.bytes, table.block_cache, false);
  out.write_buffer_size = options.write_buffer.bytes / 2;
  out.max_write_buffer_number = 2;
  out.max_open_files = 512;
}

void set_checks(rocksdb::Options& out) {
  out.paranoid_checks = true;
  out.paranoid_file_checks = true;
  out.memtable_protection_bytes_per_key = 8;
  out.file_checksum_gen_factory = rocksdb::GetFileChecksumGenCrc32cFactory();
  out.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  out.max_bgerror_resume_count = 0;
  // Opening must work on a full disk: only then is what a failed compaction left removed.
  out.avoid_flush_during_recovery = true;
}

bool says(const rocksdb::Status& status, int error) {
  return status.ToString().find(std::generic_category().message(error)) != std::string::npos;
}

/// The text counts too: RocksDB knows no quota, and hides the cause in what it says of a
/// write that waited for a background job.
bool is_full(const rocksdb::Status& status) {
  return status.IsNoSpace() || status.subcode() == rocksdb::Status::kSpaceLimit || says(status, ENOSPC) ||
         says(status, EDQUOT);
}

bool is_damage(const rocksdb::Status& status) {
  return status.IsCorruption() || status.IsInvalidArgument() || status.IsNotFound() ||
         status.IsPathNotFound() || status.IsNotSupported();
}

}  // namespace

rocksdb::Options make_options(const RocksStoreOptions& options, Log& log) {
  rocksdb::Options out;
  out.info_log = std::make_shared<LogForwarder>(log);
  // A database is made in a place of its own and moved; a missing file never means a new one.
  out.create_if_missing = false;
  // Partials are written, judged and erased within minutes: few outlive the first level.
  out.compression_per_level = {rocksdb::kNoCompression, rocksdb::kLZ4Compression};
  out.level_compaction_dynamic_level_bytes = true;
  // Each file of the first level spans all keys, so that its compaction writes all of the state anew.
  out.level0_file_num_compaction_trigger = kFirstLevelFiles;
  out.level0_slowdown_writes_trigger = 3 * kFirstLevelFiles;
  out.level0_stop_writes_trigger = 4 * kFirstLevelFiles;
  out.max_background_jobs = 2;
  out.bytes_per_sync = 1 << 20;
  out.stats_dump_period_sec = 0;
  out.stats_persist_period_sec = 0;
  set_memory(options, out);
  set_checks(out);
  return out;
}

Status to_status(const rocksdb::Status& status, const std::string& where) {
  if (status.ok()) return {};
  const std::string message = where + ": " + status.ToString();
  if (is_full(status)) return Status::retry(message);
  // RocksDB calls it an invalid argument.
  if (says(status, EACCES) || says(status, EPERM))
    return Status::stop(message + "; every file there must belong to the user that runs Vedette");
  if (!is_damage(status)) return Status::stop(message);
  return Status::stop(
      message +
      "; the state is damaged, nothing was deleted: move the folder away and restore a backup, "
      "or start with an empty one (docs/storage.md)");
}

void BackgroundWatch::OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status* error) {
  const std::lock_guard<std::mutex> hold(mutex_);
  if (failure_.ok()) failure_ = to_status(*error, where_);
}

void BackgroundWatch::OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status,
                                           bool* auto_recovery) {
  *auto_recovery = false;
}

Status BackgroundWatch::failure() const {
  const std::lock_guard<std::mutex> hold(mutex_);
  return failure_;
}

}  // namespace vedette
