// Commits numbered batches to the store of the folder argv[1] until it is killed, and tells
// on standard output, as 8 bytes, the number of each one that was acknowledged; 0 before the
// store is opened.

#include <unistd.h>

#include <cstdint>
#include <optional>
#include <string>

#include "../numbered_batches.h"
#include "adapters/rocksdb/rocksdb_store.h"

namespace {

bool tell(std::uint64_t number) { return ::write(STDOUT_FILENO, &number, sizeof number) == sizeof number; }

}  // namespace

int main(int count, char** arguments) {
  if (count != 2 || !tell(0)) return 2;
  vedette::SilentLog log;
  auto opened = vedette::open_rocksdb_store({.path = arguments[1], .write_buffer = {256 << 10}}, log);
  if (!opened.ok()) return 3;
  vedette::Store& store = **opened;
  const auto stored = store.get(vedette::NumberedBatches::kOffset);
  if (!stored.ok()) return 4;
  const vedette::NumberedBatches batches(2000, 12);
  for (std::uint64_t number = std::stoull((*stored).value_or("0")) + 1;; ++number)
    if (!store.commit(batches.changes(number)).ok() || !tell(number)) return 5;
}
