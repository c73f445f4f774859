#pragma once

#include <rocksdb/db.h>

#include <string>
#include <string_view>

#include "adapters/rocksdb/rocksdb_setup.h"

namespace vedette {

/// Key of the layout's version; not part of what a scan shows.
inline constexpr std::string_view kSchemaKey = "meta/schema";

inline rocksdb::Slice slice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
inline std::string_view view(const rocksdb::Slice& bytes) { return {bytes.data(), bytes.size()}; }

/// Store::get and Store::scan on an open handle; `where` names the call and the folder.
Result<std::optional<std::string>> read_key(rocksdb::DB& db, std::string_view key, const std::string& where);
Status read_range(rocksdb::DB& db, std::string_view from, std::string_view to, const Store::Visit& visit,
                  const std::string& where);

}  // namespace vedette
