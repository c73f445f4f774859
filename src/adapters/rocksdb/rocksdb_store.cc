#include "adapters/rocksdb/rocksdb_store.h"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <cassert>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <system_error>
#include <utility>

#include "adapters/rocksdb/manifest_seal.h"
#include "adapters/rocksdb/rocksdb_reads.h"
#include "adapters/rocksdb/store_folder.h"

namespace vedette {
namespace {

constexpr std::size_t kProtection = 8;       ///< Bytes of checksum per key on its way to the table file.
constexpr std::size_t kRecordOverhead = 16;  ///< Upper bound of a WriteBatch record's framing.

constexpr std::uint64_t kMiB = 1 << 20;
constexpr std::uint64_t kCompactedBuffers = 6;  ///< What one compaction of the first level takes, about.

rocksdb::WriteOptions synced() {
  rocksdb::WriteOptions options;
  options.sync = true;
  return options;
}

rocksdb::Status fill(rocksdb::WriteBatch& batch, const Changes& changes) {
  rocksdb::Status filled;
  changes.each([&](const Changes::Op& op) {
    assert(op.key != kSchemaKey);
    if (!filled.ok()) return;
    filled = op.erase ? batch.Delete(slice(op.key)) : batch.Put(slice(op.key), slice(op.value));
  });
  return filled;
}

/// RocksDB may not be written to after an error, so the first failure ends a handle:
/// every call is refused until `reopen` has made a new one.
class RocksStore final : public Store {
 public:
  RocksStore(RocksStoreOptions options, StoreFolder folder, Log& log)
      : options_(std::move(options)),
        folder_(std::move(folder)),
        seal_(folder_.database(), folder_.seal()),
        setup_(make_options(options_, log)) {}
  ~RocksStore() override { close(); }

  Status open();
  Status commit(const Changes& changes) override;
  Result<std::optional<std::string>> get(std::string_view key) const override;
  Status scan(std::string_view from, std::string_view to, const Visit& visit) const override;
  Status reopen() override;
  std::size_t size_bytes() const override { return folder_.size_bytes(); }

 private:
  /// A call that uses the handle; `reopen` waits for all of them.
  class Use {
   public:
    explicit Use(const RocksStore& store) : store_(store), status_(store.enter()) {}
    ~Use() {
      if (status_.ok()) store_.leave();
    }
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;
    const Status& status() const { return status_; }

   private:
    const RocksStore& store_;
    Status status_;
  };

  Status enter() const;
  void leave() const;
  Status create();
  Status check_schema();
  Status check_room(std::size_t bytes) const;
  void fail(const Status& status, bool broken);
  void close();
  std::string where(const char* call) const { return std::string(call) + " " + folder_.database(); }

  const RocksStoreOptions options_;
  const StoreFolder folder_;
  ManifestSeal seal_;
  rocksdb::Options setup_;
  std::mutex writing_;  ///< One commit at a time: none may reach a handle on which another failed.

