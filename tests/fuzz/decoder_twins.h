#pragma once

#include <string>
#include <string_view>

#include "decode/native_decoder.h"
#include "vedette/dictionary.h"

namespace vedette {

/// Everything an event says, with names and texts instead of ids, as bytes to compare.
inline std::string describe(const Batch& batch, const Event& event) {
  std::string out;
  const auto number = [&out](auto value) { out.append(reinterpret_cast<const char*>(&value), sizeof value); };
  const auto text = [&](std::string_view value) {
    number(value.size());
    out.append(value);
  };
  const auto word = [&](WordIndex index) {
    number(batch.words[index].hash);
    text(batch.text(index));
  };
  const auto value = [&](Value item) {
    number(item.type());
    if (item.type() == Value::Type::number) number(item.number());
    if (item.type() == Value::Type::boolean) number(item.boolean());
    if (item.type() == Value::Type::word) word(item.index());
    if (item.type() != Value::Type::vector) return;
    number(batch.vectors[item.index()].size());
    for (const float component : batch.vectors[item.index()]) number(component);
  };
  number(event.kind);
  number(event.time);
  number(event.offset);
  number(event.identity);
  number(event.principal);
  number(event.source);
  for (const double known :
       {event.latency_ms, event.bytes_in, event.bytes_out, event.tokens_in, event.tokens_out, event.cost_usd})
    number(known);
  for (const Symbol symbol :
       {event.model, event.version, event.tenant, event.name, event.result, event.method})
    text(batch.name(symbol));
  for (const WordIndex index : {event.id, event.principal_name, event.resource, event.path, event.user_agent,
                                event.inference_id, event.model_digest})
    word(index);
  number(event.status);
  value(event.value);
  for (std::uint32_t i = 0; i < event.count; ++i) {
    const Field& field = batch.dictionary->field(batch.keys_of(event)[i]);
    number(field.section);
    text(field.name);
    value(batch.values_of(event)[i]);
  }
  return out;
}

/// The same records through a decoder that learns layouts and one that only parses.
/// Empty: both agree. Else what differs.
class DecoderTwins {
 public:
  explicit DecoderTwins(const DecodeOptions& options)
      : fast_names_(options.key),
        slow_names_(options.key),
        fast_batch_(fast_names_),
        slow_batch_(slow_names_),
        fast_(options),
        slow_(options, NativeDecoder::Path::parser_only) {}

  std::string differ_on(std::string_view record) {
    if (fast_batch_.events.size() >= 64) start_batch();
    const std::size_t before = fast_batch_.events.size();
    const Sizes sizes = sizes_of(fast_batch_);
    const Verdict fast = fast_.decode({offset_, kDawn, record}, fast_batch_);
    const Verdict slow = slow_.decode({offset_++, kDawn, record}, slow_batch_);
    if (fast.reason != slow.reason || fast.detail != slow.detail)
      return "verdicts: fast '" + fast.detail + "', parser '" + slow.detail + "'";
    if (fast_batch_.unknown_fields != slow_batch_.unknown_fields) return "unknown fields";
    if (!fast.ok()) return sizes_of(fast_batch_) == sizes ? "" : "a refused record changed the batch";
    ++accepted_;
    if (fast_batch_.events.size() != before + 1) return "not one event";
    const Event& event = fast_batch_.events.back();
    if (describe(fast_batch_, event) != describe(slow_batch_, slow_batch_.events.back())) return "values";
    return shape_agrees(event) ? "" : "shape";
  }

  std::uint64_t accepted() const { return accepted_; }
  std::uint64_t slow_records() const { return fast_.slow_records(); }

 private:
  struct Sizes {
    std::size_t events, values, keys, words, vectors, unknown;
    bool operator==(const Sizes&) const = default;
  };
  static Sizes sizes_of(const Batch& batch) {
    return {batch.events.size(), batch.values.size(),  batch.keys.size(),
            batch.words.size(),  batch.vectors.size(), batch.unknown_fields};
  }
  void start_batch() {
    for (Batch* batch : {&fast_batch_, &slow_batch_}) {
      batch->clear();
      batch->dictionary->reset_if_full();
    }
  }
  bool shape_agrees(const Event& event) const {
    if (event.shape == 0) return true;
    const auto& fields = fast_names_.shape(event.shape).fields;
    const auto keys = fast_batch_.keys_of(event);
    return std::equal(fields.begin(), fields.end(), keys.begin(), keys.end());
  }

  Dictionary fast_names_;
  Dictionary slow_names_;
  Batch fast_batch_;
  Batch slow_batch_;
  NativeDecoder fast_;
  NativeDecoder slow_;
  std::int64_t offset_ = 0;
  std::uint64_t accepted_ = 0;
};

}  // namespace vedette
