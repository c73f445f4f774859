#include "core/drift_open_pane.h"

#include <algorithm>
#include <cmath>

namespace vedette::drift {
namespace {

/// 8-bit counts hold no more, and what was noted before a fold is counted after it.
constexpr std::uint32_t kFoldAt = 255 - NotedRows::kMost;
constexpr std::size_t kFewHits = 4;  ///< An addition has at most so much fewer hits than there are cells.

}  // namespace

void OpenPane::begin_event(std::size_t cells) {
  if (counts_.empty()) counts_.resize(cells);
  if (fresh_.size() * kFewHits > cells) few_ = false;
  if (unfolded_ == kFoldAt) fold();
  ++unfolded_;
}

void OpenPane::fold() {
  unfolded_ = 0;
  folded_.resize(counts_.size());
  for (std::size_t i = 0; i < counts_.size(); ++i) folded_[i] += counts_[i];
  std::fill(counts_.begin(), counts_.end(), 0);
}

void OpenPane::prefetch(std::uint32_t bucket) const {
  const Profile& of = bound->profile;
  if (bucket < of.caps.size()) __builtin_prefetch(&of.caps[bucket]);
  if (of.column_cells() + bucket < counts_.size()) __builtin_prefetch(&counts_[of.column_cells() + bucket]);
  noted_.prefetch();
  if (!noted_.full()) return;
  of.prefetch();
  prefetch_all(counts_.data(), std::min<std::size_t>(counts_.size(), of.column_cells()));
}

std::uint32_t OpenPane::cell_of(std::uint32_t column, Value value) {
  const Profile& of = bound->profile;
  const Profile::Line& line = of.line(column);
  if (of.fine && line.numeric && value.is_number()) {
    Extent& extent = extents[column];
    extent.least = std::min(extent.least, value.number());
    extent.most = std::max(extent.most, value.number());
  }
  return of.cell(line, value, noted_.words());
}

/// Appends them to `fresh_`.
void OpenPane::find_cells(std::span<const Value> row, Projected& scratch) {
  const CountPlan& plan = noted_.plan();
  const Value* value = row.data();
  for (const CountPlan::Step& step : plan.steps) fresh_.push_back(cell_of(step.column, *value++));
  for (const CountPlan::Step& step : plan.derived) fresh_.push_back(cell_of(step.column, *value++));
  if (!plan.numbers.empty()) project({value, plan.numbers.size()}, scratch);
}

void OpenPane::project(std::span<const Value> numbers, Projected& scratch) {
  const Projection& projection = bound->profile.projection;
  scratch.from.resize(numbers.size());
  scratch.to.resize(projection.columns().size());
  for (std::size_t i = 0; i < numbers.size(); ++i)
    scratch.from[i] = numbers[i].is_number() ? numbers[i].number() : kUnknown;
  projection.project(scratch.from, scratch.to);
  for (std::size_t i = 0; i < scratch.to.size(); ++i) {
    const std::uint32_t column = bound->columns.projected[i];
    if (column == Columns::kNone) continue;
    const double to = scratch.to[i];
    fresh_.push_back(cell_of(column, std::isnan(to) ? Value::null() : Value(to)));
  }
}

NotedRows& OpenPane::note(const CountPlan& plan) {
  if (!noted_.takes(plan)) settle();
  noted_.begin_row(plan);
  return noted_;
}

void OpenPane::settle() {
  Projected scratch;
  auto witness = noted_.witnesses().begin();
  for (std::size_t row = 0; row < noted_.size(); ++row) {
    const std::size_t before = fresh_.size();
    find_cells(noted_.row(row), scratch);
    const std::span<const std::uint32_t> cells = std::span(fresh_).subspan(before);
    for (const std::uint32_t cell : cells) ++counts_[cell];
    if (witness != noted_.witnesses().end() && witness->first == row) {
      witness->second.cells.assign(cells.begin(), cells.end());
      witnesses.add(std::move(witness->second));
      ++witness;
    }
    if (!few_) fresh_.clear();
  }
  noted_.clear();
}

void OpenPane::leave(const std::string& scope, Partials& out) {
  settle();
  PaneView view{profile, n, first, last, sample.get(), {}, {}, extents, &clients, &witnesses};
  if (sample != nullptr || !few_ || !clients.empty()) {
    view.cells = folded_;
    view.changes = counts_;
    const std::string bytes = encode(view);
    out.put(end, scope, bytes);
    whole_size_ = bytes.size();
    added_size_ = 0;
  } else {
    view.n -= n_left_;
    std::sort(fresh_.begin(), fresh_.end());
    const std::string bytes = encode(view, fresh_, cells());
    out.add(end, scope, bytes);
    added_size_ += bytes.size();
  }
  few_ = added_size_ <= whole_size_;
  witnesses.saved();
  fresh_.clear();
  n_left_ = n;
  dirty = false;
}

Status OpenPane::take_back(PanePartial partial, std::size_t size) {
  PanePartial whole{profile,
                    n,
                    first,
                    last,
                    std::nullopt,
                    std::move(folded_),
                    std::move(extents),
                    std::move(clients),
                    std::move(witnesses)};
  if (sample) whole.sample = std::move(*sample);
  Status status;
  if (n == 0)
    whole = std::move(partial);
  else
    status = whole.merge(partial);
  n = n_left_ = whole.n;
  first = whole.first;
  last = whole.last;
  folded_ = std::move(whole.cells);
  extents = std::move(whole.extents);
  clients = std::move(whole.clients);
  witnesses = std::move(whole.witnesses);
  if (whole.sample) sample = std::make_unique<Sample>(std::move(*whole.sample));
  whole_size_ += size;
  return status;
}

}  // namespace vedette::drift
