#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/quality_norm.h"

namespace vedette::quality {

enum class Kind : unsigned char {
  missing_field,
  new_field,
  schema_evolution,
  type_change,
  nulls,
  out_of_range,
  sentinel,
  constant,
  unit_change,
  offset,
  cardinality,
};
inline constexpr std::size_t kKinds = 11;

/// The rows that are judged at once, in order of time.
struct View {
  std::vector<const Row*> rows;
  Duration pane{};
};

/// From when on something is too odd to be chance, and large enough to matter.
struct Limits {
  double level = 0;      ///< Largest probability.
  double min_share = 0;  ///< Of the rows.
};

/// What is wrong with one field.
struct Break {
  Kind kind{};
  NameHash field = 0;
  double before = 0;  ///< Shares of rows; of units and offsets medians; of versions none.
  double now = 0;
  double effect = 0;
  double threshold = 0;
  double probability = 1;      ///< Of so much, or more, by chance.
  std::uint32_t n = 0;         ///< Rows of the view.
  double baseline_n = 0;       ///< Rows that were learned.
  Time since{};                ///< First broken row.
  std::uint64_t client = 0;    ///< Of most broken rows, though not of most rows; 0: there is none.
  double client_share = 0;     ///< Of the broken rows.
  Form form{};                 ///< Of a type change: what it is now,
  Form usual{};                ///< and what it was.
  Cell value;                  ///< Of which there are many.
  std::uint32_t distinct = 0;  ///< Values that had not been seen before.
  double factor = 1;           ///< Of a unit.
};

/// Which rows are broken: in more than one pane, or it is no break.
struct Broken {
  std::uint32_t count = 0;
  bool lasts = false;  ///< Beyond one pane.
  Time since{};
  std::uint64_t client = 0;
  double client_share = 0;
};
Broken broken_rows(const View& view, const std::vector<bool>& broken);

/// What is wrong with one field in these rows, if anything; `clients`: those that were learned. What
/// a client does that was not there before is its own way, unless it sends what cannot be right.
std::optional<Break> check(const View& view, NameHash field, const Norm& norm, const Known& clients,
                           const Limits& limits);

}  // namespace vedette::quality
