#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/log.h"
#include "vedette/settings.h"
#include "vedette/store.h"

namespace vedette {

struct RocksStoreOptions {
  std::string path;                    ///< State folder; made with mode 0700 if missing.
  ByteSize cache{64ULL << 20};         ///< Cap of all blocks and memtables held in memory.
  ByteSize write_buffer{32ULL << 20};  ///< Part of `cache` for changes not yet in table files.
  ByteSize min_free{256ULL << 20};     ///< Less free space refuses commits; at most 1/16 of the disk.
  std::uint32_t schema = 1;            ///< Version of the meaning of keys and values.
};

/// Room on the file system that holds a folder.
struct StoreSpace {
  ByteSize free;
  ByteSize total;
};
Result<StoreSpace> store_space(const std::string& path);
/// Free space below which commits are refused.
ByteSize kept_free(const StoreSpace& space, ByteSize min_free);

/// The durable Store: one RocksDB below `path`, write-ahead log synced at every commit.
/// `log` must outlive it. Refuses, always with what to do: a folder in use, not writable,
/// damaged, or of another schema (`stop`); a full disk (`retry`).
/// Calls may come from any thread, also from a visitor of `scan`, `reopen` excepted.
/// A commit that failed while being synced can turn out complete after `reopen`: all of
/// it or nothing, so read positions again. `meta/schema` is a key of the store itself.
Result<std::unique_ptr<Store>> open_rocksdb_store(const RocksStoreOptions& options, Log& log);

/// The state as it is at this moment. Changes nothing, takes no lock, makes no folder: a
/// daemon may have it open. Refuses commits, and (`stop`) a folder without state.
Result<std::unique_ptr<Store>> open_rocksdb_reader(const RocksStoreOptions& options, Log& log);

}  // namespace vedette
