#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "vedette/entity.h"
#include "vedette/time.h"

namespace vedette {

/// How the values of one feature or output are spread. Shares are of all events.
struct BaselineColumn {
  std::string name;
  bool numeric = true;
  std::vector<double> edges;        ///< Of the bins of numbers, ascending: one more than bins.
  std::vector<std::string> values;  ///< Known ones of a categorical column.
  std::vector<double> shares;       ///< By bin, or by value.
  double other = 0;                 ///< Of values that have no share of their own.
  double null = 0;
};

/// What a judge takes for normal, for people: `vedette baseline list` and `show`.
struct BaselineView {
  Entity entity;
  std::string state;             ///< `sampling`, `learning`, `watching`, `provisional` ...
  std::string baseline_version;  ///< Whose baseline stands in for the entity's own; empty: none.
  Time from{};                   ///< Event time of what it was learned from; equal if nothing yet.
  Time to{};
  double events = 0;
  std::vector<std::string> details;     ///< Lines, one or more per feature or series.
  std::vector<BaselineColumn> columns;  ///< Where it is made of distributions.
};

/// A model version that is compared with another one's baseline, for want of its own.
struct BorrowedBaseline {
  std::string model;
  std::string version;
  std::string baseline_version;
  auto operator<=>(const BorrowedBaseline&) const = default;
};

/// With the number of scopes, segments included, that are compared so.
using BorrowedBaselines = std::map<BorrowedBaseline, std::uint64_t>;
inline const BorrowedBaselines kNoneBorrowed;

/// Scopes in all.
inline std::uint64_t scopes_of(const BorrowedBaselines& borrowed) {
  std::uint64_t sum = 0;
  for (const auto& [version, scopes] : borrowed) sum += scopes;
  return sum;
}

/// Those of one detector, for people.
struct BorrowedByDetector {
  std::string detector;
  std::vector<BorrowedBaseline> versions;  ///< The first, in order.
  std::uint64_t more = 0;                  ///< Further versions.
};

}  // namespace vedette
