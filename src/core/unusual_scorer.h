#pragma once

#include <array>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/unusual_counts.h"
#include "vedette/batch.h"

namespace vedette::unusual {

/// Scores the events of a batch with one Oddness: finds its columns in each shape of events once. Owned by
/// an observer's scope, used by one worker.
class Scorer {
 public:
  explicit Scorer(Oddness oddness);

  std::uint64_t id() const { return oddness_.id(); }
  /// The dictionary has begun a new epoch.
  void forget() { shapes_.clear(); }
  /// Counts an event, of the numbers by bucket only the odd ones: all go to `traffic`.
  void count(const Batch& batch, const Event& event, Counts& counts, Traffic& traffic);

 private:
  struct Place {
    std::uint32_t value = 0;  ///< Among the values of an event.
    std::uint32_t column = 0;
    bool classes = false;  ///< Probabilities by class: together one output.
  };

  /// Where a segment is among the values of an event.
  struct Segment {
    std::uint32_t value = 0;
    FieldId field = 0;
    NameHash name = 0;
  };
  struct Shape {
    std::vector<Place> places;
    std::vector<Segment> segments;
  };

  const Shape& shape_of(const Batch& batch, const Event& event);
  void fill(const Batch& batch, const Event& event, const Shape& shape);
  static void count_odd(const Batch& batch, const Event& event, const Shape& shape, Counts& counts);
  Example example_of(const Batch& batch, const Event& event, const Shape& shape, const Odd& odd);
  std::string text_of(const Batch& batch, const Event& event, const Shape& shape, std::size_t part) const;

  Oddness oddness_;
  std::array<double, kLevels> thresholds_;
  std::unordered_map<NameHash, std::uint32_t> column_of_;
  std::unordered_map<ShapeId, Shape> shapes_;
  Shape loose_;  ///< Of an event without a shape.
  std::vector<Cell> cells_;
  std::vector<double> surprises_;
  Oddness::Scratch scratch_;
};

}  // namespace vedette::unusual
