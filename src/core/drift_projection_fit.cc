// What a projection learns of the sampled rows.
#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <set>

#include "core/drift_projection.h"

namespace vedette::drift {
namespace {

constexpr double kExplained = 0.09;    ///< Least part of a number's variance that its partners explain.
constexpr double kMorePartner = 0.05;  ///< Least part of the rest that one more partner explains.
constexpr double kRidge = 0.05;        ///< Of correlations, for `joint`.
constexpr std::size_t kRows = 8192;    ///< Enough for correlations, and bounds the time of a fit.
constexpr double kFitRidge = 0.005;    ///< Keeps what nearly equal causes explain apart from noise.
constexpr std::size_t kLeastRows = 100;
constexpr std::size_t kDiscrete = 16;  ///< No more distinct values: a category.
constexpr Eigen::Index kShownAxes = 8;
constexpr std::size_t kLeastCauses = 2;
constexpr Eigen::Index kMostSquared = 128;  ///< Causes; of more only the numbers themselves explain outcomes.
constexpr Eigen::Index kRowsPerCause = 20;  ///< Sampled rows that squares need.

/// Whether a column holds numbers, and not just a few.
bool continuous(const Sample& sample, std::size_t column) {
  std::set<double> distinct;
  std::size_t numbers = 0;
  std::size_t others = 0;
  for (const auto& [rank, row] : sample.rows()) {
    const Value value = column < row.size() ? row[column] : Value::null();
    if (value.is_number()) {
      ++numbers;
      if (distinct.size() <= kDiscrete) distinct.insert(value.number());
    } else if (value.type() != Value::Type::null) {
      ++others;
    }
  }
  return numbers > others && numbers >= kLeastRows && distinct.size() > kDiscrete;
}

std::vector<std::size_t> inputs_of(const Sample& sample) {
  std::vector<std::size_t> chosen;
  for (std::size_t column = 0; column < sample.columns().size(); ++column)
    if (continuous(sample, column)) chosen.push_back(column);
  // Names do not depend on how the events were split; the order of columns does.
  std::sort(chosen.begin(), chosen.end(), [&](std::size_t a, std::size_t b) {
    return sample.columns()[a].name < sample.columns()[b].name;
  });
  chosen.resize(std::min(chosen.size(), Projection::kMaxInputs));
  std::stable_partition(chosen.begin(), chosen.end(), [&](std::size_t column) {
    return !sample.columns()[column].name.ends_with(kOutcome);
  });
  return chosen;
}

/// As exact as they are saved, so that judge and observers agree.
Eigen::MatrixXd as_saved(const Eigen::MatrixXd& matrix) { return matrix.cast<float>().cast<double>(); }

/// Inputs that explain another one by ridge regression.
struct Partners {
  static constexpr int kMost = Projection::kMostPartners;
  using Small = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, 0, kMost, kMost>;
  using Few = Eigen::Matrix<double, Eigen::Dynamic, 1, 0, kMost, 1>;

  std::vector<Eigen::Index> inputs;
  Few coefficients;
  double left = 0;  ///< Of its variance.

  void fit(const Eigen::MatrixXd& covariance, Eigen::Index x) {
    const auto count = static_cast<Eigen::Index>(inputs.size());
    Small among(count, count);
    Few with(count);
    for (Eigen::Index i = 0; i < count; ++i) {
      const Eigen::Index input = inputs[static_cast<std::size_t>(i)];
      with[i] = covariance(input, x);
      for (Eigen::Index k = 0; k < count; ++k)
        among(i, k) = covariance(input, inputs[static_cast<std::size_t>(k)]);
    }
    coefficients = (among + kFitRidge * Small::Identity(count, count)).ldlt().solve(with);
    left = covariance(x, x) - 2 * with.dot(coefficients) + coefficients.dot(among * coefficients);
  }
};

/// Forward selection: whoever explains most of what the partners so far leave joins them.
Partners partners_of(const Eigen::MatrixXd& covariance, Eigen::Index x) {
  Partners chosen;
  chosen.left = covariance(x, x);
  while (chosen.inputs.size() < Projection::kMostPartners) {
    Partners best = chosen;
    for (Eigen::Index y = 0; y < covariance.rows(); ++y) {
      if (y == x || std::find(chosen.inputs.begin(), chosen.inputs.end(), y) != chosen.inputs.end()) continue;
      Partners with = chosen;
      with.inputs.push_back(y);
      with.fit(covariance, x);
      if (with.left < best.left) best = std::move(with);
    }
    if (best.left > (1 - kMorePartner) * chosen.left || best.inputs.size() == chosen.inputs.size()) break;
    chosen = std::move(best);
  }
  return chosen;
}

}  // namespace

struct Projection::Table {
  Eigen::MatrixXd z;      ///< [row][input], 0 where not known.
  Eigen::MatrixXd known;  ///< 1 or 0.

  Table(const Sample& sample, const std::vector<std::size_t>& columns, Projection& fitted) {
    const auto rows = static_cast<Eigen::Index>(std::min(kRows, sample.rows().size()));
    const auto width = static_cast<Eigen::Index>(columns.size());
    z = known = Eigen::MatrixXd::Zero(rows, width);
    Eigen::Index at = 0;
    for (auto row = sample.rows().begin(); at < rows; ++row, ++at)
      for (Eigen::Index input = 0; input < width; ++input) {
        const std::size_t column = columns[static_cast<std::size_t>(input)];
        const Value value = column < row->second.size() ? row->second[column] : Value::null();
        if (!value.is_number()) continue;
        z(at, input) = value.number();
        known(at, input) = 1;
      }
    for (Eigen::Index input = 0; input < width; ++input) standardise(input, fitted);
  }

