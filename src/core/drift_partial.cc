#include "core/drift_partial.h"

#include <algorithm>

#include "vedette/bytes.h"

namespace vedette::drift {
namespace {

/// Before a segment, none of which begins so.
constexpr char kStandIn = '=';
constexpr std::uint64_t kVersion = 3;
constexpr std::uint64_t kWithoutWitnesses = 2;  ///< An older version that is read too.
constexpr std::size_t kMaxCells = kMaxColumns * (kFineWords + 1 + special_cells);

/// [gap, count] of the cells that are not zero.
template <class Count>
void encode_cells(std::size_t size, const Count& count, ByteWriter& out) {
  std::size_t filled = 0;
  for (std::size_t at = 0; at < size; ++at) filled += count(at) > 0 ? 1 : 0;
  out.u64(size);
  out.u64(filled);
  std::size_t next = 0;
  for (std::size_t at = 0; at < size; ++at) {
    const std::uint64_t n = count(at);
    if (n == 0) continue;
    out.u64(at - next);
    out.u64(n);
    next = at + 1;
  }
}

void encode_cells(const PaneView& pane, ByteWriter& out) {
  if (pane.changes.empty())
    return encode_cells(
        pane.cells.size(), [&](std::size_t at) { return pane.cells[at]; }, out);
  if (pane.cells.empty())
    return encode_cells(
        pane.changes.size(), [&](std::size_t at) { return pane.changes[at]; }, out);
  encode_cells(
      pane.cells.size(), [&](std::size_t at) { return pane.cells[at] + pane.changes[at]; }, out);
}

void encode_hits(std::span<const std::uint32_t> counted, std::size_t size, ByteWriter& out) {
  std::size_t filled = 0;
  for (std::size_t i = 0; i < counted.size(); ++i) filled += i == 0 || counted[i] != counted[i - 1] ? 1 : 0;
  out.u64(size);
  out.u64(filled);
  std::size_t next = 0;
  for (std::size_t i = 0; i < counted.size();) {
    std::size_t end = i + 1;
    while (end < counted.size() && counted[end] == counted[i]) ++end;
    out.u64(counted[i] - next);
    out.u64(end - i);
    next = counted[i] + 1;
    i = end;
  }
}

void encode_tail(const PaneView& pane, Witnesses::Part part, ByteWriter& out) {
  out.u64(pane.extents.size());
  for (const Extent& extent : pane.extents) {
    out.f64(extent.least);
    out.f64(extent.most);
  }
  const bool clients = pane.clients != nullptr && !pane.clients->empty();
  out.flag(clients);
  if (clients) pane.clients->encode(out);
  (pane.witnesses != nullptr ? *pane.witnesses : Witnesses{}).encode(part, out);
}

void encode_head(const PaneView& pane, ByteWriter& out) {
  out.u64(kVersion);
  out.u64(pane.profile);
  out.u64(pane.n);
}

bool decode_cells(ByteReader& in, std::vector<std::uint32_t>& cells) {
  const std::uint64_t size = in.u64();
  const std::size_t filled = in.count(2);
  if (!in.ok() || size > kMaxCells || filled > size) return false;
  cells.assign(size, 0);
  std::uint64_t at = 0;
  for (std::size_t i = 0; i < filled; ++i) {
    const std::uint64_t gap = in.u64();
    if (gap >= size - std::min<std::uint64_t>(at, size)) return false;
    at += gap;
    cells[at++] = static_cast<std::uint32_t>(in.u64());
  }
  return in.ok();
}

}  // namespace

Status PanePartial::merge(const PanePartial& other) {
  if (profile != other.profile || cells.size() != other.cells.size() ||
      extents.size() != other.extents.size() || sample.has_value() != other.sample.has_value())
    return Status::reject("partials of one pane were counted with different profiles");
  n += other.n;
  clients.merge(other.clients);
  witnesses.merge(other.witnesses);
  first = std::min(first, other.first);
  last = std::max(last, other.last);
  if (sample) sample->merge(*other.sample);
  for (std::size_t i = 0; i < cells.size(); ++i) cells[i] += other.cells[i];
  for (std::size_t i = 0; i < extents.size(); ++i) {
    extents[i].least = std::min(extents[i].least, other.extents[i].least);
    extents[i].most = std::max(extents[i].most, other.extents[i].most);
  }
  return {};
}

PaneView view_of(const PanePartial& partial) {
  return {partial.profile,
          partial.n,
          partial.first,
          partial.last,
          partial.sample ? &*partial.sample : nullptr,
          partial.cells,
          {},
          partial.extents,
          &partial.clients,
          &partial.witnesses};
}

std::string encode(const PaneView& pane) {
  std::string bytes;
  ByteWriter out(bytes);
  encode_head(pane, out);
  if (pane.sample != nullptr) {
    out.i64(to_ms(pane.first));
    out.i64(to_ms(pane.last));
    pane.sample->encode(out);
  }
  encode_cells(pane, out);
  encode_tail(pane, Witnesses::Part::all, out);
  return bytes;
}

std::string encode(const PaneView& pane, std::span<const std::uint32_t> counted, std::size_t cells) {
  std::string bytes;
  ByteWriter out(bytes);
  encode_head(pane, out);
  encode_hits(counted, cells, out);
  encode_tail(pane, Witnesses::Part::fresh, out);
  return bytes;
}

Result<PanePartial> decode_partial(std::string_view bytes, std::size_t capacity) {
  ByteReader in(bytes);
  PanePartial partial;
  const std::uint64_t version = in.u64();
  bool sound = version == kVersion || version == kWithoutWitnesses;
  partial.profile = in.u64();
  partial.n = in.u64();
  if (sound && partial.profile == PanePartial::kNoProfile) {
    partial.first = from_ms(in.i64());
    partial.last = from_ms(in.i64());
    partial.sample = Sample::decode(in, capacity);
  }
  sound = sound && decode_cells(in, partial.cells);
  partial.extents.resize(sound ? in.count(16) : 0);
  for (Extent& extent : partial.extents) {
    extent.least = in.f64();
    extent.most = in.f64();
  }
  if (in.flag()) partial.clients = BusyClients::decode(in);
  if (version == kVersion) partial.witnesses = Witnesses::decode(in);
  if (!sound || !in.done()) return Status::reject("damaged drift partial");
  return partial;
}

std::string scope_key(std::string_view model, std::string_view version, std::string_view segment) {
  std::string key;
  ByteWriter out(key);
  out.text(model);
  out.text(version);
  out.text(segment);
  return key;
}

std::string stand_in_key(std::string_view scope) {
  const Entity entity = entity_of(scope);
  return scope_key(entity.model, entity.version, kStandIn + entity.segment);
}

bool is_stand_in(std::string_view scope) {
  ByteReader in(scope);
  in.text();
  in.text();
  return in.text().starts_with(kStandIn);
}

std::string family_of(const Entity& entity) { return scope_key(entity.model, {}, entity.segment); }

Entity entity_of(std::string_view scope) {
  ByteReader in(scope);
  Entity entity;
  entity.model = in.text();
  entity.version = in.text();
  entity.segment = in.text();
  if (entity.segment.starts_with(kStandIn)) entity.segment.erase(0, 1);
  return entity;
}

std::string time_key(Time time) {
  const std::uint64_t shifted = static_cast<std::uint64_t>(to_ms(time)) ^ (std::uint64_t{1} << 63);
  std::string key;
  for (int byte = 7; byte >= 0; --byte) key.push_back(static_cast<char>(shifted >> (8 * byte)));
  return key;
}

Time time_of_key(std::string_view key) {
  std::uint64_t shifted = 0;
  for (const char byte : key) shifted = shifted << 8 | static_cast<unsigned char>(byte);
  return from_ms(static_cast<std::int64_t>(shifted ^ (std::uint64_t{1} << 63)));
}

}  // namespace vedette::drift
