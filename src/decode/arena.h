#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace vedette {

/// Bytes that live as long as one batch: blocks which stay where they are and are used
/// again after `clear`. Owned by one decoder. Grows with the batch, which bounds it;
/// `clear` keeps 4 MiB at most.
class Arena {
 public:
  struct Mark {
    std::size_t block = 0;
    std::size_t used = 0;
  };

  std::string_view copy(std::string_view text) {
    if (text.empty()) return {};
    char* const to = take(text.size());
    if (text.size() <= 16 && text.size() >= 8) {
      // Two overlapping words: cheaper than a call for what most words are.
      std::memcpy(to, text.data(), 8);
      std::memcpy(to + text.size() - 8, text.data() + text.size() - 8, 8);
    } else {
      std::memcpy(to, text.data(), text.size());
    }
    return {to, text.size()};
  }
  std::span<const float> copy(const std::vector<float>& numbers) {
    if (numbers.empty()) return {};
    const std::size_t bytes = numbers.size() * sizeof(float);
    auto* const to = reinterpret_cast<float*>(take(bytes));
    std::memcpy(to, numbers.data(), bytes);
    return {to, numbers.size()};
  }
  Mark mark() const { return {block_, used_}; }
  /// Takes back what was taken since.
  void rewind(Mark mark) {
    block_ = mark.block;
    used_ = mark.used;
  }
  void clear() {
    std::size_t kept = 0;
    for (Block& block : blocks_)
      if (block.size == kBlock && kept < kKeptBlocks) std::swap(blocks_[kept++], block);
    blocks_.resize(kept);
    rewind({});
  }

 private:
  static constexpr std::size_t kBlock = 256 * 1024;
  static constexpr std::size_t kKeptBlocks = 16;
  struct Block {
    std::unique_ptr<char[]> bytes;
    std::size_t size = 0;
  };

  char* take(std::size_t bytes) {
    const std::size_t size = (bytes + 7) & ~std::size_t{7};
    while (block_ < blocks_.size() && used_ + size > blocks_[block_].size) {
      ++block_;
      used_ = 0;
    }
    if (block_ == blocks_.size()) {
      const std::size_t room = size > kBlock ? size : kBlock;
      blocks_.push_back({std::make_unique<char[]>(room), room});
    }
    char* const at = blocks_[block_].bytes.get() + used_;
    used_ += size;
    return at;
  }

  std::vector<Block> blocks_;
  std::size_t block_ = 0;  ///< The one in use; all before it are full.
  std::size_t used_ = 0;
};

}  // namespace vedette
