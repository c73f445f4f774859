#pragma once

#include <array>
#include <span>
#include <vector>

#include "core/drift_season.h"

namespace vedette::drift {

/// Upper tail of a baseline's own windows (excesses over a high quantile).
struct Tail {
  double blocks = 0;   ///< 0: too few to tell; deviate is 0.
  double largest = 0;  ///< k
  double start = 0;    ///< h
  double excess = 0;   ///< beta
  double power = 1;    ///< r
  /// Deviate that the baseline's windows exceed with probability `alpha`.
  double deviate(double alpha) const;
};
Tail fit_tail(std::vector<double> deviates, double power);

/// How restless a column is over windows of one level.
struct Wander {
  bool known = false;
  double tau = 0;
  double se = 0;
  double blocks = 2;  ///< Effective, independent ones.
  Tail tail;
};

/// Effective blocks per level from wander and its error: slow cycles make few.
void set_effective_blocks(std::span<Wander> levels, double panes);

/// Part of the budget that one look of `level` has.
double alpha_of(int level, int levels, double tests_per_budget, Duration pane);

/// A squared at `alpha`: the least that any known level up to the last of `levels`
/// asks for. `tails` are their deviates, lifted to the scope's.
double allowance(std::span<const Wander> levels, std::span<const double> tails, double alpha);

/// All that watching needs to know of the baseline of one scope. Integers in, so the
/// same counts give the same model.
struct BaselineModel {
  struct Column {
    SeasonProfile profile;
    bool still = false;                                 ///< Nothing but chance moved it in the baseline.
    std::array<std::vector<double>, kViews> allowance;  ///< By level; infinite: never fires.
  };
  Duration pane = kSamplingPane;
  double events = 0;
  Duration span{};
  int levels = 0;
  double effective_blocks = 0;   ///< Least of all columns, windows of 16 panes; 0: not known.
  std::vector<double> z;         ///< By level.
  std::vector<double> median_n;  ///< By level.
  std::vector<Column> columns;

  void encode(ByteWriter& out) const;
  static BaselineModel decode(ByteReader& in);
};

/// What the false-alarm budget is spent on.
struct Budget {
  double alerts_per_week = 1;
  double tests = 2;            ///< Columns x views over all scopes of the model.
  std::size_t views = kViews;  ///< That are tested, in the order of View.
};
/// What is known of a column beforehand.
struct ColumnFacts {
  bool numeric = false;
  bool restless = false;  ///< More than chance moves it elsewhere in the model, so it is not still here.
};
BaselineModel learn(const BaselinePanes& panes, const std::vector<ColumnFacts>& facts, const Budget& budget);

}  // namespace vedette::drift
