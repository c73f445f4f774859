#include "core/drift_witness.h"

#include <algorithm>
#include <tuple>

namespace vedette::drift {
namespace {

/// Events without an id of their own can share a rank: then the contents decide, not who came first.
bool before(const Witness& a, const Witness& b) {
  return std::tie(a.rank, a.principal, a.cells, a.segments, a.name) <
         std::tie(b.rank, b.principal, b.cells, b.segments, b.name);
}

}  // namespace

void Witness::encode(ByteWriter& out) const {
  out.fixed64(rank);
  out.fixed64(principal);
  out.text(name);
  out.u64(segments.size());
  for (const std::string& segment : segments) out.text(segment);
  out.u64(cells.size());
  for (const std::uint16_t cell : cells) out.u64(cell);
}

Witness Witness::decode(ByteReader& in) {
  Witness row;
  row.rank = in.fixed64();
  row.principal = in.fixed64();
  row.name = in.text();
  row.segments.resize(in.count());
  for (std::string& segment : row.segments) segment = in.text();
  row.cells.resize(in.count());
  for (std::uint16_t& cell : row.cells) cell = static_cast<std::uint16_t>(in.u64());
  row.fresh = false;
  return row;
}

void Witnesses::put_in_order() { std::sort(rows_.begin(), rows_.end(), before); }

void Witnesses::add(Witness row) {
  if (rows_.size() < kMost) {
    rows_.push_back(std::move(row));
    if (rows_.size() == kMost) put_in_order();
    return;
  }
  const auto at = std::upper_bound(rows_.begin(), rows_.end(), row, before);
  if (at == rows_.end()) return;
  rows_.pop_back();
  rows_.insert(at, std::move(row));
}

void Witnesses::merge(const Witnesses& other) {
  for (const Witness& row : other.rows_)
    if (wants(row.rank)) add(row);
  put_in_order();
}

void Witnesses::saved() {
  for (Witness& row : rows_) row.fresh = false;
}

void Witnesses::encode(Part part, ByteWriter& out) const {
  std::vector<const Witness*> wanted;
  wanted.reserve(rows_.size());
  for (const Witness& row : rows_)
    if (part == Part::all || row.fresh) wanted.push_back(&row);
  std::sort(wanted.begin(), wanted.end(), [](const Witness* a, const Witness* b) { return before(*a, *b); });
  out.u64(wanted.size());
  for (const Witness* row : wanted) row->encode(out);
}

Witnesses Witnesses::decode(ByteReader& in) {
  Witnesses witnesses;
  witnesses.rows_.resize(std::min(in.count(18), kMost));
  for (Witness& row : witnesses.rows_) row = Witness::decode(in);
  witnesses.put_in_order();
  return witnesses;
}

}  // namespace vedette::drift
