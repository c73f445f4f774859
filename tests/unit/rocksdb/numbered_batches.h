#pragma once

#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <string_view>

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

  /// `keys`: how many different ones are written; `words`: 8-byte words of a value.
  NumberedBatches(std::uint64_t keys, std::size_t words) : keys_(keys), words_(words) {}

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
    std::string bytes(words_ * 8, '\0');
    for (std::size_t at = 0; at < words_; ++at) {
      const std::uint64_t word = mix64((number * 64 + i) * 1024 + at + 1);
      std::memcpy(bytes.data() + at * 8, &word, 8);
    }
    return bytes;
  }

  std::uint64_t keys_;
  std::size_t words_;
};

}  // namespace vedette
