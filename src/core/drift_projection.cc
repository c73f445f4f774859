#include "core/drift_projection.h"

#include <algorithm>
#include <cmath>

namespace vedette::drift {
namespace {

constexpr double kLeastOdds = 5e-5;  ///< Scores often have four decimals.

void encode_matrix(const double* values, Eigen::Index size, ByteWriter& out) {
  for (Eigen::Index at = 0; at < size; ++at) out.f32(static_cast<float>(values[at]));
}

}  // namespace

double Projection::log_odds(double p) {
  const double inside = std::clamp(p, kLeastOdds, 1 - kLeastOdds);
  return std::log(inside / (1 - inside));
}

double Projection::standardised(std::size_t input, double value) const {
  if (odds_[input]) value = log_odds(value);
  return std::clamp((value - mean_[input]) * scale_[input], -kClip, kClip);
}

/// Causes that are not known count as their mean.
double Projection::beyond_causes(std::size_t outcome, std::span<const double> values) const {
  const auto row = static_cast<Eigen::Index>(outcome);
  double left = values[square_.size() + outcome];
  for (std::size_t cause = 0; cause < square_.size(); ++cause) {
    const double z = values[cause];
    const auto at = static_cast<Eigen::Index>(cause);
    if (!std::isnan(z)) left -= explains_(row, at) * z + explains_square_(row, at) * (z * z - square_[cause]);
  }
  return left;
}

void Projection::name_columns() {
  for (const Relation& relation : relations_) {
    std::string name = inputs_[relation.x];
    const char* before = " given ";
    for (const Relation::Partner& partner : relation.partners) {
      name += before + inputs_[partner.input];
      before = ", ";
    }
    columns_.push_back(std::move(name));
  }
  for (std::size_t outcome = 0; outcome < outcomes_; ++outcome)
    columns_.push_back(inputs_[static_cast<std::size_t>(causes()) + outcome]);
  if (kind_ == Projects::relations) {
    columns_.emplace_back("joint");
    return;
  }
  for (Eigen::Index axis = 0; axis < axes_.rows(); ++axis)
    columns_.push_back("embedding:" + std::to_string(axis + 1));
  if (axes_.rows() < axes_.cols()) columns_.emplace_back("embedding:rest");
}

void Projection::project(std::span<double> values, std::span<double> out) const {
  std::size_t column = 0;
  std::size_t known = 0;
  const auto width = static_cast<std::size_t>(causes());
  for (std::size_t input = 0; input < values.size(); ++input) {
    values[input] = standardised(input, values[input]);
    known += input < width && !std::isnan(values[input]) ? 1 : 0;
  }
  for (const Relation& relation : relations_) {
    double left = values[relation.x];
    for (const Relation::Partner& partner : relation.partners)
      left -= partner.coefficient * values[partner.input];
    out[column++] = left;
  }
  if (2 * known < width) {
    std::fill(out.begin() + static_cast<std::ptrdiff_t>(column), out.end(), kUnknown);
    return;
  }
  for (std::size_t outcome = 0; outcome < outcomes_ && explains_.rows() > 0; ++outcome)
    out[column++] = beyond_causes(outcome, values);
  for (double& value : values.first(width))
    if (std::isnan(value)) value = 0;
  const Eigen::Map<const Eigen::VectorXd> z(values.data(), causes());
  project_axes(z, out.subspan(column));
}

void Projection::project_axes(const Eigen::Map<const Eigen::VectorXd>& z, std::span<double> out) const {
  double rest = z.squaredNorm();
  double joint = 0;
  for (Eigen::Index axis = 0; axis < axes_.rows(); ++axis) {
    const double part = axes_.row(axis).dot(z);
    rest -= part * part;
    if (kind_ == Projects::relations)
      joint += part * part * weights_[static_cast<std::size_t>(axis)];
    else
      out[static_cast<std::size_t>(axis)] = part;
  }
  rest = std::max(0.0, rest);
  if (kind_ == Projects::relations)
    out[0] = joint + rest * weights_.back();
  else if (static_cast<std::size_t>(axes_.rows()) < out.size())
    out[static_cast<std::size_t>(axes_.rows())] = rest;
}

Sample Projection::project(const Sample& sample) const {
  Sample result(sample.rows().size());
  std::vector<std::size_t> from;
  for (const std::string& input : inputs_) from.push_back(sample.find(input));
  for (const std::string& column : columns_) result.column(column);
  std::vector<double> values(inputs_.size());
  std::vector<double> out(columns_.size());
  for (const auto& [rank, row] : sample.rows()) {
    for (std::size_t input = 0; input < values.size(); ++input) {
      const Value value = from[input] < row.size() ? row[from[input]] : Value::null();
      values[input] = value.is_number() ? value.number() : kUnknown;
    }
    project(values, out);
    Sample::Row projected;
    for (std::size_t column = 0; column < out.size(); ++column) {
      projected.push_back(std::isnan(out[column]) ? Value::null() : Value(out[column]));
      if (!std::isnan(out[column])) result.widen(column, out[column]);
    }
    result.add(rank, std::move(projected));
  }
  return result;
}

void Projection::encode(ByteWriter& out) const {
  out.u64(static_cast<std::uint64_t>(kind_));
  out.u64(inputs_.size());
  for (std::size_t input = 0; input < inputs_.size(); ++input) {
    out.text(inputs_[input]);
    out.flag(odds_[input]);
    out.f64(mean_[input]);
    out.f64(scale_[input]);
  }
  out.u64(relations_.size());
  for (const Relation& relation : relations_) {
    out.u64(relation.x);
    out.u64(relation.partners.size());
    for (const Relation::Partner& partner : relation.partners) {
      out.u64(partner.input);
      out.f64(partner.coefficient);
    }
  }
  encode_matrix(explains_.data(), explains_.size(), out);
  encode_matrix(explains_square_.data(), explains_square_.size(), out);
  out.u64(square_.size());
  for (const double square : square_) out.f32(static_cast<float>(square));
  out.u64(static_cast<std::uint64_t>(axes_.rows()));
  encode_matrix(axes_.data(), axes_.size(), out);
  out.u64(weights_.size());
  for (const double weight : weights_) out.f64(weight);
}

Projection Projection::decode(ByteReader& in) {
  Projection result;
  result.kind_ = static_cast<Projects>(std::min<std::uint64_t>(in.u64(), 2));
  for (std::size_t left = std::min(in.count(18), kMaxInputs); left > 0; --left) {
    result.inputs_.emplace_back(in.text());
    result.outcomes_ += result.inputs_.back().ends_with(kOutcome) ? 1 : 0;
    result.odds_.push_back(in.flag());
    result.mean_.push_back(in.f64());
    result.scale_.push_back(in.f64());
  }
  const std::size_t width = result.inputs_.size();
  result.relations_.resize(std::min(in.count(2), width));
  bool sound = true;
  for (Relation& relation : result.relations_) {
    relation.x = static_cast<std::uint32_t>(in.u64());
    relation.partners.resize(std::min(in.count(9), kMostPartners));
    sound = sound && relation.x < width;
    for (Relation::Partner& partner : relation.partners) {
      partner.input = static_cast<std::uint32_t>(in.u64());
      partner.coefficient = in.f64();
      sound = sound && partner.input < width;
    }
  }
  const bool explained = sound && result.kind_ == Projects::relations;
  result.explains_.resize(explained ? static_cast<Eigen::Index>(result.outcomes_) : 0, result.causes());
  result.explains_square_.resize(result.explains_.rows(), result.explains_.cols());
  for (Matrix* matrix : {&result.explains_, &result.explains_square_})
    for (Eigen::Index at = 0; at < matrix->size() && in.ok(); ++at) matrix->data()[at] = in.f32();
  result.square_.resize(in.count(4));
  for (double& square : result.square_) square = in.f32();
  sound = sound && (result.explains_.size() == 0 ||
                    result.square_.size() == static_cast<std::size_t>(result.causes()));
  const std::uint64_t axes = in.u64();
  sound = sound && axes <= static_cast<std::uint64_t>(std::min(result.causes(), kJointAxes));
  result.axes_.resize(sound ? static_cast<Eigen::Index>(axes) : 0, result.causes());
  for (Eigen::Index at = 0; at < result.axes_.size() && in.ok(); ++at) result.axes_.data()[at] = in.f32();
  result.weights_.resize(in.count(8));
  for (double& weight : result.weights_) weight = in.f64();
  const bool weighted =
      result.kind_ != Projects::relations || result.weights_.size() == static_cast<std::size_t>(axes) + 1;
  if (!in.ok() || !sound || !weighted) return {};
  if (width > 0) result.name_columns();
  return result;
}

}  // namespace vedette::drift
