#include "core/drift_profile.h"

#include <algorithm>

namespace vedette::drift {
namespace {

constexpr std::uint64_t kVersion = 2;
constexpr float kNoEdge = std::numeric_limits<float>::infinity();
constexpr std::uint32_t kFineEdges = kFineBins - 1;

}  // namespace

void ColumnSpec::set_far_limits(double least, double most) {
  if (!(least <= most)) return;
  const double range = most - least;
  low = static_cast<float>(least - range - origin);
  high = static_cast<float>(most + range - origin);
}

void ColumnSpec::encode(ByteWriter& out) const {
  out.text(name);
  out.flag(numeric);
  out.flag(new_is_other);
  out.u64(types);
  out.f64(origin);
  out.f32(low);
  out.f32(high);
  out.u64(edges.size());
  for (const float edge : edges) out.f32(edge);
  out.u64(words.size());
  for (const Word& word : words) {
    out.fixed64(word.hash);
    out.u64(word.cell);
  }
}

ColumnSpec ColumnSpec::decode(ByteReader& in) {
  ColumnSpec spec;
  spec.name = in.text();
  spec.numeric = in.flag();
  spec.new_is_other = in.flag();
  spec.types = static_cast<unsigned>(in.u64() & 7);
  spec.origin = in.f64();
  spec.low = in.f32();
  spec.high = in.f32();
  spec.edges.resize(std::min<std::size_t>(in.count(4), kFineEdges));
  for (float& edge : spec.edges) edge = in.f32();
  spec.words.resize(std::min(in.count(9), kMaxWords));
  for (Word& word : spec.words) {
    word.hash = in.fixed64();
    word.cell = static_cast<std::uint32_t>(std::min<std::uint64_t>(in.u64(), kFineWords));
  }
  return spec;
}

void Profile::encode(ByteWriter& out) const {
  out.u64(kVersion);
  out.u64(id);
  out.i64(pane.count());
  out.flag(fine);
  out.u64(specs.size());
  for (const ColumnSpec& spec : specs) spec.encode(out);
  projection.encode(out);
  out.u64(caps.size());
  for (const std::uint32_t cap : caps) out.u64(cap);
}

Profile Profile::decode(ByteReader& in) {
  Profile profile;
  const bool known = in.u64() == kVersion;
  profile.id = in.u64();
  profile.pane = Duration{std::max<std::int64_t>(in.i64(), kSamplingPane.count())};
  profile.fine = in.flag();
  const std::size_t columns = known ? std::min(in.count(), kMaxColumns) : 0;
  for (std::size_t column = 0; column < columns && in.ok(); ++column)
    profile.specs.push_back(ColumnSpec::decode(in));
  profile.projection = Projection::decode(in);
  profile.caps.resize(in.count() >= kClientBuckets ? kClientBuckets : 0);
  for (std::uint32_t& cap : profile.caps) cap = static_cast<std::uint32_t>(in.u64());
  profile.compile();
  return profile;
}

void Profile::compile() {
  cells_ = 0;
  lines_.assign(specs.size(), Line{});
  fine_edges_.clear();
  table_.clear();
  for (std::size_t column = 0; column < specs.size(); ++column) compile(specs[column], lines_[column]);
}

void Profile::compile(const ColumnSpec& spec, Line& line) {
  line.origin = spec.origin;
  line.low = spec.low;
  line.high = spec.high;
  line.numeric = spec.numeric;
  line.new_is_other = spec.new_is_other;
  line.types = static_cast<std::uint8_t>(spec.types);
  line.first = cells_;
  if (fine) line.ordinary = spec.numeric ? kFineBins : kFineWords + 1;
  cells_ += line.ordinary + special_cells;
  if (spec.numeric) {
    line.edge.fill(kNoEdge);
    std::copy_n(spec.edges.begin(), std::min(spec.edges.size(), line.edge.size()), line.edge.begin());
    line.table = static_cast<std::uint32_t>(fine_edges_.size());
    if (!fine) return;
    fine_edges_.insert(fine_edges_.end(), spec.edges.begin(), spec.edges.end());
    fine_edges_.resize(line.table + kFineEdges, kNoEdge);
    return;
  }
  const std::size_t places = std::bit_ceil(2 * spec.words.size() + 1);
  line.table = static_cast<std::uint32_t>(table_.size());
  line.mask = static_cast<std::uint32_t>(places - 1);
  table_.resize(table_.size() + places);
  for (const ColumnSpec::Word& word : spec.words) {
    std::size_t at = word.hash & line.mask;
    while (table_[line.table + at].used) at = (at + 1) & line.mask;
    table_[line.table + at] = {word.hash, std::min(word.cell, line.ordinary - 1), true};
  }
}

std::uint32_t Profile::fine_cell(const Line& line, float x) const {
  const float* edges = fine_edges_.data() + line.table;
  return static_cast<std::uint32_t>(std::upper_bound(edges, edges + kFineEdges, x) - edges);
}

std::uint32_t Profile::word_cell(const Line& line, std::uint64_t hash, unsigned type) const {
  for (std::size_t at = hash & line.mask;; at = (at + 1) & line.mask) {
    const Place& place = table_[line.table + at];
    if (!place.used) break;
    if (place.hash == hash) return place.cell;
  }
  if ((line.types & type) == 0) return line.ordinary + cell_type;
  if (!line.new_is_other) return line.ordinary + cell_new;
  return fine ? kFineWords : kOther;
}

std::uint32_t Profile::other_cell(const Line& line, Value value, std::span<const std::uint64_t> words) const {
  switch (value.type()) {
    case Value::Type::null:
      return line.ordinary + cell_null;
    case Value::Type::number:
      return word_cell(line, hash_of(value.number()), kHasNumbers);
    case Value::Type::boolean:
      if (line.numeric) break;
      return word_cell(line, hash_of(value.boolean()), kHasBooleans);
    case Value::Type::word:
      if (line.numeric) break;
      return word_cell(line, words[value.index()], kHasWords);
    case Value::Type::vector:
      break;
  }
  return line.ordinary + cell_type;
}

}  // namespace vedette::drift
