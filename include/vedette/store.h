#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vedette/status.h"

namespace vedette {

/// Puts and erases that become durable together. Later operations on a key win.
class Changes {
 public:
  struct Op {
    bool erase = false;
    std::string_view key;
    std::string_view value;
  };
  void put(std::string_view key, std::string_view value) {
    add({key.size(), value.size(), false}, key, value);
  }
  void erase(std::string_view key) { add({key.size(), 0, true}, key, {}); }
  bool empty() const { return lengths_.empty(); }
  std::size_t size() const { return lengths_.size(); }
  std::size_t bytes() const { return arena_.size(); }
  void clear() {
    arena_.clear();
    lengths_.clear();
  }
  template <class Visit>
  void each(Visit&& visit) const {
    std::size_t at = 0;
    for (const Length& length : lengths_) {
      const std::string_view all = arena_;
      visit(Op{length.erase, all.substr(at, length.key), all.substr(at + length.key, length.value)});
      at += length.key + length.value;
    }
  }

 private:
  struct Length {
    std::size_t key;
    std::size_t value;
    bool erase;
  };
  void add(Length length, std::string_view key, std::string_view value) {
    arena_.append(key).append(value);
    lengths_.push_back(length);
  }
  std::string arena_;
  std::vector<Length> lengths_;
};

/// Ordered key-value store with one atomic, durable `commit`. Thread-safe.
/// Keys are compared as unsigned bytes.
/// After a failed commit (`retry`: no space, `stop`: anything else) nothing of it is
/// visible and every later call fails the same way until `reopen` succeeds.
class Store {
 public:
  using Visit = std::function<bool(std::string_view key, std::string_view value)>;
  virtual ~Store() = default;
  virtual Status commit(const Changes& changes) = 0;
  virtual Result<std::optional<std::string>> get(std::string_view key) const = 0;
  /// Visits [from, to) in order, as of one moment, until `visit` answers false.
  /// An empty `to` means to the end.
  virtual Status scan(std::string_view from, std::string_view to, const Visit& visit) const = 0;
  /// Closes and opens again what failed. `retry`: not yet possible.
  virtual Status reopen() = 0;
  /// Bytes on disk (or in memory), roughly; for metrics.
  virtual std::size_t size_bytes() const = 0;
};

}  // namespace vedette
