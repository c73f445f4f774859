#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "decode/arena.h"
#include "decode/event_schema.h"
#include "decode/names.h"
#include "decode/shapes.h"
#include "vedette/decoder.h"

namespace vedette {

/// Why a record cannot become a row: the words of a Verdict, without a copy.
struct Refusal {
  Reject reason = Reject::none;
  std::string_view what;
  Slot field = Slot::unknown;
  bool ok() const { return reason == Reject::none; }
};

/// What one record says, collected by either path before anything of the batch but its
/// words and vectors has changed. Texts are views of the record or the parser.
struct Row {
  EventKind kind = EventKind::inference;
  std::uint64_t seen = 0;   ///< Fields that came, also as null: a second one is a duplicate.
  std::uint64_t known = 0;  ///< Fields that have a value.
  Time time{};
  Value value;  ///< metric: value; label: the label.
  std::array<std::string_view, kTextSlots> texts;
  std::array<double, kNumberSlots> numbers;
  std::vector<Value> values;  ///< As long as there may be values; `count` are taken.
  std::vector<FieldId> keys;
  std::uint32_t count = 0;
  std::uint32_t room = 0;        ///< For values and objects.
  std::vector<FieldId> objects;  ///< Output fields that were objects of classes.
  std::uint32_t unknown = 0;
  ShapeId guess = 0;

  void begin(EventKind of_kind) {
    kind = of_kind;
    seen = known = 0;
    value = {};
    count = unknown = 0;
    room = static_cast<std::uint32_t>(values.size());
    objects.clear();
    guess = 0;
  }
  bool knows(Slot slot) const { return (known & bit_of(slot)) != 0; }
  std::string_view text(Slot slot) const {
    return knows(slot) ? texts[static_cast<std::size_t>(slot)] : std::string_view{};
  }
  double number(Slot slot) const { return knows(slot) ? numbers[number_index(slot)] : kUnknown; }
  void put_text(Slot slot, std::string_view text) {
    texts[static_cast<std::size_t>(slot)] = text;
    if (!text.empty()) known |= bit_of(slot);
  }
  void put_number(Slot slot, double number) {
    numbers[number_index(slot)] = number;
    known |= bit_of(slot);
  }
  /// There must be room.
  void put_value(FieldId field, Value item) {
    values[count] = item;
    keys[count] = field;
    ++count;
    --room;
  }
  void put_object(FieldId field) {
    objects.push_back(field);
    --room;
  }
};

/// The names of a worker's records and the batch that a record goes into: shared by
/// both paths, so that equal rows become equal events. One per decoder.
class RowWriter {
 public:
  explicit RowWriter(const DecodeOptions& options);

  /// Follows the batch's dictionary. True if ids of the one before are void.
  bool follow(Batch& batch);
  /// Appends the event, or says why not and leaves only words and vectors behind.
  Refusal finish(const Row& row, const Record& record, Batch& batch);

  /// A copy that lives as long as the batch; 0 for the empty text.
  WordIndex add_word(std::string_view text, Batch& batch) {
    return text.empty() ? 0 : word_value(text, batch).index();
  }
  Value word_value(std::string_view text, Batch& batch) {
    batch.words.push_back({hash_(text), arena.copy(text)});
    return Value::word(static_cast<WordIndex>(batch.words.size() - 1));
  }
  Value vector_value(const std::vector<float>& numbers, Batch& batch) {
    batch.vectors.push_back(arena.copy(numbers));
    return Value::vector(static_cast<std::uint32_t>(batch.vectors.size() - 1));
  }
  /// The shape that this model's last event had: a good guess for the next.
  ShapeId last_shape(std::string_view model, const Dictionary& dictionary) const {
    return last_shapes_[names.known_symbol(model, dictionary) % kModels];
  }

  Arena arena;
  Names names;

 private:
  static constexpr std::size_t kModels = 1024;

  Refusal check(const Row& row) const;
  bool check_unique(const Row& row, Batch& batch, ShapeId& shape);
  void put_common(const Row& row, Batch& batch, Event& event);
  void put_kind(const Row& row, Batch& batch, Event& event);
  std::uint64_t identity(const Row& row, std::string_view record) const;

  DecodeOptions options_;
  WordHash hash_;
  Shapes shapes_;
  std::array<ShapeId, kModels> last_shapes_{};
  const Dictionary* dictionary_ = nullptr;
  std::uint32_t epoch_ = 0;
};

/// "NaN", "-inf", "Infinity" in any case: a number that is none, spelled as text.
bool spells_no_number(std::string_view text);

}  // namespace vedette
