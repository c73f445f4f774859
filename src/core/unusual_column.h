#pragma once

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "core/quality_sample.h"
#include "core/unusual_tail.h"

namespace vedette::unusual {

using quality::Cell;
using quality::Form;

/// What one field of a model's events is like: how often it holds what (a number, null, nothing ...), how
/// its numbers fall off, how common its texts are. Surprise is that of all that is as rare or rarer.
class ColumnNorm {
 public:
  static constexpr std::size_t kMostValues = 256;  ///< Texts known; the commonest.

  /// `cells` of all sampled rows, in order of time; absent ones too.
  static ColumnNorm fit(NameHash field, std::string text, const std::vector<Cell>& cells);

  NameHash field() const { return field_; }
  const std::string& text() const { return text_; }  ///< Section and name.
  /// Numbers that go one way (counters, clocks) say nothing of an event.
  bool trends() const { return trends_; }
  double surprise(const Cell& cell) const;

  void encode(ByteWriter& out) const;
  bool decode(ByteReader& in);

 private:
  void fit_forms(const std::vector<Cell>& cells);
  void fit_numbers(const std::vector<Cell>& cells);
  void fit_values(const std::vector<Cell>& cells);
  double surprise_of_value(std::uint64_t value) const;

  NameHash field_ = 0;
  std::string text_;
  bool trends_ = false;
  std::array<double, quality::kFormsInRows> forms_{};
  Tails numbers_;
  std::vector<std::pair<std::uint64_t, double>> values_;  ///< Surprise of texts and booleans.
  double unseen_ = 0;                                     ///< That of all others.
};

}  // namespace vedette::unusual
