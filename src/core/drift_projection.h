#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/drift_sample.h"
#include "vedette/bytes.h"
#include "vedette/drift.h"

namespace vedette::drift {

/// Columns that are made of several numbers of an event, fitted once to the sampled rows
/// of a scope. Relations: `x given y, w`, what a number says beyond the one to three others that
/// say most about it (z_x - b z_y - c z_w, where they explain 9 % of it); `x given features`, what an outcome
/// says beyond all that are none (ridge regression on them and their squares; of the log odds, if it is
/// always between 0 and 1); and `joint`, how unusual those are together (z' (S + .05 I)^-1 z, over the 64
/// first principal axes and the rest). Axes:
/// `<name>:1` .. `<name>:8`, the first principal axes, and `<name>:rest`, the squared norm
/// of what they leave. Immutable once fitted; part of a profile.
class Projection {
 public:
  static constexpr std::size_t kMaxInputs = 500;   ///< The first by name; more are left out.
  static constexpr std::size_t kMostPartners = 3;  ///< Of one number.

  /// Nothing where the rows have too few numeric columns.
  static Projection fit(const Sample& sample, Projects kind);
  bool empty() const { return columns_.empty(); }
  const std::vector<std::string>& inputs() const { return inputs_; }
  const std::vector<std::string>& columns() const { return columns_; }
  /// `values` by input and `out` by column; not known: NaN. `values` are overwritten.
  void project(std::span<double> values, std::span<double> out) const;
  /// The sampled rows, projected.
  Sample project(const Sample& sample) const;

  void encode(ByteWriter& out) const;
  /// Total: of damaged bytes the reader says so, and the answer is empty.
  static Projection decode(ByteReader& in);

 private:
  using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  /// A number and others that tell it, the strongest first.
  struct Relation {
    struct Partner {
      std::uint32_t input = 0;
      double coefficient = 0;
    };
    std::uint32_t x = 0;
    std::vector<Partner> partners;
  };
  struct Table;  ///< Sampled rows as standardised numbers.

  static constexpr double kClip = 4;  ///< Standard deviations; heavy tails must not decide.
  static constexpr Eigen::Index kJointAxes = 64;

  static double log_odds(double p);
  double standardised(std::size_t input, double value) const;
  Eigen::Index causes() const { return static_cast<Eigen::Index>(inputs_.size() - outcomes_); }
  void fit_relations(const Eigen::MatrixXd& covariance);
  void fit_outcomes(const Table& table);
  double beyond_causes(std::size_t outcome, std::span<const double> values) const;
  void fit_axes(const Eigen::MatrixXd& covariance, Eigen::Index axes);
  void name_columns();
  void project_axes(const Eigen::Map<const Eigen::VectorXd>& z, std::span<double> out) const;

  Projects kind_ = Projects::nothing;
  std::vector<std::string> inputs_;  ///< Outcomes last.
  std::size_t outcomes_ = 0;
  std::vector<std::string> columns_;
  std::vector<bool> odds_;  ///< By input: taken as log odds.
  std::vector<double> mean_;
  std::vector<double> scale_;  ///< One over the standard deviation.
  std::vector<Relation> relations_;
  Matrix explains_;              ///< [outcome][cause], coefficients.
  Matrix explains_square_;       ///< The same of squares less their mean.
  std::vector<double> square_;   ///< By cause: mean square.
  Matrix axes_;                  ///< [axis][cause], orthonormal.
  std::vector<double> weights_;  ///< One over each axis' variance, then of the rest's mean; relations only.
};

}  // namespace vedette::drift
