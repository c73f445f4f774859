#include "core/quality_sample.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <set>

#include "core/short_text.h"
#include "vedette/hash.h"

namespace vedette::quality {
namespace {

constexpr std::uint64_t kVersion = 1;
constexpr std::size_t kLeastRowBytes = 27;
constexpr std::size_t kLeastTextBytes = 9;

std::set<NameHash> hashes_in(const std::vector<const Row*>& rows) {
  std::set<NameHash> used;
  for (const Row* row : rows) {
    used.insert(row->version);
    used.insert(row->principal);
    for (const Cell& cell : row->cells) {
      used.insert(cell.field);
      if (cell.form == Form::text) used.insert(cell.bits);
    }
  }
  return used;
}

bool same_fields(const Row& a, const Row& b) {
  return std::equal(a.cells.begin(), a.cells.end(), b.cells.begin(), b.cells.end(),
                    [](const Cell& x, const Cell& y) { return x.field == y.field; });
}

bool sound(const Cell& cell) { return cell.form != Form::number || std::isfinite(number_of(cell)); }

void encode_row(const Row& row, const Row* before, ByteWriter& out) {
  out.fixed64(row.rank);
  out.i64(row.time);
  out.fixed64(row.version);
  out.fixed64(row.principal);
  const bool same = before != nullptr && same_fields(row, *before);
  out.flag(same);
  out.u64(row.cells.size());
  for (const Cell& cell : row.cells) {
    if (!same) out.fixed64(cell.field);
    out.u64(static_cast<std::uint64_t>(cell.form));
    if (cell.form == Form::boolean) out.u64(cell.bits);
    if (cell.form > Form::null && cell.form != Form::boolean) out.fixed64(cell.bits);
  }
}

bool decode_row(ByteReader& in, const Row* before, Row& row) {
  row.rank = in.fixed64();
  row.time = to_ms(std::clamp(from_ms(in.i64()), kDawn, kForever));
  row.version = in.fixed64();
  row.principal = in.fixed64();
  const bool same = in.flag();
  const std::size_t count = in.count();
  if (count > kMostFields || (same && (before == nullptr || before->cells.size() != count))) return false;
  row.cells.resize(count);
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    Cell& cell = row.cells[i];
    cell.field = same ? before->cells[i].field : in.fixed64();
    const std::uint64_t form = in.u64();
    if (form == 0 || form >= kFormsInRows) return false;
    cell.form = static_cast<Form>(form);
    if (cell.form == Form::boolean) cell.bits = in.u64() & 1;
    if (cell.form > Form::null && cell.form != Form::boolean) cell.bits = in.fixed64();
    if (!sound(cell) || (i > 0 && row.cells[i - 1].field >= cell.field)) return false;
  }
  return in.ok();
}

}  // namespace

double number_of(const Cell& cell) { return std::bit_cast<double>(cell.bits); }

Cell number_cell(NameHash field, double number) {
  return {field, std::bit_cast<std::uint64_t>(number + 0.0), Form::number};  // -0 is 0.
}

std::string field_text(Section section, std::string_view name) {
  std::string text(1, static_cast<char>('0' + static_cast<int>(section)));
  text += shortened(name, Sample::kTextBytes - 1);
  return text;
}

NameHash field_hash(Section section, std::string_view name) {
  return mix64(hash_of(name) + static_cast<std::uint64_t>(section));
}

bool Sample::add(Row&& row) {
  if (!wants(row.rank)) return false;
  const auto at = rows_.lower_bound(row.rank);
  if (at != rows_.end() && at->first == row.rank) {
    // Copies of one event that differ: the same one stays, whatever comes first.
    if (!(row < at->second)) return false;
    at->second = std::move(row);
  } else if (rows_.size() < capacity_) {
    rows_.emplace_hint(at, row.rank, std::move(row));
  } else {
    auto last = rows_.extract(std::prev(rows_.end()));
    last.key() = row.rank;
    std::swap(last.mapped(), row);
    rows_.insert(std::move(last));
  }
  if (rows_.size() == capacity_) worst_ = rows_.rbegin()->first;
  return true;
}

void Sample::name(NameHash hash, std::string_view text) {
  const std::string_view cut = shortened(text, kTextBytes);
  if (texts_.size() >= prune_at_) prune();
  const auto [at, added] = texts_.try_emplace(hash, cut);
  if (!added && cut < at->second) at->second = cut;
}

/// Rows that leave do not take their texts along; so many are dropped at once, now and then.
void Sample::prune() {
  std::vector<const Row*> rows;
  for (const auto& [rank, row] : rows_) rows.push_back(&row);
  const std::set<NameHash> used = hashes_in(rows);
  std::erase_if(texts_, [&](const auto& entry) { return !used.contains(entry.first); });
  named_layout = 0;
  prune_at_ = 2 * texts_.size() + 4096;
}

void Sample::merge(const Sample& other) {
  events += other.events;
  for (const auto& [rank, row] : other.rows_) {
    if (!wants(rank)) break;
    add(Row(row));
  }
  for (const auto& [hash, text] : other.texts_) name(hash, text);
}

std::string Sample::encode_rows(const std::vector<const Row*>& rows) const {
  std::string bytes;
  ByteWriter out(bytes);
  out.u64(kVersion);
  out.u64(events);
  std::vector<std::pair<NameHash, const std::string*>> named;
  for (const NameHash hash : hashes_in(rows))
    if (const auto text = texts_.find(hash); text != texts_.end()) named.emplace_back(hash, &text->second);
  out.u64(named.size());
  for (const auto& [hash, text] : named) {
    out.fixed64(hash);
    out.text(*text);
  }
  out.u64(rows.size());
  const Row* before = nullptr;
  for (const Row* row : rows) {
    encode_row(*row, before, out);
    before = row;
  }
  return bytes;
}

std::string Sample::encode() const {
  std::vector<const Row*> rows;
  for (const auto& [rank, row] : rows_) rows.push_back(&row);
  return encode_rows(rows);
}

std::string Sample::encode(std::vector<std::uint64_t> ranks) const {
  std::sort(ranks.begin(), ranks.end());
  ranks.erase(std::unique(ranks.begin(), ranks.end()), ranks.end());
  std::vector<const Row*> rows;
  for (const std::uint64_t rank : ranks)
    if (const auto found = rows_.find(rank); found != rows_.end()) rows.push_back(&found->second);
  return encode_rows(rows);
}

bool Sample::decode_texts(ByteReader& in) {
  for (std::size_t count = in.count(kLeastTextBytes); count > 0 && in.ok(); --count) {
    const NameHash hash = in.fixed64();
    const std::string_view text = in.text();
    if (text.size() > kTextBytes) return false;
    texts_.emplace(hash, text);
  }
  return in.ok();
}

bool Sample::decode_rows(ByteReader& in) {
  const std::size_t count = in.count(kLeastRowBytes);
  if (count > capacity_) return false;
  Row before;
  for (std::size_t i = 0; i < count; ++i) {
    Row row;
    if (!decode_row(in, i == 0 ? nullptr : &before, row)) return false;
    if (i > 0 && row.rank <= before.rank) return false;
    before = row;
    add(std::move(row));
  }
  return in.ok();
}

Result<Sample> Sample::decode(std::string_view bytes, std::size_t capacity) {
  ByteReader in(bytes);
  Sample sample(capacity);
  if (in.u64() != kVersion) return Status::reject("rows of a model in another format");
  sample.events = in.u64();
  if (!sample.decode_texts(in) || !sample.decode_rows(in) || !in.done())
    return Status::reject("damaged rows of a model");
  return sample;
}

}  // namespace vedette::quality
