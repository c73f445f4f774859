#include "decode/row.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "decode/pseudonym.h"

namespace vedette {

RowWriter::RowWriter(const DecodeOptions& options)
    : names(options.key), options_(options), hash_(options.key), shapes_(options.key) {}

bool RowWriter::follow(Batch& batch) {
  if (batch.dictionary == dictionary_ && dictionary_->epoch() == epoch_) return false;
  dictionary_ = batch.dictionary;
  epoch_ = dictionary_->epoch();
  names.forget();
  shapes_.forget();
  last_shapes_.fill(0);
  return true;
}

Refusal RowWriter::check(const Row& row) const {
  const std::uint64_t missing = required_slots(row.kind) & ~row.known;
  if (missing != 0) {
    const auto first = static_cast<Slot>(std::countr_zero(missing));
    return {Reject::missing_field, "required, but not given", first};
  }
  if (!row.knows(Slot::status)) return {};
  const double status = row.numbers[number_index(Slot::status)];
  if (status >= 0 && status <= std::numeric_limits<std::int32_t>::max() && status == std::floor(status))
    return {};
  return {Reject::bad_number, "not a status code", Slot::status};
}

bool RowWriter::check_unique(const Row& row, Batch& batch, ShapeId& shape) {
  const std::span keys(row.keys.data(), row.count);
  if (!shapes_.find(keys, row.guess, *batch.dictionary, shape)) return false;
  if (row.objects.empty()) return true;
  if (row.objects.size() == 1) return std::ranges::find(keys, row.objects.front()) == keys.end();
  return shapes_.all_different(keys, row.objects);
}

void RowWriter::put_common(const Row& row, Batch& batch, Event& event) {
  Dictionary& dictionary = *batch.dictionary;
  event.time = row.time;
  event.kind = row.kind;
  event.value = row.value;
  event.id = add_word(row.text(Slot::id), batch);
  event.model = names.symbol(row.text(Slot::model), dictionary);
  event.version = names.symbol(row.text(Slot::version), dictionary);
  event.tenant = names.symbol(row.text(Slot::tenant), dictionary);
  event.principal = pseudonym(options_.key, row.text(Slot::principal));
  if (!options_.pseudonymise) event.principal_name = add_word(row.text(Slot::principal), batch);
}

void RowWriter::put_kind(const Row& row, Batch& batch, Event& event) {
  Dictionary& dictionary = *batch.dictionary;
  if (row.kind == EventKind::label) event.inference_id = add_word(row.text(Slot::inference_id), batch);
  if (row.kind == EventKind::metric) event.name = names.symbol(row.text(Slot::name), dictionary);
  if (row.kind > EventKind::access) return;
  event.source = pseudonym(options_.key, row.text(Slot::source_ip));
  event.user_agent = add_word(row.text(Slot::user_agent), batch);
  event.model_digest = add_word(row.text(Slot::model_digest), batch);
  event.latency_ms = row.number(Slot::latency_ms);
  event.bytes_in = row.number(Slot::bytes_in);
  event.bytes_out = row.number(Slot::bytes_out);
  event.tokens_in = row.number(Slot::tokens_in);
  event.tokens_out = row.number(Slot::tokens_out);
  event.cost_usd = row.number(Slot::cost_usd);
  if (row.knows(Slot::status))
    event.status = static_cast<std::int32_t>(row.numbers[number_index(Slot::status)]);
  if (row.kind != EventKind::access) return;
  event.name = names.symbol(row.text(Slot::action), dictionary);
  event.result = names.symbol(row.text(Slot::result), dictionary);
  event.method = names.symbol(row.text(Slot::method), dictionary);
  event.resource = add_word(row.text(Slot::resource), batch);
  event.path = add_word(row.text(Slot::path), batch);
}

std::uint64_t RowWriter::identity(const Row& row, std::string_view record) const {
  if (!row.knows(Slot::id)) return hash_(record);
  return mix64(hash_(row.text(Slot::id)) ^ mix64(static_cast<std::uint64_t>(to_ms(row.time))));
}

Refusal RowWriter::finish(const Row& row, const Record& record, Batch& batch) {
  const Refusal refusal = check(row);
  if (!refusal.ok()) return refusal;
  ShapeId shape = 0;
  if (!check_unique(row, batch, shape)) return {Reject::duplicate_key, "a name of a value comes twice"};
  Event& event = batch.events.emplace_back();
  event.shape = shape;
  event.offset = record.offset;
  event.identity = identity(row, record.bytes);
  event.first = static_cast<std::uint32_t>(batch.values.size());
  event.count = row.count;
  put_common(row, batch, event);
  put_kind(row, batch, event);
  batch.values.insert(batch.values.end(), row.values.begin(), row.values.begin() + row.count);
  batch.keys.insert(batch.keys.end(), row.keys.begin(), row.keys.begin() + row.count);
  batch.unknown_fields += row.unknown;
  last_shapes_[event.model % kModels] = event.shape;
  return {};
}

bool spells_no_number(std::string_view text) {
  if (text.size() < 3 || text.size() > 9) return false;
  if (text.front() == '-' || text.front() == '+') text.remove_prefix(1);
  const auto is = [text](std::string_view word) {
    return std::ranges::equal(text, word, [](char a, char b) { return (a | 0x20) == b; });
  };
  return is("nan") || is("inf") || is("infinity");
}

}  // namespace vedette
