#pragma once

#include <cstdint>
#include <iterator>
#include <map>
#include <string>
#include <string_view>

namespace vedette {

/// Hash of a name.
using NameHash = std::uint64_t;
NameHash hash_of(std::string_view name);

/// What a model is called in partials and state: names of any length are bounded.
std::string scope_of(std::string_view model);
inline constexpr std::size_t kScopeBytes = 256;

/// Takes up one more, of which only the `most` with the smallest hashes matter: the same ones in any
/// order and split. Null: it is left out.
template <class Entry>
Entry* place_of(std::map<NameHash, Entry>& entries, NameHash hash, std::size_t most) {
  const auto found = entries.lower_bound(hash);
  if (found != entries.end() && found->first == hash) return &found->second;
  if (entries.size() >= most) {
    if (found == entries.end()) return nullptr;
    entries.erase(std::prev(entries.end()));
  }
  return &entries[hash];
}

}  // namespace vedette
