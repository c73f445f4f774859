#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/class_text.h"
#include "core/fairness_rules.h"
#include "core/label_records.h"

namespace vedette::fairness {

/// What one answer gave to whom.
struct Outcome {
  bool favourable = false;
  std::size_t size = 0;  ///< Of `groups`; 0: nothing to compare.
  std::array<labels::Name, kMostFields> groups{};
  std::array<std::size_t, kMostFields> fields{};
};

/// Finds groups and outcomes in events. Owned by an observer; caches by the dictionary's ids.
class OutcomeReader {
 public:
  explicit OutcomeReader(const Rules& rules) : rules_(rules) {}

  /// Before a batch is read.
  void begin(const Batch& batch);
  Outcome read(const Batch& batch, const Event& event);
  /// `region=eu`, at most kGroupBytes.
  std::string text_of(const Batch& batch, const Event& event, std::size_t field);

 private:
  static constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);
  /// Where in the values of an event things stand.
  struct Layout {
    bool known = false;
    std::array<std::size_t, kMostFields> groups{};
    std::size_t label = kNowhere;
    std::size_t score = kNowhere;
    std::vector<std::pair<std::size_t, FieldId>> probabilities;
  };

  const Layout& layout_of(const Batch& batch, const Event& event);
  Layout look(const Batch& batch, const Event& event) const;
  labels::Name group_of(const Batch& batch, Value value, std::size_t field);
  std::optional<bool> favourable(const Batch& batch, const Event& event, const Layout& layout) const;
  bool is_favourable(std::string_view label) const;

  const Rules& rules_;
  std::uint32_t epoch_ = 0;
  std::vector<Layout> shapes_;  ///< By shape.
  Layout loose_;                ///< Of an event without a shape.
  std::array<std::unordered_map<std::uint64_t, labels::Name>, kMostFields> names_;  ///< By the word's hash.
};

/// Whether a label says that the favourable answer would have been right; nothing: it does not say.
std::optional<bool> favourable_truth(const labels::Truth& truth, const Rules& rules);

}  // namespace vedette::fairness
