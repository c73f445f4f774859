// Reads a state folder without its lock: for people who look while the daemon runs.
#include <rocksdb/db.h>

#include <filesystem>
#include <system_error>

#include "adapters/rocksdb/rocksdb_reads.h"

namespace vedette {
namespace {

class RocksReader final : public Store {
 public:
  RocksReader(std::string path, std::unique_ptr<rocksdb::DB> db)
      : path_(std::move(path)), db_(std::move(db)) {}
  Status commit(const Changes& changes) override {
    return changes.empty() ? Status{} : Status::stop(path_ + " was opened to be read only");
  }
  Result<std::optional<std::string>> get(std::string_view key) const override {
    return read_key(*db_, key, "read " + path_);
  }
  Status scan(std::string_view from, std::string_view to, const Visit& visit) const override {
    return read_range(*db_, from, to, visit, "scan " + path_);
  }
  Status reopen() override { return {}; }
  std::size_t size_bytes() const override { return 0; }

 private:
  std::string path_;
  std::unique_ptr<rocksdb::DB> db_;
};

}  // namespace

Result<std::unique_ptr<Store>> open_rocksdb_reader(const RocksStoreOptions& options, Log& log) {
  const std::string path = options.path + "/db";
  std::error_code error;
  if (!std::filesystem::is_directory(path, error))
    return Status::stop(options.path + ": there is no state yet");
  rocksdb::Options setup = make_options(options, log);
  setup.max_open_files = -1;  // All at once: a running daemon may drop files that it has merged.
  rocksdb::DB* opened = nullptr;
  const rocksdb::Status status = rocksdb::DB::OpenForReadOnly(setup, path, &opened);
  if (!status.ok()) return to_status(status, "read " + path);
  std::unique_ptr<rocksdb::DB> db(opened);
  std::string schema;
  const rocksdb::Status read = db->Get(rocksdb::ReadOptions(), slice(kSchemaKey), &schema);
  if (!read.ok()) return to_status(read, "read the schema of " + path);
  if (schema != std::to_string(options.schema))
    return Status::stop(path + " has schema " + schema + ", this version of Vedette reads schema " +
                        std::to_string(options.schema));
  return std::unique_ptr<Store>(std::make_unique<RocksReader>(path, std::move(db)));
}

}  // namespace vedette
