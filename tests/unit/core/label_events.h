#pragma once

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "vedette/batch.h"
#include "vedette/hash.h"

namespace vedette::labels_test {

/// An inference, or a label of one, as tests write it.
struct LabelEvent {
  EventKind kind = EventKind::inference;
  Time time{};
  std::string id = {};     ///< Of the inference.
  std::string label = {};  ///< Said, or true; empty: none.
  std::vector<std::pair<std::string, double>> probabilities = {};
  double score = kUnknown;   ///< Output of that name.
  double number = kUnknown;  ///< A label that is a number.
  std::string model = "m";
  std::string version = "1";
  std::string region = {};  ///< Segment of that name; empty: none.
};

/// Events as a decoder leaves them.
class LabelBatch {
 public:
  const Batch& of(const std::vector<LabelEvent>& events, Time watermark = kDawn) {
    batch_.clear();
    texts_.clear();
    for (const LabelEvent& event : events) append(event, std::max(watermark, event.time));
    return batch_;
  }
  static std::uint64_t id_of(const std::string& id) { return siphash({1, 2}, id); }

 private:
  WordIndex word(const std::string& text) {
    texts_.push_back(text);
    batch_.words.push_back({id_of(text), texts_.back()});
    return static_cast<WordIndex>(batch_.words.size() - 1);
  }
  void put(Section section, const std::string& name, Value value) {
    batch_.keys.push_back(names_.field(section, name));
    batch_.values.push_back(value);
  }
  void append(const LabelEvent& from, Time watermark) {
    Event event;
    event.kind = from.kind;
    event.time = from.time;
    event.watermark = watermark;
    event.model = names_.symbol(from.model);
    event.first = static_cast<std::uint32_t>(batch_.values.size());
    if (from.kind == EventKind::label) {
      event.inference_id = word(from.id);
      event.value = from.label.empty() ? Value(from.number) : Value::word(word(from.label));
    } else {
      event.version = names_.symbol(from.version);
      event.id = word(from.id);
      if (!from.region.empty()) put(Section::segment, "region", Value::word(word(from.region)));
      if (!from.label.empty()) put(Section::output, "label", Value::word(word(from.label)));
      if (from.score == from.score) put(Section::output, "score", Value(from.score));
      for (const auto& [name, p] : from.probabilities) put(Section::probability, name, Value(p));
    }
    event.count = static_cast<std::uint32_t>(batch_.values.size()) - event.first;
    batch_.events.push_back(event);
  }

  Dictionary names_{HashKey{5, 6}};
  Batch batch_{names_};
  std::deque<std::string> texts_;
};

}  // namespace vedette::labels_test
