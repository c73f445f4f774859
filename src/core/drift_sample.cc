#include "core/drift_sample.h"

#include <algorithm>

#include "core/drift_profile.h"
#include "core/short_text.h"

namespace vedette::drift {
namespace {

constexpr std::size_t kMaxText = 48;
constexpr std::size_t kIndexFrom = 48;  ///< Fewer columns are found as fast without, in half the memory.

}  // namespace

std::size_t Sample::find(std::string_view name) const {
  if (!index_.empty()) {
    const auto found = index_.find(std::string(name));
    return found == index_.end() ? kMaxColumns : found->second;
  }
  const auto found =
      std::find_if(columns_.begin(), columns_.end(), [&](const Column& c) { return c.name == name; });
  return found == columns_.end() ? kMaxColumns : static_cast<std::size_t>(found - columns_.begin());
}

std::size_t Sample::column(std::string_view name) {
  const std::size_t known = find(name);
  if (known != kMaxColumns || columns_.size() >= kMaxColumns) return known;
  columns_.push_back({std::string(name)});
  if (columns_.size() < kIndexFrom) return columns_.size() - 1;
  for (std::size_t i = index_.size(); i < columns_.size(); ++i) index_.emplace(columns_[i].name, i);
  return columns_.size() - 1;
}

bool Sample::wants(std::uint64_t rank) const {
  return rows_.size() < capacity_ || (!rows_.empty() && rank < rows_.rbegin()->first);
}

void Sample::add(std::uint64_t rank, Row row) {
  if (!wants(rank)) return;
  rows_.emplace(rank, std::move(row));
  if (rows_.size() > capacity_) rows_.erase(std::prev(rows_.end()));
}

void Sample::widen(std::size_t column, double value) {
  columns_[column].least = std::min(columns_[column].least, value);
  columns_[column].most = std::max(columns_[column].most, value);
}

Value Sample::word(std::uint64_t hash, std::string_view text) {
  const auto [at, added] = word_index_.emplace(hash, static_cast<std::uint32_t>(words_.size()));
  if (added) words_.push_back({hash, std::string(shortened(text, kMaxText))});
  return Value::word(at->second);
}

void Sample::merge(const Sample& other) {
  std::vector<std::size_t> column_of;
  for (const Column& theirs : other.columns_) {
    column_of.push_back(column(theirs.name));
    if (column_of.back() == kMaxColumns || theirs.least > theirs.most) continue;
    widen(column_of.back(), theirs.least);
    widen(column_of.back(), theirs.most);
  }
  for (const auto& [rank, theirs] : other.rows_) {
    if (!wants(rank)) break;
    Row row(columns_.size());
    for (std::size_t c = 0; c < theirs.size(); ++c) {
      if (column_of[c] == kMaxColumns) continue;
      const Value value = theirs[c];
      const bool is_word = value.type() == Value::Type::word;
      row[column_of[c]] =
          is_word ? word(other.words_[value.index()].hash, other.words_[value.index()].text) : value;
    }
    add(rank, std::move(row));
  }
}

void Sample::encode(ByteWriter& out) const {
  out.u64(columns_.size());
  for (const Column& column : columns_) {
    out.text(column.name);
    out.f64(column.least);
    out.f64(column.most);
  }
  std::vector<std::uint32_t> place(words_.size(), 0);
  std::vector<const Word*> kept;
  for (const auto& [rank, row] : rows_)
    for (const Value value : row)
      if (value.type() == Value::Type::word && place[value.index()] == 0) {
        kept.push_back(&words_[value.index()]);
        place[value.index()] = static_cast<std::uint32_t>(kept.size());
      }
  out.u64(kept.size());
  for (const Word* word : kept) {
    out.fixed64(word->hash);
    out.text(word->text);
  }
  out.u64(rows_.size());
  for (const auto& [rank, row] : rows_) {
    out.fixed64(rank);
    out.u64(row.size());
    for (const Value value : row) {
      out.u64(static_cast<std::uint64_t>(value.type()));
      if (value.is_number()) out.f64(value.number());
      if (value.type() == Value::Type::boolean) out.flag(value.boolean());
      if (value.type() == Value::Type::word) out.u64(place[value.index()] - 1);
    }
  }
}

namespace {

Value decode_value(ByteReader& in, Sample& sample, const std::vector<Sample::Word>& words) {
  switch (static_cast<Value::Type>(in.u64())) {
    case Value::Type::number: {
      const double number = in.f64();
      return number == number ? Value(number) : Value::null();
    }
    case Value::Type::boolean:
      return Value::boolean(in.flag());
    case Value::Type::word: {
      const std::uint64_t at = in.u64();
      return at < words.size() ? sample.word(words[at].hash, words[at].text) : Value::null();
    }
    case Value::Type::vector:
      return Value::vector(0);
    case Value::Type::null:
      break;
  }
  return Value::null();
}

}  // namespace

Sample Sample::decode(ByteReader& in, std::size_t capacity) {
  Sample sample(capacity);
  for (std::size_t left = in.count(17); left > 0; --left) {
    const std::size_t at = sample.column(in.text());
    const double least = in.f64();
    const double most = in.f64();
    if (at == kMaxColumns || !(least <= most)) continue;
    sample.widen(at, least);
    sample.widen(at, most);
  }
  std::vector<Word> words(in.count(9));
  for (Word& word : words) {
    word.hash = in.fixed64();
    word.text = in.text();
  }
  for (std::size_t left = in.count(9); left > 0 && in.ok(); --left) {
    const std::uint64_t rank = in.fixed64();
    Row row(std::min(in.count(), sample.columns_.size()));
    for (Value& value : row) value = decode_value(in, sample, words);
    sample.add(rank, std::move(row));
  }
  return sample;
}

}  // namespace vedette::drift
