#pragma once

#include <cstdint>

#include "vedette/bytes.h"

namespace vedette::quality {

inline constexpr std::uint32_t kBlock = 64;  ///< Rows of a block, the unit in which norms are learned.

/// Probability of at least `count` of `of` rows where the rate is beta distributed with `a` and `b`.
double beta_binomial_tail(double a, double b, std::uint32_t count, std::uint32_t of);

/// How often something holds among the rows of blocks, and how much that varies between blocks.
struct Share {
  std::uint64_t blocks = 0;
  std::uint64_t sum = 0;      ///< Rows for which it holds.
  std::uint64_t squares = 0;  ///< Of the counts of the blocks.
  std::uint32_t most = 0;     ///< In one block.

  /// `count` of `of` rows; blocks with fewer than kBlock are taken for whole ones.
  void add(std::uint32_t count, std::uint32_t of);
  /// Halves what it knows, but for the largest count, so that it keeps learning.
  void fade();
  double mean() const;     ///< With half a row that might have been.
  double largest() const;  ///< Share in one block.
  /// How alike the rows of a block are, beyond chance: the correlation of two of them, 0 to 0.5. 0 too where
  /// nothing is known of that.
  double likeness() const;
  /// Probability of at least `count` of `of` rows: a beta-binomial tail, since blocks differ by more than
  /// chance and rows that come together are alike.
  double tail(std::uint32_t count, std::uint32_t of) const;

  void encode(ByteWriter& out) const;
  bool decode(ByteReader& in);

 private:
  double prior_rows() const;
};

}  // namespace vedette::quality
