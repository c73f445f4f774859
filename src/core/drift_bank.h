#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "core/drift_geometry.h"
#include "core/drift_season.h"
#include "vedette/bytes.h"

namespace vedette::drift {

/// Cells as they are counted: `new` and `type`, `null` and `missing` apart, so that an
/// alert can tell which; they are judged together.
inline constexpr int kStored = 22;
inline constexpr int kStoredNew = 18;
inline constexpr int kStoredType = 19;
inline constexpr int kStoredNull = 20;
inline constexpr int kStoredMissing = 21;
using StoredCells = std::array<double, kStored>;
Cells judged(const StoredCells& stored);

/// The last four blocks of every level of one scope: events per slot and cells per
/// column. Panes are numbered from 1; a block of 2^l panes is made when its last pane
/// closes, from the two blocks below. Owned by the scope's watch.
class Bank {
 public:
  static constexpr int kBlocks = 4;
  static constexpr int kAll = -1;

  Bank() = default;
  Bank(int levels, std::size_t columns);

  /// Pane `at` is complete. `cells`: columns x kStored, of `n` events each.
  void push(std::int64_t at, int slot, std::uint64_t n, std::span<const std::uint32_t> cells);
  /// A window of the level ended with the pane pushed last.
  bool complete(int level) const { return at_ % block_panes(level) == 0 && at_ >= window_panes(level); }
  /// Events per slot of the window, with one of its blocks (0 = oldest) left out.
  SlotCounts slots(int level, int without = kAll) const;
  StoredCells cells(int level, std::size_t column, int without = kAll) const;
  /// No events in any block: panes without events may be skipped.
  bool empty() const;
  void skip_to(std::int64_t at) { at_ = at; }
  std::int64_t at() const { return at_; }
  int levels() const { return static_cast<int>(blocks_.size()) / kBlocks; }

  /// A run of panes up to the last one.
  struct Suffix {
    std::int64_t panes = 0;
    SlotCounts slots{};
    StoredCells cells{};
  };
  /// All suffixes that begin at a kept block boundary.
  std::vector<Suffix> suffixes(std::size_t column) const;

  /// Blocks that the last `push` filled, one bit each: level x kBlocks + place.
  std::uint64_t filled() const;
  void encode_block(int level, int place, ByteWriter& out) const;
  bool decode_block(int level, int place, ByteReader& in);

 private:
  using Block = std::vector<std::uint32_t>;  ///< kSlots, then columns x kStored.
  const Block& block(int level, std::int64_t number) const;
  void add(const Block& block, std::size_t column, Suffix& to) const;

  std::int64_t at_ = 0;
  std::vector<Block> blocks_;  ///< [level][number % kBlocks]
};

}  // namespace vedette::drift
