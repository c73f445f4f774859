#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "vedette/hash.h"
#include "vedette/store.h"

namespace vedette {

/// Batches whose content follows from their number, so that what a store holds tells
/// whether it is exactly the first n of them. `kOffset` holds the number of the last one.
class NumberedBatches {
 public:
  using State = std::map<std::string, std::string>;
  static constexpr const char* kOffset = "offset";
  static constexpr std::uint64_t kPuts = 50;

  /// `keys`: how many different ones are written in turn.
  explicit NumberedBatches(std::uint64_t keys, std::size_t value_bytes = 100)
      : keys_(keys), value_bytes_(value_bytes) {}

  Changes changes(std::uint64_t number) const {
    Changes out;
    for (std::uint64_t i = 0; i < kPuts; ++i) out.put(key(number, i), value(number, i));
    out.erase(key(number, kPuts));
    out.put(kOffset, std::to_string(number));
    return out;
  }
  /// What a store holds after the first `count` batches.
  State after(std::uint64_t count) const {
    State state;
    for (std::uint64_t number = 1; number <= count; ++number)
      changes(number).each([&state](const Changes::Op& op) {
        if (op.erase)
          state.erase(std::string(op.key));
        else
          state.insert_or_assign(std::string(op.key), std::string(op.value));
      });
    return state;
  }
  static std::uint64_t offset_of(const State& state) {
    const auto found = state.find(kOffset);
    return found == state.end() ? 0 : std::stoull(found->second);
  }
  static State read(const Store& store, Status& outcome) {
    State state;
    outcome = store.scan("", "", [&state](std::string_view key, std::string_view value) {
      state.emplace(key, value);
      return true;
    });
    return state;
  }

 private:
  std::string key(std::uint64_t number, std::uint64_t i) const {
    return "key" + std::to_string(mix64(number * 64 + i) % keys_);
  }
  std::string value(std::uint64_t number, std::uint64_t i) const {
    std::string bytes;
    for (std::uint64_t word = mix64(number * 64 + i + 1); bytes.size() < value_bytes_; word = mix64(word + 1))
      for (int shift = 0; shift < 64; shift += 8) bytes.push_back(static_cast<char>(word >> shift));
    return bytes;
  }

  std::uint64_t keys_;
  std::size_t value_bytes_;
};

}  // namespace vedette
