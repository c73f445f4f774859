#include "adapters/rocksdb/rocksdb_reads.h"

#include <memory>
#include <utility>

namespace vedette {

Result<std::optional<std::string>> read_key(rocksdb::DB& db, std::string_view key, const std::string& where) {
  std::string value;
  const rocksdb::Status status = db.Get(rocksdb::ReadOptions(), slice(key), &value);
  if (status.IsNotFound()) return std::optional<std::string>();
  if (!status.ok()) return to_status(status, where);
  return std::optional<std::string>(std::move(value));
}

Status read_range(rocksdb::DB& db, std::string_view from, std::string_view to, const Store::Visit& visit,
                  const std::string& where) {
  if (!to.empty() && from >= to) return {};
  const rocksdb::Slice end = slice(to);
  rocksdb::ReadOptions options;
  if (!to.empty()) options.iterate_upper_bound = &end;
  const std::unique_ptr<rocksdb::Iterator> at(db.NewIterator(options));
  for (at->Seek(slice(from)); at->Valid(); at->Next()) {
    if (view(at->key()) == kSchemaKey) continue;
    if (!visit(view(at->key()), view(at->value()))) return {};
  }
  return to_status(at->status(), where);
}

}  // namespace vedette
