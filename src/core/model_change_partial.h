#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/model_scope.h"
#include "vedette/bytes.h"
#include "vedette/status.h"
#include "vedette/time.h"

namespace vedette::model_change {

inline constexpr std::size_t kNameBytes = 64;    ///< Kept of a version or output.
inline constexpr std::size_t kDigestBytes = 24;  ///< Kept of a digest: its method and 17 digits.

/// Entries in order of their hashes. Of more than Most those with the smallest hashes are kept:
/// the same ones in any order and split, and whole, since what has left never comes back.
template <class Entry, std::size_t Most>
class Smallest {
 public:
  using Slot = std::pair<NameHash, Entry>;

  /// The entry of this hash, a new one if there is none yet. Null: left out.
  Entry* at(NameHash hash) {
    auto slot = std::lower_bound(slots_.begin(), slots_.end(), hash, before);
    if (slot != slots_.end() && slot->first == hash) return &slot->second;
    if (slots_.size() == Most) {
      capped_ = true;
      if (slot == slots_.end()) return nullptr;
      const auto place = slot - slots_.begin();
      slots_.pop_back();
      slot = slots_.begin() + place;
    }
    return &slots_.insert(slot, Slot{hash, Entry{}})->second;
  }
  const Entry* find(NameHash hash) const {
    const auto slot = std::lower_bound(slots_.begin(), slots_.end(), hash, before);
    return slot != slots_.end() && slot->first == hash ? &slot->second : nullptr;
  }
  void merge(const Smallest& other) {
    for (const auto& [hash, entry] : other.slots_)
      if (Entry* own = at(hash)) own->merge(entry);
    capped_ = capped_ || other.capped_;
  }
  const std::vector<Slot>& slots() const { return slots_; }
  bool capped() const { return capped_; }  ///< Some were left out.

  void encode(ByteWriter& out) const {
    out.flag(capped_);
    out.u64(slots_.size());
    for (const auto& [hash, entry] : slots_) {
      out.fixed64(hash);
      entry.encode(out);
    }
  }
  /// False: not what `encode` writes.
  bool decode(ByteReader& in) {
    capped_ = in.flag();
    const std::size_t count = in.count(8);
    if (count > Most) return false;
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
      Slot slot{in.fixed64(), Entry{}};
      const bool sorted = slots_.empty() || slots_.back().first < slot.first;
      if (!slot.second.decode(in) || !sorted) return false;
      slots_.push_back(std::move(slot));
    }
    return in.ok();
  }

 private:
  static bool before(const Slot& slot, NameHash hash) { return slot.first < hash; }
  std::vector<Slot> slots_;
  bool capped_ = false;
};

struct SeenVersion {
  std::string text;
  std::uint64_t count = 0;
  Time first = kForever;
  Time last = kDawn;
  void merge(const SeenVersion& other);
  void encode(ByteWriter& out) const;
  bool decode(ByteReader& in);
};

/// A digest with which a version answered.
struct SeenDigest {
  enum class Approval : unsigned char { unlisted, approved, refused };  ///< Unlisted: there is no list.
  NameHash version = 0;
  std::string text;
  std::uint64_t count = 0;
  Approval approval = Approval::unlisted;
  void merge(const SeenDigest& other);
  void encode(ByteWriter& out) const;
  bool decode(ByteReader& in);
};

enum class OutputType : unsigned char { number, text, boolean, vector, missing };
inline constexpr std::size_t kOutputTypes = 5;
using TypeCounts = std::array<std::uint64_t, kOutputTypes>;

struct SeenOutput {
  std::string text;
  TypeCounts counts{};  ///< None is counted as missing: that is what remains of all events.
  void merge(const SeenOutput& other);
  void encode(ByteWriter& out) const;
  bool decode(ByteReader& in);
};

/// What one model answered in one pane, in one partition or, merged, in all. Merging is exact.
struct Seen {
  static constexpr std::size_t kMostVersions = 64;
  static constexpr std::size_t kMostDigests = 128;  ///< Of all versions together.
  static constexpr std::size_t kMostOutputs = 64;

  std::uint64_t events = 0;
  Smallest<SeenVersion, kMostVersions> versions;
  Smallest<SeenDigest, kMostDigests> digests;  ///< By `digest_key`.
  Smallest<SeenOutput, kMostOutputs> outputs;

  void merge(const Seen& other);
};
NameHash digest_key(NameHash version, std::uint64_t digest);

std::string encode(const Seen& seen);
/// Total.
Result<Seen> decode_seen(std::string_view bytes);

}  // namespace vedette::model_change
