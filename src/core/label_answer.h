#pragma once

#include <unordered_map>
#include <vector>

#include "core/label_records.h"
#include "vedette/batch.h"

namespace vedette::labels {

/// A class that a value names, its text added to `names`; 0: none.
Name class_of(const Batch& batch, Value value, NameTexts& names);

/// Reads what events answer, as far as a label can prove it wrong. Owned by an observer; knows shapes
/// for as long as the dictionary keeps them.
class AnswerReader {
 public:
  /// False: nothing.
  bool read(const Batch& batch, const Event& event, Prediction& prediction, NameTexts& names);

 private:
  static constexpr std::size_t kNowhere = ~std::size_t{0};
  struct Class {
    std::size_t place = 0;  ///< Among the values of an event.
    FieldId field = 0;
    Name name = 0;
  };
  struct Layout {
    std::size_t label = kNowhere;
    std::size_t score = kNowhere;
    std::vector<Class> classes;  ///< By name.
  };

  const Layout& layout_of(const Batch& batch, const Event& event);
  static Layout look(const Batch& batch, const Event& event);
  void read_classes(const Batch& batch, const Event& event, const Layout& layout, Prediction& prediction,
                    NameTexts& names);

  std::uint32_t epoch_ = 0;
  std::unordered_map<ShapeId, Layout> shapes_;
  Layout loose_;  ///< Of an event without a shape.
  std::vector<std::pair<double, const Class*>> likeliest_;
};

}  // namespace vedette::labels
