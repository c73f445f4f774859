#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "vedette/bytes.h"
#include "vedette/series.h"
#include "vedette/status.h"

namespace vedette::series {

/// Set of 64-bit keys, in little more than their own bytes: every partition has one. Keys are keyed
/// hashes, so their bits are as good as random to whoever invents names.
class KeySet {
 public:
  KeySet() = default;
  explicit KeySet(std::vector<std::uint64_t> keys);
  bool has(std::uint64_t key) const;
  std::size_t size() const { return keys_.size(); }

 private:
  std::vector<std::uint64_t> keys_;    ///< In order.
  std::vector<std::uint32_t> begins_;  ///< Of the keys that share their first bits.
  int shift_ = 0;                      ///< Leaves those bits.
};

/// Where a key stands among the candidates of a pane; the same in all partitions.
constexpr std::uint64_t rank_of(std::uint64_t key, Time pane_end) {
  return mix64(key ^ mix64(static_cast<std::uint64_t>(to_ms(pane_end))));
}
inline constexpr std::uint64_t kNoBound = std::numeric_limits<std::uint64_t>::max();

/// Counts of one kind of key in one pane, as they are saved and merged.
struct PaneCounts {
  struct Entry {
    std::uint64_t key = 0;
    SeriesCell cell;
    bool watched = false;
    std::string name;  ///< Of models and tenants, and of principals without pseudonyms.
  };
  std::vector<Entry> entries;  ///< In order of key.
  /// All keys whose rank is below it are here, with all their events.
  std::uint64_t bound = kNoBound;
  std::uint64_t evicted = 0;  ///< Candidates that the merge dropped.

  void save(ByteWriter& out) const;
  static Result<PaneCounts> load(std::string_view bytes);
  /// Exact whatever the split: watched keys, and the `sample` lowest candidates of all.
  void merge(PaneCounts&& other, Time pane_end, std::size_t sample);

 private:
  void cut(Time pane_end, std::size_t sample);
};

/// The table that an observer counts into: watched keys always, of all others those that
/// are among the `sample` lowest by rank, from their first event on. 32 bytes a slot, and
/// 4 for each bin.
class CountTable {
 public:
  struct Slot {
    std::uint64_t key = 0;
    ExactSum sum;
    std::uint32_t count = 0;
    std::uint32_t watched : 1 = 0;
    std::uint32_t row : 31 = 0;  ///< Of its bins.
  };
  /// `watched` may be null; must outlive this.
  CountTable(Time pane_end, const KeySet* watched, std::size_t sample, std::size_t bins = 0);

  void prefetch(std::uint64_t key) const { __builtin_prefetch(&slots_[key & mask_], 1); }
  /// The key's slot, made if there is none; null beyond the sample. Valid until the next call.
  Slot* touch(std::uint64_t key) {
    for (std::size_t at = key & mask_;; at = (at + 1) & mask_) {
      if (slots_[at].key == key) return &slots_[at];
      if (slots_[at].key == 0) return admit(key);
    }
  }
  /// Of a slot that `touch` has just answered.
  void add_to_bin(const Slot& slot, std::size_t bin) {
    if (bin < width_) ++bins_[slot.row * width_ + bin];
  }
  bool has(std::uint64_t key) const {
    std::size_t at = key & mask_;
    while (slots_[at].key != 0 && slots_[at].key != key) at = (at + 1) & mask_;
    return slots_[at].key == key;
  }
  /// Events of candidates that were dropped since the last call.
  std::uint64_t take_dropped();
  std::size_t size() const { return size_; }
  const std::vector<Slot>& slots() const { return slots_; }
  PaneCounts snapshot();
  void restore(const PaneCounts& counts);

 private:
  Slot* admit(std::uint64_t key);
  Slot* place(std::uint64_t key);
  void rebuild(std::size_t slots);
  void prune();
  void keep_used_bins();
  std::span<std::uint32_t> bins_of(const Slot& slot) { return {bins_.data() + slot.row * width_, width_}; }

  Time pane_end_;
  const KeySet* watched_;
  std::size_t sample_;
  std::size_t width_;
  std::size_t size_ = 0;
  std::size_t candidates_ = 0;
  std::size_t mask_ = 0;
  std::uint64_t bound_ = kNoBound;
  std::uint64_t dropped_ = 0;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> bins_;  ///< By row; `width_` of each.
};

}  // namespace vedette::series
