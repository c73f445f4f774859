#pragma once

#include <unordered_map>
#include <vector>

#include "core/quality_sample.h"
#include "vedette/batch.h"

namespace vedette::quality {

/// A value of an event as a row has it.
Cell cell_of(const Batch& batch, NameHash field, Value value);

/// Makes rows of events. Owned by an observer; knows shapes for as long as the dictionary keeps them.
class RowReader {
 public:
  struct Column {
    NameHash hash = 0;
    std::size_t place = 0;  ///< Among the values of an event.
    FieldId field = 0;
    bool classes = false;  ///< Probabilities by class: together one output.
  };

  /// The dictionary has begun a new epoch.
  void forget() { shapes_.clear(); }
  /// In order of their hashes; of too many those with the smallest ones.
  const std::vector<Column>& columns_of(const Batch& batch, const Event& event);
  Row read(const Batch& batch, const Event& event, NameHash version);
  /// What people read for the hashes of a row of this event.
  void name_all(const Batch& batch, const Event& event, const Row& row, Sample& sample);

 private:
  std::unordered_map<ShapeId, std::vector<Column>> shapes_;
  std::vector<Column> loose_;  ///< Of an event without a shape.
};

}  // namespace vedette::quality
