#include "decode/native_decoder.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "decode/native.h"

namespace vedette {
namespace {

/// Of zero bytes behind a record: simdjson reads so far, and a zero ends every scan.
constexpr std::size_t kPadding = 64;

/// What the fields we read need: record, outputs, classes.
constexpr std::size_t kLeastDepth = 4;

DecodeOptions with_least_depth(DecodeOptions options) {
  options.max_depth = std::max(options.max_depth, kLeastDepth);
  return options;
}

Verdict to_verdict(const Refusal& refusal) {
  if (refusal.ok()) return {};
  return {refusal.reason, std::string(to_string(refusal.field)).append(": ").append(refusal.what)};
}

}  // namespace

NativeDecoder::NativeDecoder(const DecodeOptions& options, Path path)
    : max_record_bytes_(options.max_record_bytes),
      path_(path),
      rows_(options),
      skeleton_(options.key),
      fast_(skeleton_, rows_, times_, with_least_depth(options).max_depth),
      dom_(with_least_depth(options), rows_, times_) {
  row_.values.resize(options.max_values);
  row_.keys.resize(options.max_values);
}

std::string_view NativeDecoder::copy_padded(std::string_view record) {
  if (padded_.size() < record.size() + kPadding) padded_.resize(record.size() * 2 + kPadding);
  std::memcpy(padded_.data(), record.data(), record.size());
  std::memset(padded_.data() + record.size(), 0, kPadding);
  return {padded_.data(), record.size()};
}

void NativeDecoder::take_back(const Before& before, Batch& batch) {
  batch.words.resize(before.words);
  batch.vectors.resize(before.vectors);
  rows_.arena.rewind(before.arena);
}

// Layouts are learned by kind. The kind of the record before is a good guess; where another
// one is named, or the layout is not known and none is named yet, the others have their turn.
bool NativeDecoder::decode_fast(std::string_view text, const Record& record, Batch& batch) {
  constexpr unsigned kKinds = 4;
  const Before before{batch.words.size(), batch.vectors.size(), rows_.arena.mark()};
  EventKind kind = last_kind_;
  for (unsigned turn = 0; turn < kKinds; ++turn) {
    row_.begin(kind);
    const FastPath::Outcome outcome = fast_.read(text, row_, batch);
    if (outcome == FastPath::Outcome::done && rows_.finish(row_, record, batch).ok()) {
      last_kind_ = kind;
      return true;
    }
    take_back(before, batch);
    if (outcome == FastPath::Outcome::done || row_.knows(Slot::kind)) return false;
    const unsigned next = (static_cast<unsigned>(kind) + 1) % kKinds;
    kind = outcome == FastPath::Outcome::other_kind ? row_.kind : static_cast<EventKind>(next);
  }
  return false;
}

Refusal NativeDecoder::decode_slowly(std::string_view text, const Record& record, Batch& batch) {
  const Refusal refusal = dom_.read(text, row_, batch);
  return refusal.ok() ? rows_.finish(row_, record, batch) : refusal;
}

Verdict NativeDecoder::decode(const Record& record, Batch& batch) {
  if (batch.events.empty()) rows_.arena.clear();
  if (rows_.follow(batch)) skeleton_.forget();
  if (record.bytes.empty()) return to_verdict({Reject::empty, "no bytes"});
  if (record.bytes.size() > max_record_bytes_)
    return to_verdict({Reject::too_large, "larger than max_record_bytes"});

  const Before before{batch.words.size(), batch.vectors.size(), rows_.arena.mark()};
  const std::string_view text = copy_padded(record.bytes);
  if (path_ == Path::learned && decode_fast(text, record, batch)) return {};
  ++slow_records_;
  const Refusal refusal = decode_slowly(text, record, batch);
  if (!refusal.ok())
    take_back(before, batch);
  else if (path_ == Path::learned)
    skeleton_.learn(row_.kind, text, *batch.dictionary, rows_.names);
  return to_verdict(refusal);
}

const DecoderKind native_kind{"native", "native events: one JSON object per record, schema vedette/1",
                              [](const DecodeOptions& options) -> std::unique_ptr<Decoder> {
                                return std::make_unique<NativeDecoder>(options);
                              }};

}  // namespace vedette
