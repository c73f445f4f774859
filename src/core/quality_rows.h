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
  /// Until the next call.
  Row& read(const Batch& batch, const Event& event, NameHash version);
  /// What people read for the hashes of a row of this event.
  void name_all(const Batch& batch, const Event& event, const Row& row, Sample& sample);

 private:
  struct Layout {
    std::uint64_t number = 0;     ///< No other one of this reader has it; 0: of an event without a shape.
    std::vector<Column> columns;  ///< In order of their hashes; of too many those with the smallest ones.
  };
  const Layout& layout_of(const Batch& batch, const Event& event);
  static std::vector<Column> look(const Batch& batch, const Event& event);
  static void name_fields(const Batch& batch, const Layout& layout, Sample& sample);

  std::uint64_t layouts_ = 0;
  std::unordered_map<ShapeId, Layout> shapes_;
  Layout loose_;
  Row row_;
};

}  // namespace vedette::quality
