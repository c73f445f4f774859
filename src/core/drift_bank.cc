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
    : blocks_(static_cast<std::size_t>(levels * kBlocks), Block(kSlots + columns * kStored)) {}

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

std::uint64_t Bank::filled() const {
  std::uint64_t bits = 0;
  for (int level = 0; level < levels() && at_ % block_panes(level) == 0; ++level)
    bits |= std::uint64_t{1} << (level * kBlocks + at_ / block_panes(level) % kBlocks);
  return bits;
}

void Bank::encode_block(int level, int place, ByteWriter& out) const {
  const Block& block = blocks_[static_cast<std::size_t>(level * kBlocks + place)];
  std::size_t zeros = 0;  // Most cells of short panes are empty.
  for (const std::uint32_t count : block) {
    if (count == 0) {
      ++zeros;
      continue;
    }
    out.u64(zeros);
    out.u64(count);
    zeros = 0;
  }
}

bool Bank::decode_block(int level, int place, ByteReader& in) {
  if (level < 0 || level >= levels() || place < 0 || place >= kBlocks) return false;
  Block& block = blocks_[static_cast<std::size_t>(level * kBlocks + place)];
  std::fill(block.begin(), block.end(), 0);
  for (std::uint64_t at = 0; in.ok() && !in.rest().empty(); ++at) {
    const std::uint64_t zeros = in.u64();
    if (zeros >= block.size() - std::min<std::uint64_t>(at, block.size())) return false;
    at += zeros;
    block[at] = static_cast<std::uint32_t>(in.u64());
  }
  return in.done();
}

}  // namespace vedette::drift
