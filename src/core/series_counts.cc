#include "core/series_counts.h"

#include <algorithm>
#include <bit>

namespace vedette {
namespace series {
namespace {

constexpr std::uint64_t kVersion = 3;
constexpr std::size_t kLeastSlots = 16;
constexpr std::size_t kMostBins = 4096;

/// Few of many bins hold anything: how many do, then [distance from the last, count].
void save_bins(ByteWriter& out, const std::vector<std::uint32_t>& bins) {
  out.u64(bins.size());
  if (bins.empty()) return;
  out.u64(static_cast<std::uint64_t>(std::count_if(bins.begin(), bins.end(), [](auto n) { return n > 0; })));
  std::size_t last = 0;
  for (std::size_t i = 0; i < bins.size(); ++i) {
    if (bins[i] == 0) continue;
    out.u64(i - last);
    out.u64(bins[i]);
    last = i;
  }
}

/// False: damaged.
bool load_bins(ByteReader& in, std::vector<std::uint32_t>& bins) {
  const std::uint64_t size = in.u64();
  if (size > kMostBins || !in.ok()) return false;
  bins.resize(size);
  if (size == 0) return true;
  std::size_t at = 0;
  for (std::size_t left = in.count(2); left > 0; --left) {
    at += in.u64();
    if (at >= size) return false;
    bins[at] = static_cast<std::uint32_t>(in.u64());
  }
  return in.ok();
}

}  // namespace
}  // namespace series

void SeriesCell::add(const SeriesCell& other) {
  count += other.count;
  sum.add(other.sum);
  if (bins.size() < other.bins.size()) bins.resize(other.bins.size());
  for (std::size_t i = 0; i < other.bins.size(); ++i) bins[i] += other.bins[i];
}

namespace series {

KeySet::KeySet(std::vector<std::uint64_t> keys) : keys_(std::move(keys)) {
  if (!std::is_sorted(keys_.begin(), keys_.end())) std::sort(keys_.begin(), keys_.end());
  // Keys are hashes: about eight of them share their first bits, one line of the cache.
  const int bits = static_cast<int>(std::bit_width(keys_.size() / 8 + 1));
  shift_ = 64 - bits;
  begins_.reserve((std::size_t{1} << bits) + 1);
  for (std::size_t at = 0; at < keys_.size(); ++at)
    while (begins_.size() <= keys_[at] >> shift_) begins_.push_back(static_cast<std::uint32_t>(at));
  begins_.resize((std::size_t{1} << bits) + 1, static_cast<std::uint32_t>(keys_.size()));
}

bool KeySet::has(std::uint64_t key) const {
  if (keys_.empty()) return false;
  const std::size_t part = key >> shift_;
  return std::binary_search(keys_.begin() + begins_[part], keys_.begin() + begins_[part + 1], key);
}

CountTable::CountTable(Time pane_end, const KeySet* watched, std::size_t sample, std::size_t bins)
    : pane_end_(pane_end), watched_(watched), sample_(sample), width_(bins) {
  rebuild(kLeastSlots);
}

CountTable::Slot* CountTable::place(std::uint64_t key) {
  std::size_t at = key & mask_;
  while (slots_[at].key != 0 && slots_[at].key != key) at = (at + 1) & mask_;
  return &slots_[at];
}

void CountTable::rebuild(std::size_t slots) {
  std::vector<Slot> old(slots);
  old.swap(slots_);
  mask_ = slots - 1;
  for (const Slot& slot : old)
    if (slot.key != 0) *place(slot.key) = slot;
}

CountTable::Slot* CountTable::admit(std::uint64_t key) {
  const bool watched = watched_ != nullptr && watched_->has(key);
  if (!watched && rank_of(key, pane_end_) >= bound_) {
    ++dropped_;
    return nullptr;
  }
  if (!watched && candidates_ >= 2 * sample_) {
    prune();
    return touch(key);
  }
  if (4 * (size_ + 1) > 3 * slots_.size()) rebuild(2 * slots_.size());
  Slot* slot = place(key);
  slot->key = key;
  slot->watched = watched ? 1 : 0;
  if (width_ > 0) {
    slot->row = static_cast<std::uint32_t>(bins_.size() / width_) & 0x7fffffffU;
    bins_.resize(bins_.size() + width_);
  }
  ++size_;
  candidates_ += watched ? 0 : 1;
  return slot;
}

/// Keeps the lowest `sample` candidates; whoever was dropped once can never come back.
void CountTable::prune() {
  if (candidates_ <= sample_) return;
  std::vector<std::uint64_t> ranks;
  ranks.reserve(candidates_);
  for (const Slot& slot : slots_)
    if (slot.key != 0 && slot.watched == 0) ranks.push_back(rank_of(slot.key, pane_end_));
  const auto last = ranks.begin() + static_cast<std::ptrdiff_t>(sample_);
  std::nth_element(ranks.begin(), last, ranks.end());
  bound_ = *last;
  for (Slot& slot : slots_) {
    if (slot.key == 0 || slot.watched != 0 || rank_of(slot.key, pane_end_) < bound_) continue;
    dropped_ += slot.count;
    slot = {};
    --size_;
  }
  candidates_ = sample_;
  rebuild(slots_.size());
  keep_used_bins();
}

void CountTable::keep_used_bins() {
  if (width_ == 0) return;
  std::vector<std::uint32_t> kept;
  kept.reserve(size_ * width_);
  for (Slot& slot : slots_) {
    if (slot.key == 0) continue;
    const std::span<std::uint32_t> bins = bins_of(slot);
    slot.row = static_cast<std::uint32_t>(kept.size() / width_) & 0x7fffffffU;
    kept.insert(kept.end(), bins.begin(), bins.end());
  }
  bins_ = std::move(kept);
}

std::uint64_t CountTable::take_dropped() { return std::exchange(dropped_, 0); }

PaneCounts CountTable::snapshot() {
  prune();
  PaneCounts counts;
  counts.bound = bound_;
  counts.entries.reserve(size_);
  for (const Slot& slot : slots_) {
    if (slot.key == 0) continue;
    const std::span<std::uint32_t> bins = bins_of(slot);
    counts.entries.push_back(
        {slot.key, {slot.count, slot.sum, {bins.begin(), bins.end()}}, slot.watched != 0, {}});
  }
  std::sort(counts.entries.begin(), counts.entries.end(),
            [](const auto& a, const auto& b) { return a.key < b.key; });
  return counts;
}

void CountTable::restore(const PaneCounts& counts) {
  slots_.clear();
  rebuild(std::bit_ceil(std::max(kLeastSlots, 2 * counts.entries.size())));
  size_ = counts.entries.size();
  candidates_ = 0;
  bound_ = counts.bound;
  bins_.assign(size_ * width_, 0);
  std::uint32_t row = 0;
  for (const PaneCounts::Entry& entry : counts.entries) {
    Slot& slot = *place(entry.key);
    slot.key = entry.key;
    slot.sum = entry.cell.sum;
    slot.count = static_cast<std::uint32_t>(entry.cell.count);
    slot.watched = entry.watched ? 1 : 0;
    slot.row = row++ & 0x7fffffffU;
    const std::span<const std::uint32_t> bins =
        std::span(entry.cell.bins).first(std::min(width_, entry.cell.bins.size()));
    std::copy(bins.begin(), bins.end(), bins_of(slot).begin());
    candidates_ += entry.watched ? 0 : 1;
  }
}

void PaneCounts::save(ByteWriter& out) const {
  out.u64(kVersion);
  out.fixed64(bound);
  out.u64(evicted);
  out.u64(entries.size());
  for (const Entry& entry : entries) {
    out.fixed64(entry.key);
    out.u64(entry.cell.count << 1 | (entry.watched ? 1 : 0));
    entry.cell.sum.save(out);
    save_bins(out, entry.cell.bins);
    out.text(entry.name);
  }
}

Result<PaneCounts> PaneCounts::load(std::string_view bytes) {
  ByteReader in(bytes);
  PaneCounts counts;
  if (in.u64() != kVersion) return Status::reject("counts of another version");
  counts.bound = in.fixed64();
  counts.evicted = in.u64();
  const std::size_t size = in.count(13);
  counts.entries.reserve(size);
  for (std::size_t i = 0; i < size && in.ok(); ++i) {
    Entry& entry = counts.entries.emplace_back();
    entry.key = in.fixed64();
    const std::uint64_t count = in.u64();
    entry.cell.count = count >> 1;
    entry.cell.sum = ExactSum::load(in);
    if (!load_bins(in, entry.cell.bins)) return Status::reject("damaged counts");
    entry.watched = (count & 1) != 0;
    entry.name = in.text();
    const bool ordered = i == 0 || counts.entries[i - 1].key < entry.key;
    if (entry.key == 0 || !ordered) return Status::reject("damaged counts");
  }
  if (!in.done()) return Status::reject("damaged counts");
  return counts;
}

void PaneCounts::merge(PaneCounts&& other, Time pane_end, std::size_t sample) {
  std::vector<Entry> both;
  both.reserve(entries.size() + other.entries.size());
  std::merge(std::make_move_iterator(entries.begin()), std::make_move_iterator(entries.end()),
             std::make_move_iterator(other.entries.begin()), std::make_move_iterator(other.entries.end()),
             std::back_inserter(both), [](const Entry& a, const Entry& b) { return a.key < b.key; });
  entries.clear();
  for (Entry& entry : both) {
    if (entries.empty() || entries.back().key != entry.key) {
      entries.push_back(std::move(entry));
      continue;
    }
    Entry& first = entries.back();
    first.cell.add(entry.cell);
    first.watched = first.watched || entry.watched;
    if (first.name.empty()) first.name = std::move(entry.name);
  }
  bound = std::min(bound, other.bound);
  evicted += other.evicted;
  cut(pane_end, sample);
}

void PaneCounts::cut(Time pane_end, std::size_t sample) {
  std::vector<std::uint64_t> ranks;
  for (const Entry& entry : entries)
    if (!entry.watched && rank_of(entry.key, pane_end) < bound) ranks.push_back(rank_of(entry.key, pane_end));
  if (ranks.size() > sample) {
    const auto last = ranks.begin() + static_cast<std::ptrdiff_t>(sample);
    std::nth_element(ranks.begin(), last, ranks.end());
    bound = *last;
  }
  if (bound == kNoBound) return;
  evicted += std::erase_if(
      entries, [&](const Entry& entry) { return !entry.watched && rank_of(entry.key, pane_end) >= bound; });
}

}  // namespace series
}  // namespace vedette
