#include "core/label_records.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <tuple>

#include "vedette/hash.h"
#include "core/short_text.h"

namespace vedette::labels {
namespace {

constexpr std::uint64_t kVersion = 1;
constexpr HashKey kNameKey{0x7665646574746531ULL, 0x6c6162656c73ULL};
constexpr std::uint64_t kHasScore = 1;
constexpr int kGroupsShift = 6;  ///< Above the score's bit and those of the number of losses.
static_assert(kMostClasses < (1U << (kGroupsShift - 1)));
constexpr std::size_t kBytesOfRecord = 40;  ///< With two classes, somewhat more than needed.
constexpr std::size_t kFewNames = 64;       ///< Not worth a search for those that are of no use.

template <class Record>
void keep_smallest(std::vector<Record>& records, std::size_t most) {
  if (records.size() > most) {
    const auto last = records.begin() + static_cast<std::ptrdiff_t>(most);
    std::nth_element(records.begin(), last, records.end(),
                     [](const Record& a, const Record& b) { return rank_of(a) < rank_of(b); });
    records.erase(last, records.end());
  }
  std::sort(records.begin(), records.end(), [](const Record& a, const Record& b) {
    return std::tuple(a.time, rank_of(a)) < std::tuple(b.time, rank_of(b));
  });
}

NameTexts used_names(const Records& records) {
  NameTexts used(NameTexts::kMostOfPane);
  const auto use = [&](Name name) {
    if (records.names.has(name)) used.add(name, records.names.text(name));
  };
  for (const Prediction& prediction : records.predictions) for_names(prediction, use);
  for (const Truth& truth : records.truths) for_names(truth, use);
  return used;
}

void encode(const Prediction& prediction, Time& last, ByteWriter& out) {
  out.fixed64(prediction.id);
  out.i64((prediction.time - last).count());
  last = prediction.time;
  const bool scored = !std::isnan(prediction.score);
  out.u64(prediction.groups.size() << kGroupsShift | prediction.losses.size() << 1 |
          (scored ? kHasScore : 0));
  out.u64(prediction.said);
  if (scored) out.f64(prediction.score);
  for (const Loss& loss : prediction.losses) {
    out.u64(loss.name);
    out.u64(loss.thousandths);
  }
  for (const Name group : prediction.groups) out.u64(group);
}

// Kept where differences of times cannot overflow, whatever the bytes say.
Time decode_time(Time last, ByteReader& in) {
  const auto sum = static_cast<std::uint64_t>(to_ms(last)) + static_cast<std::uint64_t>(in.i64());
  return std::clamp(from_ms(static_cast<std::int64_t>(sum)), kDawn, kForever);
}

Prediction decode_prediction(Time& last, ByteReader& in) {
  Prediction prediction;
  prediction.id = in.fixed64();
  prediction.time = last = decode_time(last, in);
  const std::uint64_t shape = in.u64();
  prediction.said = static_cast<Name>(in.u64());
  if ((shape & kHasScore) != 0) prediction.score = in.f64();
  const std::uint64_t losses = (shape >> 1) & ((1U << (kGroupsShift - 1)) - 1);
  prediction.losses.resize(std::min<std::uint64_t>(losses, kMostClasses));
  for (Loss& loss : prediction.losses) {
    loss.name = static_cast<Name>(in.u64());
    loss.thousandths = static_cast<std::uint16_t>(std::min<std::uint64_t>(in.u64(), kMostLoss));
  }
  prediction.groups.resize(std::min<std::uint64_t>(shape >> kGroupsShift, kMostGroups));
  for (Name& group : prediction.groups) group = static_cast<Name>(in.u64());
  if (!std::isfinite(prediction.score)) prediction.score = kUnknown;
  return prediction;
}

}  // namespace

Name name_of(std::string_view text) { return std::max<Name>(1, static_cast<Name>(siphash(kNameKey, text))); }

bool NameTexts::add(Name name, std::string_view text) {
  if (texts_.size() >= most_ || has(name)) return false;
  texts_.emplace(name, shortened(text, NameTexts::kBytes));
  return true;
}

void NameTexts::add_all(const NameTexts& other) {
  for (const auto& [name, text] : other.texts_) add(name, text);
}

std::string_view NameTexts::text(Name name) const {
  const auto found = texts_.find(name);
  return found == texts_.end() ? "?" : std::string_view(found->second);
}

void NameTexts::encode(ByteWriter& out) const {
  out.u64(texts_.size());
  for (const auto& [name, text] : texts_) {
    out.u64(name);
    out.text(text);
  }
}

void NameTexts::decode(ByteReader& in) {
  for (std::size_t left = in.count(2); left > 0 && in.ok(); --left) {
    const auto name = static_cast<Name>(in.u64());
    add(name, in.text());
  }
}

bool SmallestRanks::take(const Rank& rank) {
  if (rank >= largest_) return false;
  ranks_.push_back(rank);
  if (ranks_.size() >= 2 * most_) sort_out();
  return true;
}

void SmallestRanks::sort_out() {
  if (ranks_.size() < most_) return;
  const auto last = ranks_.begin() + static_cast<std::ptrdiff_t>(most_ - 1);
  std::nth_element(ranks_.begin(), last, ranks_.end());
  largest_ = *last;
  ranks_.erase(last + 1, ranks_.end());
}

void Records::settle() {
  keep_smallest(predictions, kMostPredictions);
  keep_smallest(truths, kMostTruths);
}

void Records::merge(Records more) {
  const auto append = [](auto& to, auto& from) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  };
  append(predictions, more.predictions);
  append(truths, more.truths);
  names.add_all(more.names);
  if (predictions.size() > 2 * kMostPredictions || truths.size() > 2 * kMostTruths) settle();
}

std::string encode(const Records& records) {
  std::string bytes;
  ByteWriter out(bytes);
  out.u64(kVersion);
  bytes.reserve(kBytesOfRecord * (records.predictions.size() + records.truths.size()));
  if (records.names.size() <= kFewNames) {
    records.names.encode(out);
  } else {
    used_names(records).encode(out);
  }
  Time last{};
  out.u64(records.predictions.size());
  for (const Prediction& prediction : records.predictions) encode(prediction, last, out);
  out.u64(records.truths.size());
  for (const Truth& truth : records.truths) {
    out.fixed64(truth.id);
    out.i64((truth.time - last).count());
    last = truth.time;
    out.u64(truth.label);
    out.f64(truth.number);
  }
  return bytes;
}

Result<Records> decode_records(std::string_view bytes) {
  ByteReader in(bytes);
  Records records;
  if (in.u64() != kVersion) return Status::reject("predictions and labels of another version");
  records.names.decode(in);
  Time last{};
  const std::size_t predictions = in.count(11);  // Bytes of the shortest.
  for (std::size_t i = 0; i < predictions && in.ok(); ++i)
    records.predictions.push_back(decode_prediction(last, in));
  const std::size_t truths = in.count(18);
  for (std::size_t i = 0; i < truths && in.ok(); ++i) {
    Truth& truth = records.truths.emplace_back();
    truth.id = in.fixed64();
    truth.time = last = decode_time(last, in);
    truth.label = static_cast<Name>(in.u64());
    truth.number = in.f64();
    if (!std::isfinite(truth.number)) truth.number = kUnknown;
  }
  // Twice as many where a recorded baseline ends within a pane and its live part goes on.
  const bool fits = records.predictions.size() <= 2 * Records::kMostPredictions &&
                    records.truths.size() <= 2 * Records::kMostTruths;
  if (!in.done() || !fits) return Status::reject("damaged predictions and labels");
  return records;
}

}  // namespace vedette::labels
