#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "vedette/dictionary.h"
#include "vedette/time.h"
#include "vedette/value.h"

namespace vedette {

enum class EventKind : unsigned char { inference, access, label, metric };

/// A text value of an event: lives in the batch, compared by hash.
struct Word {
  std::uint64_t hash = 0;  ///< Keyed, stable over restarts of one installation.
  std::string_view text;
};

/// One decoded record: a row of a Batch. Immutable for detectors. Numbers that are
/// not known are NaN, symbols and words 0. Principals and addresses are pseudonyms
/// (a keyed 64-bit hash, never 0) unless privacy is switched off, when the word
/// beside holds the plain name.
struct Event {
  Time time{};
  Time watermark{};  ///< Of its partition, this event included; decides lateness.
  std::int64_t offset = 0;
  std::uint64_t identity = 0;  ///< Keyed hash of id and time, free of position.
  std::uint64_t principal = 0;
  std::uint64_t source = 0;  ///< Address of the caller.
  double latency_ms = kUnknown;
  double bytes_in = kUnknown;
  double bytes_out = kUnknown;
  double tokens_in = kUnknown;
  double tokens_out = kUnknown;
  double cost_usd = kUnknown;
  Value value;  ///< metric: value; label: the label.
  Symbol model = 0;
  Symbol version = 0;
  Symbol tenant = 0;
  Symbol name = 0;    ///< access: action; metric: name.
  Symbol result = 0;  ///< access: result.
  Symbol method = 0;
  WordIndex id = 0;
  WordIndex principal_name = 0;  ///< Only without pseudonyms.
  WordIndex resource = 0;
  WordIndex path = 0;
  WordIndex user_agent = 0;
  WordIndex inference_id = 0;
  WordIndex model_digest = 0;
  std::int32_t status = 0;  ///< HTTP status, 0 = not known.
  ShapeId shape = 0;        ///< 0: look up each value's field in Batch::keys.
  std::uint32_t first = 0;  ///< Values [first, first + count) of the batch.
  std::uint32_t count = 0;
  EventKind kind = EventKind::inference;
};

/// About 1,000 decoded records of one partition, reused. Filled by a Decoder, read
/// by every Observer. Owned by one worker; views die with the next `clear`.
struct Batch {
  explicit Batch(Dictionary& names) : dictionary(&names) {}

  Dictionary* dictionary;  ///< Of the worker; ids are valid for this batch.
  std::vector<Event> events;
  std::vector<Value> values;  ///< Features, outputs, probabilities, segments, by event.
  std::vector<FieldId> keys;  ///< Field of each value.
  std::vector<Word> words{Word{}};
  std::vector<std::span<const float>> vectors{{}};
  std::uint64_t unknown_fields = 0;  ///< Top-level keys that nobody knows, counted.

  std::span<const Value> values_of(const Event& event) const {
    return {values.data() + event.first, event.count};
  }
  std::span<const FieldId> keys_of(const Event& event) const {
    return {keys.data() + event.first, event.count};
  }
  /// Field of each of its values.
  std::span<const FieldId> fields_of(const Event& event) const {
    return event.shape == 0 ? keys_of(event) : std::span(dictionary->shape(event.shape).fields);
  }
  std::string_view text(WordIndex index) const { return words[index].text; }
  std::string_view name(Symbol symbol) const { return dictionary->name(symbol); }

  void clear() {
    events.clear();
    values.clear();
    keys.clear();
    words.resize(1);
    vectors.resize(1);
    unknown_fields = 0;
  }
};

/// Rows [begin, end) of a batch.
struct Rows {
  std::size_t begin = 0;
  std::size_t end = 0;
};

}  // namespace vedette
