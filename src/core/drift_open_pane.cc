#include "core/drift_open_pane.h"

#include <algorithm>

namespace vedette::drift {
namespace {

constexpr std::uint32_t kFoldAt = 65'535;  ///< 16-bit counts hold no more.
constexpr std::size_t kFewHits = 4;  ///< An addition has at most so much fewer hits than there are cells.

}  // namespace

void OpenPane::begin_event(std::size_t cells) {
  if (counts_.empty()) counts_.resize(cells);
  if (fresh_.size() * kFewHits > cells) few_ = lists_ = false;
  if (unfolded_ == kFoldAt) {
    unfolded_ = 0;
    folded_.resize(counts_.size());
    for (std::size_t i = 0; i < counts_.size(); ++i) folded_[i] += counts_[i];
    std::fill(counts_.begin(), counts_.end(), 0);
  }
  ++unfolded_;
}

void OpenPane::prefetch(std::uint32_t bucket) const {
  const Profile& of = bound->profile;
  of.prefetch();
  if (bucket < of.caps.size()) __builtin_prefetch(&of.caps[bucket]);
  if (counts_.empty()) return;
  prefetch_all(counts_.data(), of.column_cells() * sizeof counts_[0]);
  if (of.column_cells() + bucket < counts_.size()) __builtin_prefetch(&counts_[of.column_cells() + bucket]);
  if (lists_) prefetch_all(fresh_.data() + fresh_.size(), of.columns() * sizeof fresh_[0]);
}

std::vector<std::uint16_t> OpenPane::end_listing() {
  const auto from = fresh_.begin() + static_cast<std::ptrdiff_t>(listed_from_);
  std::vector<std::uint16_t> cells(from, fresh_.end());
  if (!few_) fresh_.erase(from, fresh_.end());
  lists_ = few_;
  return cells;
}

void OpenPane::leave(const std::string& scope, Partials& out) {
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
  few_ = lists_ = added_size_ <= whole_size_;
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
