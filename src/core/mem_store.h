#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "vedette/store.h"

namespace vedette {

/// Store in memory, for tests and for runs over recorded events. Never fails.
/// A scan reads its moment's versions without holding a lock while it visits, so
/// visitors may call the store; versions that a scan still needs are kept until it ends.
class MemStore final : public Store {
 public:
  Status commit(const Changes& changes) override;
  Result<std::optional<std::string>> get(std::string_view key) const override;
  Status scan(std::string_view from, std::string_view to, const Visit& visit) const override;
  Status reopen() override { return {}; }
  std::size_t size_bytes() const override;

 private:
  struct Version {
    std::uint64_t commit = 0;
    bool erased = false;
    std::string value;
    std::unique_ptr<Version> older;
  };
  struct Cell {
    std::unique_ptr<Version> newest;
    bool untidy = false;
  };
  using Cells = std::map<std::string, Cell, std::less<>>;
  class Reading;

  void apply(const Changes::Op& op);
  void overwrite(Cells::iterator cell, const Changes::Op& op);
  void tidy();

  mutable std::mutex mutex_;  ///< Guards all below; not held during visits.
  mutable int readings_ = 0;  ///< Scans in progress: nothing they may see is freed.
  std::uint64_t commits_ = 0;
  std::size_t bytes_ = 0;
  Cells cells_;
  std::vector<Cells::iterator> untidy_;  ///< Cells that hold something for scans only.
};

}  // namespace vedette
