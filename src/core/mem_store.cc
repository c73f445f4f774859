#include "core/mem_store.h"

#include <array>
#include <utility>

namespace vedette {
namespace {
/// Rough cost of a map node and a version beside the bytes themselves.
constexpr std::size_t kCellOverhead = 160;
}  // namespace

/// Holds the store's versions still while a scan is in progress.
class MemStore::Reading {
 public:
  explicit Reading(const MemStore& store) : store_(store) {
    const std::lock_guard<std::mutex> hold(store_.mutex_);
    ++store_.readings_;
    commit_ = store_.commits_;
  }
  ~Reading() {
    const std::lock_guard<std::mutex> hold(store_.mutex_);
    --store_.readings_;
  }
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

  /// What a cell held at the moment of this reading; nullptr: nothing.
  const Version* version_of(const Cell& cell) const {
    const Version* version = cell.newest.get();
    while (version != nullptr && version->commit > commit_) version = version->older.get();
    return version == nullptr || version->erased ? nullptr : version;
  }

 private:
  const MemStore& store_;
  std::uint64_t commit_ = 0;
};

void MemStore::tidy() {
  for (const Cells::iterator& cell : untidy_) {
    cell->second.untidy = false;
    cell->second.newest->older.reset();
    if (cell->second.newest->erased) cells_.erase(cell);
  }
  untidy_.clear();
}

void MemStore::apply(const Changes::Op& op) {
  const auto found = cells_.lower_bound(op.key);
  const bool exists = found != cells_.end() && found->first == op.key;
  if (!exists && op.erase) return;
  const auto cell = exists ? found : cells_.emplace_hint(found, op.key, Cell{});
  const Version* last = cell->second.newest.get();
  if (last != nullptr && !last->erased) bytes_ -= op.key.size() + last->value.size() + kCellOverhead;
  if (!op.erase) bytes_ += op.key.size() + op.value.size() + kCellOverhead;
  if (op.erase && readings_ == 0)
    cells_.erase(cell);
  else
    overwrite(cell, op);
}

void MemStore::overwrite(Cells::iterator cell, const Changes::Op& op) {
  std::unique_ptr<Version>& newest = cell->second.newest;
  // A version of this very commit is invisible to every scan.
  if (newest != nullptr && (readings_ == 0 || newest->commit == commits_)) {
    newest->commit = commits_;
    newest->erased = op.erase;
    newest->value = op.value;
  } else {
    auto version = std::make_unique<Version>();
    version->commit = commits_;
    version->erased = op.erase;
    version->value = op.value;
    version->older = std::move(newest);
    newest = std::move(version);
  }
  const bool kept_for_scans = newest->erased || newest->older != nullptr;
  if (!kept_for_scans || cell->second.untidy) return;
  cell->second.untidy = true;
  untidy_.push_back(cell);
}

Status MemStore::commit(const Changes& changes) {
  const std::lock_guard<std::mutex> hold(mutex_);
  if (readings_ == 0) tidy();
  ++commits_;
  changes.each([this](const Changes::Op& op) { apply(op); });
  return {};
}

Result<std::optional<std::string>> MemStore::get(std::string_view key) const {
  const std::lock_guard<std::mutex> hold(mutex_);
  const auto cell = cells_.find(key);
  if (cell == cells_.end() || cell->second.newest->erased) return std::optional<std::string>();
  return std::optional<std::string>(cell->second.newest->value);
}

Status MemStore::scan(std::string_view from, std::string_view to, const Visit& visit) const {
  const Reading reading(*this);
  std::array<std::pair<std::string_view, std::string_view>, 64> run;
  std::unique_lock<std::mutex> hold(mutex_);
  auto cell = cells_.lower_bound(from);
  const auto inside = [&] { return cell != cells_.end() && (to.empty() || cell->first < to); };
  while (inside()) {
    std::size_t size = 0;
    for (; inside() && size < run.size(); ++cell)
      if (const Version* version = reading.version_of(cell->second))
        run[size++] = {cell->first, version->value};
    hold.unlock();
    for (std::size_t i = 0; i < size; ++i)
      if (!visit(run[i].first, run[i].second)) return {};
    hold.lock();
  }
  return {};
}

std::size_t MemStore::size_bytes() const {
  const std::lock_guard<std::mutex> hold(mutex_);
  return bytes_;
}

}  // namespace vedette
