#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "core/quality_sample.h"
#include "core/quality_share.h"

namespace vedette::quality {

/// A field in the rows of a block or window, in order of time. Null: the row has no such field.
struct Column {
  std::vector<const Row*> rows;
  std::vector<const Cell*> cells;
};
Column column_of(const std::vector<const Row*>& rows, NameHash field);

/// Hashes that have been seen; of more than kMost those with the smallest ones.
class Known {
 public:
  static constexpr std::size_t kMost = 256;

  void learn(std::uint64_t hash);
  bool knows(std::uint64_t hash) const;
  /// Whether it would be known if it had been seen.
  bool can_tell(std::uint64_t hash) const { return !capped_ || hash <= hashes_.back(); }
  bool is_new(std::uint64_t hash) const { return can_tell(hash) && !knows(hash); }
  std::size_t size() const { return hashes_.size(); }

  void encode(ByteWriter& out) const;
  bool decode(ByteReader& in);

 private:
  std::vector<std::uint64_t> hashes_;  ///< In order.
  bool capped_ = false;
};

/// Smallest and largest that there was.
struct Extent {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  void widen(double value);
  bool empty() const { return !(low <= high); }
  double width() const { return empty() ? 0 : high - low; }
  double middle() const { return low + width() / 2; }
  double beyond(double value) const;  ///< How far outside, 0: inside.
  void encode(ByteWriter& out) const;
  bool decode(ByteReader& in);
};

/// What a column holds, as far as it is counted.
struct Facts {
  std::uint32_t n = 0;
  std::array<std::uint32_t, kForms> forms{};
  std::uint32_t top = 0;        ///< Rows with the commonest value,
  Cell top_cell;                ///< which is this one.
  std::uint32_t unseen = 0;     ///< Texts that were not known,
  std::uint32_t unseen_of = 0;  ///< of so many of which that could be told.
  double median = 0;            ///< Of its numbers.
  double log_median = 0;        ///< Of the decimal logarithms of those that are not 0; NaN: too few.

  std::uint32_t count(Form form) const { return forms[static_cast<std::size_t>(form)]; }
  std::uint32_t present() const { return n - count(Form::absent) - count(Form::null); }
};

/// What is normal for one field. Owned by a model's state; bounded by the constants.
struct Norm {
  static constexpr std::size_t kMostValues = 128;
  static constexpr std::uint32_t kFewestBlocks = 8;  ///< Before it can say what is odd.
  static constexpr std::uint32_t kFewestNumbers = 16;

  std::array<Share, kForms> forms;
  Share top;     ///< Rows with the commonest value of the block, of those with any.
  Share unseen;  ///< Texts that had not been seen before, once most had been.
  Share high;    ///< Numbers above the middle of those before them.
  std::uint64_t blocks = 0;
  std::uint64_t number_blocks = 0;
  std::uint64_t ups = 0;  ///< Blocks whose median was above that of the one before.
  std::uint64_t downs = 0;
  double last_median = 0;
  Extent range;                ///< Of all numbers.
  Extent medians;              ///< Of blocks.
  Extent log_medians;          ///< Of blocks.
  std::vector<double> values;  ///< A sample of all numbers.
  std::uint64_t numbers = 0;   ///< So far.
  Known words;                 ///< Hashes of texts.
  std::uint64_t length = 0;    ///< Usual one of vectors, plus 1; 0: there was none.

  bool ready() const { return blocks >= kFewestBlocks; }
  double share(Form form) const { return forms[static_cast<std::size_t>(form)].mean(); }
  Form form_of(const Cell* cell) const;
  Form usual_form() const;
  /// Numbers move with time: counters, clocks. Where they will be is not where they were.
  bool trends() const;
  /// Rows that say no more about numbers than one would if each were independent of those before it.
  double alike() const { return 1 + (kBlock - 1) * high.likeness(); }
  /// Numbers beyond these are far: by as much as all known ones are apart.
  Extent limits() const;

  Facts facts_of(const Column& column) const;
  void learn(const Column& block);

  void encode(ByteWriter& out) const;
  bool decode(ByteReader& in);

 private:
  void learn_values(const Column& block);
  void learn_medians(const Facts& facts);
  void learn_run(const Column& block);
};

}  // namespace vedette::quality
