#include "core/drift_bank.h"

#include <algorithm>

namespace vedette::drift {
namespace {

// 2^24 events a pane and 2^7 panes a block fit into 32 bits. Beyond that, panes weigh
// less than their events, which noise no longer depends on.
constexpr std::uint64_t kMaxPaneEvents = 1 << 24;

}  // namespace

Cells judged(const StoredCells& stored) {
  Cells cells;
  std::copy_n(stored.begin(), kOrdinary, cells.begin());
  cells[kNew] = stored[kStoredNew] + stored[kStoredType];
  cells[kNull] = stored[kStoredNull] + stored[kStoredMissing];
  return cells;
}

Bank::Bank(int levels, std::size_t columns)
    : columns_(columns),
      blocks_(static_cast<std::size_t>(levels * kBlocks), Block(kSlots + columns * kStored)) {}

const Bank::Block& Bank::block(int level, std::int64_t number) const {
  return blocks_[static_cast<std::size_t>(level * kBlocks + number % kBlocks)];
}

void Bank::push(std::int64_t at, int slot, std::uint64_t n, std::span<const std::uint32_t> cells) {
  at_ = at;
  if (blocks_.empty()) return;
  int shift = 0;
  while ((n >> shift) > kMaxPaneEvents) ++shift;
  Block& lowest = blocks_[static_cast<std::size_t>(at % kBlocks)];
  std::fill_n(lowest.begin(), kSlots, 0);
  lowest[static_cast<std::size_t>(slot)] = static_cast<std::uint32_t>(n >> shift);
  std::transform(cells.begin(), cells.end(), lowest.begin() + kSlots,
                 [shift](std::uint32_t count) { return count >> shift; });
  for (int level = 1; level < levels() && at % block_panes(level) == 0; ++level) {
    const std::int64_t number = at / block_panes(level);
    const Block& first = block(level - 1, 2 * number - 1);
    const Block& second = block(level - 1, 2 * number);
    Block& whole = blocks_[static_cast<std::size_t>(level * kBlocks + number % kBlocks)];
    std::transform(first.begin(), first.end(), second.begin(), whole.begin(), std::plus<>());
  }
}

SlotCounts Bank::slots(int level, int without) const {
  SlotCounts sum{};
  const std::int64_t last = at_ / block_panes(level);
  for (int b = 0; b < kBlocks; ++b) {
    if (b == without) continue;
    const Block& part = block(level, last - (kBlocks - 1) + b);
    for (std::size_t slot = 0; slot < kSlots; ++slot) sum[slot] += part[slot];
  }
  return sum;
}

StoredCells Bank::cells(int level, std::size_t column, int without) const {
  StoredCells sum{};
  const std::int64_t last = at_ / block_panes(level);
  for (int b = 0; b < kBlocks; ++b) {
    if (b == without) continue;
    const Block& part = block(level, last - (kBlocks - 1) + b);
    for (std::size_t k = 0; k < kStored; ++k) sum[k] += part[kSlots + column * kStored + k];
  }
  return sum;
}

bool Bank::empty() const {
  return std::all_of(blocks_.begin(), blocks_.end(), [](const Block& block) {
    return std::all_of(block.begin(), block.begin() + kSlots, [](std::uint32_t n) { return n == 0; });
  });
}

void Bank::add(const Block& part, std::size_t column, Suffix& to) const {
  for (std::size_t slot = 0; slot < kSlots; ++slot) to.slots[slot] += part[slot];
  for (std::size_t k = 0; k < kStored; ++k) to.cells[k] += part[kSlots + column * kStored + k];
}

std::vector<Bank::Suffix> Bank::suffixes(std::size_t column) const {
  std::vector<Suffix> result;
  Suffix tail;  // From the end of the level's last block to now.
  for (int level = 0; level < levels(); ++level) {
    const std::int64_t last = at_ / block_panes(level);
    Suffix run = tail;
    for (std::int64_t b = 0; b < std::min<std::int64_t>(kBlocks, last); ++b) {
      add(block(level, last - b), column, run);
      run.panes += block_panes(level);
      result.push_back(run);
    }
    if (last % 2 == 0) continue;
    add(block(level, last), column, tail);
    tail.panes += block_panes(level);
  }
  return result;
}

void Bank::encode_level(int level, ByteWriter& out) const {
  if (level == 0) out.i64(at_);
  for (std::int64_t b = 0; b < kBlocks; ++b)
    for (const std::uint32_t count : block(level, b)) out.u64(count);
}

bool Bank::decode_level(int level, ByteReader& in) {
  if (level < 0 || level >= levels()) return false;
  if (level == 0) at_ = in.i64();
  for (std::size_t b = 0; b < kBlocks; ++b)
    for (std::uint32_t& count : blocks_[static_cast<std::size_t>(level) * kBlocks + b])
      count = static_cast<std::uint32_t>(in.u64());
  return in.done() && at_ >= 0;
}

}  // namespace vedette::drift
