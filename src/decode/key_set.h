#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace vedette {

/// Keyed hashes of the names of one object, to find the one that comes twice, in linear
/// time whatever the names. Reused; grows with the largest object.
class KeySet {
 public:
  void begin(std::size_t names) {
    std::size_t room = 64;
    while (room < names * 2) room *= 2;
    if (room > slots_.size()) slots_.resize(room);
    mask_ = room - 1;
    std::fill(slots_.begin(), slots_.begin() + static_cast<std::ptrdiff_t>(room), std::uint64_t{0});
  }
  /// False if it is there already. `hash` is not 0.
  bool insert(std::uint64_t hash) {
    std::size_t at = hash & mask_;
    for (; slots_[at] != 0; at = (at + 1) & mask_)
      if (slots_[at] == hash) return false;
    slots_[at] = hash;
    return true;
  }

 private:
  std::vector<std::uint64_t> slots_;
  std::size_t mask_ = 0;
};

}  // namespace vedette
