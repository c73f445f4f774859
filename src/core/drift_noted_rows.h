#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "core/drift_plan.h"
#include "core/drift_witness.h"
#include "vedette/batch.h"

namespace vedette::drift {

/// Events of a pane that are not counted yet: the values that one plan takes of each. Cells and
/// edges of thousands of models come from memory each time; so they are touched once for several
/// events, and each event only leaves its values. Owned by the pane.
class NotedRows {
 public:
  static constexpr std::size_t kMost = 8;

  /// Whether an event of this plan may come next.
  bool takes(const CountPlan& plan) const { return rows_ == 0 || (plan_ == &plan && !full()); }
  std::size_t size() const { return rows_; }
  bool full() const { return rows_ == kMost; }
  void begin_row(const CountPlan& plan) {
    if (rows_++ > 0) return;
    plan_ = &plan;
    width_ = plan.width();
    values_.reserve(kMost * width_);
  }
  /// The next value of the row that was begun, in the order of its plan.
  void add(Value value, const Batch& batch) {
    if (value.type() == Value::Type::word) {
      words_.push_back(batch.words[value.index()].hash);
      value = Value::word(static_cast<WordIndex>(words_.size() - 1));
    }
    values_.push_back(value);
  }
  /// The row that was begun is a witness, whose cells are not known yet.
  void add(Witness witness) { witnesses_.emplace_back(rows_ - 1, std::move(witness)); }

  const CountPlan& plan() const { return *plan_; }
  std::span<const Value> row(std::size_t row) const {
    return std::span(values_).subspan(row * width_, width_);
  }
  std::span<const std::uint64_t> words() const { return words_; }  ///< Hashes; word values index them.
  std::vector<std::pair<std::size_t, Witness>>& witnesses() { return witnesses_; }  ///< With their row.
  /// Fetches what the next row is written to.
  void prefetch() const { prefetch_all(values_.data() + values_.size(), width_ * sizeof(Value)); }
  void clear() {
    rows_ = 0;
    values_.clear();
    words_.clear();
    witnesses_.clear();
  }

 private:
  const CountPlan* plan_ = nullptr;
  std::size_t rows_ = 0;
  std::size_t width_ = 0;  ///< Of a row.
  std::vector<Value> values_;
  std::vector<std::uint64_t> words_;
  std::vector<std::pair<std::size_t, Witness>> witnesses_;
};

}  // namespace vedette::drift