  void standardise(Eigen::Index input, Projection& fitted) {
    const auto at = static_cast<std::size_t>(input);
    const bool outcome = fitted.inputs_[at].ends_with(kOutcome);
    fitted.odds_.push_back(outcome && z.col(input).minCoeff() >= 0 && z.col(input).maxCoeff() <= 1);
    if (fitted.odds_[at]) z.col(input) = z.col(input).unaryExpr(&log_odds).cwiseProduct(known.col(input));
    const double n = known.col(input).sum();
    const double mean = n > 0 ? z.col(input).sum() / n : 0;
    const double squares = ((z.col(input).array() - mean) * known.col(input).array()).square().sum();
    const double sd = n > 0 ? std::sqrt(squares / n) : 0;
    const double scale = sd > 0 && std::isfinite(1 / sd) ? 1 / sd : 0;
    fitted.mean_.push_back(mean);
    fitted.scale_.push_back(scale);
    for (Eigen::Index row = 0; row < z.rows(); ++row)
      z(row, input) = known(row, input) > 0 ? std::clamp((z(row, input) - mean) * scale, -kClip, kClip) : 0;
  }

  /// Over the rows that know both; of clipped numbers, so nearly but not quite 1 on the diagonal.
  Eigen::MatrixXd covariance() const {
    const Eigen::MatrixXd both = known.transpose() * known;
    return (z.transpose() * z).cwiseQuotient(both.cwiseMax(1));
  }
};

Projection Projection::fit(const Sample& sample, Projects kind) {
  Projection result;
  const std::vector<std::size_t> columns = inputs_of(sample);
  if (kind == Projects::nothing) return result;
  result.kind_ = kind;
  for (const std::size_t column : columns) {
    result.inputs_.push_back(sample.columns()[column].name);
    result.outcomes_ += result.inputs_.back().ends_with(kOutcome) ? 1 : 0;
  }
  if (static_cast<std::size_t>(result.causes()) < kLeastCauses) return {};
  const Table table(sample, columns, result);
  const Eigen::MatrixXd covariance = table.covariance();
  if (kind == Projects::relations) {
    result.fit_relations(covariance);
    result.fit_outcomes(table);
  }
  const Eigen::MatrixXd among = covariance.topLeftCorner(result.causes(), result.causes());
  result.fit_axes(among, kind == Projects::relations ? kJointAxes : kShownAxes);
  result.name_columns();
  return result;
}

void Projection::fit_relations(const Eigen::MatrixXd& covariance) {
  const Eigen::MatrixXd among = covariance.topLeftCorner(causes(), causes());
  for (Eigen::Index x = 0; x < causes(); ++x) {
    const Partners partners = partners_of(among, x);
    if (partners.left > (1 - kExplained) * among(x, x)) continue;
    Relation& relation = relations_.emplace_back();
    relation.x = static_cast<std::uint32_t>(x);
    for (std::size_t at = 0; at < partners.inputs.size(); ++at)
      relation.partners.push_back({static_cast<std::uint32_t>(partners.inputs[at]),
                                   partners.coefficients[static_cast<Eigen::Index>(at)]});
  }
}

/// Ridge regression on causes and their squares, since many a model's answer bends.
void Projection::fit_outcomes(const Table& table) {
  if (outcomes_ == 0) return;
  const auto outcomes = static_cast<Eigen::Index>(outcomes_);
  const Eigen::Index rows = table.z.rows();
  const Eigen::Index width = causes();
  const bool squared = width <= kMostSquared && rows >= kRowsPerCause * width;
  Eigen::MatrixXd causes(rows, squared ? 2 * width : width);
  causes.leftCols(width) = table.z.leftCols(width);
  for (Eigen::Index cause = 0; cause < width; ++cause) {
    const auto known = table.known.col(cause);
    const double n = std::max(1.0, known.sum());
    const double mean = static_cast<float>(table.z.col(cause).squaredNorm() / n);  // As it is saved.
    square_.push_back(mean);
    if (squared)
      causes.col(width + cause) = ((table.z.col(cause).array().square() - mean) * known.array()).matrix();
  }
  const double n = static_cast<double>(rows);
  const Eigen::MatrixXd among = causes.transpose() * causes / n;
  const Eigen::MatrixXd ridge = among + kFitRidge * Eigen::MatrixXd::Identity(among.rows(), among.cols());
  const Eigen::MatrixXd with = causes.transpose() * table.z.rightCols(outcomes) / n;
  const Eigen::MatrixXd fitted = as_saved(ridge.ldlt().solve(with).transpose());
  explains_ = fitted.leftCols(width);
  explains_square_ = Matrix::Zero(outcomes, width);
  if (squared) explains_square_ = fitted.rightCols(width);
}

void Projection::fit_axes(const Eigen::MatrixXd& covariance, Eigen::Index axes) {
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(covariance);
  const Eigen::Index width = covariance.rows();
  const Eigen::Index kept = std::min(axes, width);
  axes_ = as_saved(solver.eigenvectors().rightCols(kept).rowwise().reverse().transpose());
  if (kind_ != Projects::relations) return;
  const Eigen::VectorXd powers = solver.eigenvalues().cwiseMax(0).reverse();
  for (Eigen::Index axis = 0; axis < kept; ++axis) weights_.push_back(1 / (powers[axis] + kRidge));
  weights_.push_back(kept < width ? 1 / (powers.tail(width - kept).mean() + kRidge) : 0);
}

}  // namespace vedette::drift
