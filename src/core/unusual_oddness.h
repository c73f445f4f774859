#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/drift_projection.h"
#include "core/unusual_column.h"

namespace vedette::unusual {

/// Events are counted whose tail probability is below each of these.
inline constexpr std::array<double, 3> kTailLevels{1e-2, 1e-3, 1e-4};
inline constexpr std::size_t kLevels = kTailLevels.size();

/// How odd an event is: the surprise of its oddest part, a field or a relation of several.
struct Odd {
  double surprise = 0;
  std::uint32_t part = 0;
};

/// How surprise was spread over rows that had no say in what is surprising.
struct Calibration {
  double middle = 0;  ///< Half of the events are above.
  double start = 0;   ///< The tail, exponential since surprise is a logarithm,
  double mass = 1;    ///< with so many of the events beyond its start.
  double scale = 1;
  double tail(double surprise) const;
  std::array<double, kLevels> thresholds() const;
};
Calibration calibrate(std::vector<double> surprises);

/// What single events of a model version are like, fitted once to half of a sample of rows and calibrated
/// with the other half: fields by themselves, and what numbers say beyond each other (Projection). Immutable
/// once fitted; a value.
class Oddness {
 public:
  static constexpr std::size_t kFewestRows = 400;
  static constexpr std::size_t kMostInputs = 48;  ///< Of relations: the first by name.

  /// Buffers of one caller of `score`, reused.
  struct Scratch {
    std::vector<double> inputs;
    std::vector<double> related;
  };

  /// Nothing where the rows are too few or hold nothing.
  static std::optional<Oddness> fit(const quality::Sample& sample);

  std::uint64_t id() const { return id_; }
  const std::vector<ColumnNorm>& columns() const { return columns_; }
  std::size_t parts() const { return columns_.size() + related_.size(); }
  /// Its name as people read it, without the section.
  std::string name_of(std::size_t part) const;
  const Calibration& calibration() const { return calibration_; }
  double rows() const { return rows_; }

  /// `cells` by column.
  Odd score(std::span<const Cell> cells, Scratch& scratch) const;
  /// Of each part.
  void surprises(std::span<const Cell> cells, Scratch& scratch, std::vector<double>& out) const;

  std::string encode() const;
  /// Total.
  static std::optional<Oddness> decode(std::string_view bytes);

 private:
  template <class Each>
  void each_part(std::span<const Cell> cells, Scratch& scratch, const Each& each) const;
  void fit_columns(const std::vector<const quality::Row*>& rows, const quality::Sample& sample);
  void fit_relations(const std::vector<const quality::Row*>& rows);
  drift::Sample numbers_of(const std::vector<const quality::Row*>& rows) const;
  void bind_inputs();
  std::vector<Cell> cells_of(const quality::Row& row) const;

  std::uint64_t id_ = 0;
  double rows_ = 0;
  std::vector<ColumnNorm> columns_;  ///< In order of their fields.
  drift::Projection relations_;
  std::vector<std::size_t> inputs_;  ///< Columns, by input of the relations.
  std::vector<Tails> related_;
  Calibration calibration_;
};

}  // namespace vedette::unusual
