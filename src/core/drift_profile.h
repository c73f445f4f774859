#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "core/drift_bank.h"
#include "core/drift_clients.h"
#include "core/drift_projection.h"
#include "vedette/bytes.h"
#include "vedette/hash.h"
#include "vedette/time.h"
#include "vedette/value.h"

namespace vedette::drift {

inline constexpr std::size_t kMaxColumns = 2048;  ///< Per scope.
inline constexpr int kFineBins = 64;
inline constexpr int kFineWords = 256;
inline constexpr std::size_t kMaxWords = 4096;  ///< Known values of a column.

/// What a categorical column may contain; a value of another type is a `type` change.
inline constexpr unsigned kHasNumbers = 1;
inline constexpr unsigned kHasBooleans = 2;
inline constexpr unsigned kHasWords = 4;

/// Identity of a categorical value, the same in every process of one installation.
inline std::uint64_t hash_of(double number) {
  return mix64(std::bit_cast<std::uint64_t>(number + 0.0) ^ 0x6e756dULL);
}
inline std::uint64_t hash_of(bool value) { return mix64(value ? 0x74727565ULL : 0x66616c7365ULL); }

/// Fetches the memory from `from` on.
inline void prefetch_all(const void* from, std::size_t bytes) {
  constexpr std::size_t kLine = 64;
  for (std::size_t at = 0; at < bytes; at += kLine) __builtin_prefetch(static_cast<const char*>(from) + at);
}

/// How the values of one column fall into cells. Numbers are compared as float
/// distances from a double origin: monotone, and exact around 1e9 as well.
struct ColumnSpec {
  struct Word {
    std::uint64_t hash = 0;
    std::uint32_t cell = 0;
  };
  std::string name;
  bool numeric = true;
  bool new_is_other = false;  ///< New values are as common as the baseline's rare ones.
  unsigned types = kHasNumbers;
  double origin = 0;
  float low = -std::numeric_limits<float>::infinity();
  float high = std::numeric_limits<float>::infinity();
  std::vector<float> edges;
  std::vector<Word> words;
  /// Far is more than one baseline range beyond the baseline's extremes.
  void set_far_limits(double least, double most);
  void encode(ByteWriter& out) const;
  static ColumnSpec decode(ByteReader& in);
};

/// The cells of one scope, laid out for counting: one Line per column, contiguous.
/// Fine ones (while a baseline is learned live) have more cells and no far limits.
/// Immutable once built; owned by whoever counts with it.
class Profile {
 public:
  struct Line {
    double origin = 0;
    float low = 0;
    std::array<float, kBins - 1> edge{};
    float high = 0;
    std::uint32_t first = 0;  ///< Of its cells.
    std::uint32_t ordinary = kOrdinary;
    bool numeric = true;
    bool new_is_other = false;
    std::uint8_t types = 0;
    std::uint32_t table = 0;  ///< Categorical: first place of its hash table; fine: of its edges.
    std::uint32_t mask = 0;
  };
  std::uint64_t id = 0;
  Duration pane = Duration{10'000};
  bool fine = false;
  std::vector<std::uint32_t> caps;  ///< Events that a pane takes of a client, by its bucket; empty: all.

  /// Builds lines and tables from `specs`.
  void compile();
  /// Whoever only counts has no more need of them.
  void drop_specs() { std::vector<ColumnSpec>().swap(specs); }
  std::size_t columns() const { return lines_.size(); }
  std::uint32_t column_cells() const { return cells_; }
  /// Those of columns, then the clients' buckets if they are capped.
  std::uint32_t cells() const { return cells_ + static_cast<std::uint32_t>(caps.size()); }
  const Line& line(std::size_t column) const { return lines_[column]; }
  const Line* lines() const { return lines_.data(); }
  void prefetch() const {
    prefetch_all(lines_.data(), lines_.size() * sizeof(Line));
    prefetch_all(table_.data(), std::min(table_.size(), kFetchedPlaces) * sizeof(Place));
  }

  /// Cell of a value in its column, counted from the scope's first cell. A word is one of `words`, hashes.
  std::uint32_t cell(const Line& line, Value value, std::span<const std::uint64_t> words) const {
    if (line.numeric && value.is_number()) return line.first + number_cell(line, value.number());
    return line.first + other_cell(line, value, words);
  }
  static float offset(const Line& line, double number) { return static_cast<float>(number - line.origin); }
  void encode(ByteWriter& out) const;
  static Profile decode(ByteReader& in);

 private:
  struct Place {
    std::uint64_t hash = 0;
    std::uint32_t cell = 0;
    bool used = false;
  };
  static constexpr std::size_t kFetchedPlaces = 64;  ///< Larger tables are looked into here and there.
  std::uint32_t number_cell(const Line& line, double number) const {
    const float x = offset(line, number);
    if (fine) return fine_cell(line, x);
    const float* edge = line.edge.data();
    std::uint32_t b = 8U * (x >= edge[7]);
    b += 4U * (x >= edge[b + 3]);
    b += 2U * (x >= edge[b + 1]);
    b += x >= edge[b];
    const std::uint32_t inside = x > line.high ? kFarAbove : 1 + b;
    return x < line.low ? kFarBelow : inside;
  }
  std::uint32_t fine_cell(const Line& line, float x) const;
  std::uint32_t other_cell(const Line& line, Value value, std::span<const std::uint64_t> words) const;
  std::uint32_t word_cell(const Line& line, std::uint64_t hash, unsigned type) const;
  void compile(const ColumnSpec& spec, Line& line);

  std::uint32_t cells_ = 0;
  std::vector<Line> lines_;
  std::vector<Place> table_;
  std::vector<float> fine_edges_;

 public:
  // What counting does not touch comes last: the profiles of thousands of models come from memory.
  std::vector<ColumnSpec> specs;
  Projection projection;  ///< What makes the columns; empty: they are values of events.
};

/// Offsets of the special cells behind a line's ordinary ones.
enum SpecialCell : std::uint32_t { cell_new, cell_type, cell_null, cell_missing, special_cells };

}  // namespace vedette::drift