  mutable std::mutex mutex_;  ///< Guards all below. Held while opening, not during calls.
  mutable std::condition_variable idle_;
  mutable int users_ = 0;
  Status failure_;
  bool broken_ = false;  ///< The handle is of no more use, as opposed to: no room, by our own measure.
  std::shared_ptr<BackgroundWatch> watch_;
  std::unique_ptr<rocksdb::DB> db_;
};

Status RocksStore::enter() const {
  const std::lock_guard<std::mutex> hold(mutex_);
  if (!failure_.ok()) return failure_;
  if (Status background = watch_->failure(); !background.ok()) return background;
  ++users_;
  return {};
}

void RocksStore::leave() const {
  const std::lock_guard<std::mutex> hold(mutex_);
  if (--users_ == 0) idle_.notify_all();
}

void RocksStore::fail(const Status& status, bool broken) {
  const std::lock_guard<std::mutex> hold(mutex_);
  failure_ = status;
  broken_ = broken;
}

void RocksStore::close() {
  if (!db_) return;
  db_->Close().PermitUncheckedError();  // Everything acknowledged is in the synced log already.
  db_.reset();
}

Status RocksStore::create() {
  if (Status dropped = folder_.drop_remains(); !dropped.ok()) return dropped;
  // RocksDB makes the folder itself, but calls it an error that it was not there.
  std::error_code error;
  std::filesystem::create_directory(folder_.unfinished(), error);
  rocksdb::Options setup = setup_;
  setup.create_if_missing = true;
  rocksdb::DB* made = nullptr;
  rocksdb::Status status = rocksdb::DB::Open(setup, folder_.unfinished(), &made);
  if (status.ok()) {
    const std::unique_ptr<rocksdb::DB> db(made);
    status = db->Put(synced(), slice(kSchemaKey), std::to_string(options_.schema));
    db->Close().PermitUncheckedError();
  }
  return status.ok() ? folder_.finish() : to_status(status, "create " + folder_.database());
}

Status RocksStore::check_schema() {
  std::string found;
  const rocksdb::Status status = db_->Get(rocksdb::ReadOptions(), slice(kSchemaKey), &found);
  if (!status.ok()) return to_status(status, where("read the schema of"));
  const std::string known = std::to_string(options_.schema);
  if (found == known) return {};
  return Status::stop(
      "the state folder " + folder_.path() + " has schema " + found +
      ", this version of Vedette reads schema " + known +
      "; run the version that wrote it, or start with an empty state folder (docs/storage.md)");
}

Status RocksStore::open() {
  if (!folder_.has_database()) {
    if (Status created = create(); !created.ok()) return created;
  }
  if (Status whole = seal_.check(); !whole.ok()) return whole;
  watch_ = std::make_shared<BackgroundWatch>(where("background work in"), seal_);
  setup_.listeners = {watch_};
  rocksdb::DB* opened = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(setup_, folder_.database(), &opened);
  if (!status.ok()) return to_status(status, where("open"));
  db_.reset(opened);
  Status fits = check_schema();
  if (fits.ok())
    seal_.renew();
  else
    close();
  return fits;
}

/// Refusing early leaves RocksDB room for the compactions that free space, the next of those that wait
/// included, and keeps it off its error paths.
Status RocksStore::check_room(std::size_t bytes) const {
  if (options_.min_free.bytes == 0) return {};
  const Result<StoreSpace> space = store_space(folder_.path());
  if (!space.ok()) return space.status();
  std::uint64_t waiting = 0;
  db_->GetIntProperty(rocksdb::DB::Properties::kEstimatePendingCompactionBytes, &waiting);
  const std::uint64_t compacted = std::min(waiting, kCompactedBuffers * options_.write_buffer.bytes);
  const std::uint64_t wanted = kept_free(*space, options_.min_free).bytes + bytes + compacted;
  if (space->free.bytes >= wanted) return {};
  const auto whole = [](std::uint64_t size) { return to_text(ByteSize{size / kMiB * kMiB}); };
  return Status::retry("the disk of the state folder " + folder_.path() + " is full: " +
                       whole(space->free.bytes) + " free, " + whole(wanted + kMiB - 1) + " needed");
}

Status RocksStore::commit(const Changes& changes) {
  rocksdb::WriteBatch batch(changes.bytes() + changes.size() * kRecordOverhead, 0, kProtection, 0);
  const rocksdb::Status filled = fill(batch, changes);
  const std::lock_guard<std::mutex> alone(writing_);
  const Use use(*this);
  if (!use.status().ok() || changes.empty()) return use.status();
  if (Status room = check_room(changes.bytes()); !room.ok()) {
    fail(room, false);
    return room;
  }
  Status written = to_status(filled.ok() ? db_->Write(synced(), &batch) : filled, where("commit to"));
  if (!written.ok()) fail(written, true);
  return written;
}

Result<std::optional<std::string>> RocksStore::get(std::string_view key) const {
  const Use use(*this);
  if (!use.status().ok()) return use.status();
  if (key == kSchemaKey) return std::optional<std::string>();
  return read_key(*db_, key, where("read"));
}

Status RocksStore::scan(std::string_view from, std::string_view to, const Visit& visit) const {
  const Use use(*this);
  if (!use.status().ok()) return use.status();
  return read_range(*db_, from, to, visit, where("scan"));
}

Status RocksStore::reopen() {
  std::unique_lock<std::mutex> hold(mutex_);
  Status background = watch_->failure();
  while (users_ > 0 && !(failure_.ok() && background.ok())) {  // Nobody enters a failed handle, so this ends.
    idle_.wait(hold);
    background = watch_->failure();
  }
  if (failure_.ok() && background.ok()) return {};
  broken_ = broken_ || !background.ok();
  if (broken_) {
    close();
    failure_ = open();
    if (!failure_.ok()) return failure_;
    broken_ = false;
  }
  failure_ = check_room(0);
  return failure_;
}

}  // namespace

Result<std::unique_ptr<Store>> open_rocksdb_store(const RocksStoreOptions& options, Log& log) {
  Result<StoreFolder> folder = StoreFolder::open(options.path);
  if (!folder.ok()) return folder.status();
  auto store = std::make_unique<RocksStore>(options, std::move(*folder), log);
  if (Status opened = store->open(); !opened.ok()) return opened;
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace vedette
