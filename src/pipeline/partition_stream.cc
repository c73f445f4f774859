#include "pipeline/partition_stream.h"

#include <algorithm>

namespace vedette {
namespace {

/// A time jump that so many later records did not follow was no jump.
constexpr std::uint64_t kRefutedAfter = 1000;
/// With so many open panes, some KiB each, the judge is waited for sooner. Where reading
/// stops has no say in the results.
constexpr std::uint64_t kManyPanes = 20'000;
constexpr Duration kShortHorizon = kMinute;

}  // namespace

PartitionStream::PartitionStream(StreamOptions options, const std::vector<BuiltDetector>& detectors)
    : options_(std::move(options)),
      detectors_(detectors),
      dictionary_(options_.decode.key),
      decoder_(options_.decoder->create(options_.decode)),
      batch_(dictionary_),
      clock_(options_.clock) {
  for (const BuiltDetector& built : detectors_) observers_.push_back(built.detector->observer());
  totals_.observed.resize(detectors_.size());
}

PartitionStream::~PartitionStream() = default;

Time PartitionStream::watermark() const {
  return blocked_at_ ? std::max(*blocked_at_, clock_.watermark()) : clock_.watermark();
}

StreamTotals PartitionStream::totals() const {
  StreamTotals sum = totals_;
  for (std::size_t i = 0; i < observers_.size(); ++i)
    sum.observed[i] = sum.observed[i] + observers_[i]->tally();
  return sum;
}

std::vector<DeadLetter> PartitionStream::take_dead() { return std::exchange(dead_, {}); }

Duration PartitionStream::horizon() const {
  std::uint64_t panes = 0;
  for (const auto& observer : observers_) panes += observer->tally().panes;
  return panes < kManyPanes ? kHorizon : kShortHorizon;
}

std::size_t PartitionStream::take(std::span<const Record> records) {
  dictionary_.reset_if_full();
  batch_.clear();
  blocked_at_.reset();
  horizon_ = horizon();
  std::size_t used = 0;
  while (settle_held() && used < records.size()) {
    const Record& record = records[used];
    if (record.offset >= next_offset_) {
      if (admit(record) == Admission::blocked) break;
      next_offset_ = record.offset + 1;
      dirty_ = true;
    }
    ++used;
  }
  observe();
  return used;
}

/// Decodes one record into the batch and gives its rows their place in time, or takes
/// them out again and says why they have none yet.
PartitionStream::Admission PartitionStream::admit(const Record& record) {
  const std::size_t first_row = batch_.events.size();
  Verdict verdict = decoder_->decode(record, batch_);
  if (!verdict.ok()) {
    refuse(record, verdict.reason, std::move(verdict.detail));
    return Admission::taken;
  }
  const std::span<Event> rows = std::span(batch_.events).subspan(first_row);
  Time latest = kDawn;
  bool wrong_kind = false;
  for (const Event& event : rows) {
    latest = std::max(latest, event.time);
    wrong_kind = wrong_kind || (options_.kind && event.kind != *options_.kind);
  }
  const PartitionClock::Answer answer = clock_.judge(latest, record.broker_time);
  if (!wrong_kind && answer == PartitionClock::Answer::accept && latest < judged_ + horizon_) {
    place(rows, record.offset);
    return Admission::taken;
  }
  truncate(first_row);
  if (wrong_kind) {
    refuse(record, Reject::wrong_type, "kind does not belong on this topic");
  } else if (answer == PartitionClock::Answer::future) {
    refuse(record, Reject::future, "event time is after the broker's");
  } else if (answer == PartitionClock::Answer::hold) {
    held_.push_back({record.offset, record.broker_time, std::string(record.bytes), latest, 0, false});
    confirm_held();
  } else {
    blocked_at_ = latest;
    return Admission::blocked;
  }
  return Admission::taken;
}

void PartitionStream::place(std::span<Event> rows, std::int64_t offset) {
  for (Event& event : rows) {
    clock_.accept(event.time);
    event.watermark = clock_.watermark();
    event.offset = offset;
    ++totals_.events[static_cast<std::size_t>(event.kind)];
  }
  for (Held& held : held_) ++held.accepted_since;
}

/// Enough records agree that time has moved on: it goes to the earliest of them.
void PartitionStream::confirm_held() {
  if (held_.size() <= static_cast<std::size_t>(clock_.rules().jump_confirmations)) return;
  const auto earlier = [](const Held& a, const Held& b) { return a.time < b.time; };
  const Time reached = std::min_element(held_.begin(), held_.end(), earlier)->time;
  clock_.accept(reached);
  for (Held& held : held_) held.confirmed = held.confirmed || held.time <= reached + clock_.rules().max_jump;
}

/// Takes the held records whose time has come, in order; false if one is beyond the horizon.
bool PartitionStream::settle_held() {
  for (std::size_t i = 0; i < held_.size();) {
    const bool refuted = held_[i].accepted_since > kRefutedAfter;
    if (!refuted && !held_[i].confirmed && held_[i].time > clock_.watermark()) {
      ++i;
      continue;
    }
    if (!refuted && held_[i].time >= judged_ + horizon_) {
      blocked_at_ = held_[i].time;
      return false;
    }
    const Held held = std::move(held_[i]);
    held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(i));
    const Record record{held.offset, held.broker_time, held.bytes};
    if (refuted) {
      refuse(record, Reject::future, "time jump that no other record confirmed");
    } else {
      admit(record);
    }
    observe();  // The batch's views into `held` end here.
    dirty_ = true;
    i = 0;
  }
  return true;
}

void PartitionStream::refuse(const Record& record, Reject reason, std::string detail) {
  ++totals_.rejects[static_cast<std::size_t>(reason)];
  DeadLetter dead{{options_.id, record.offset},
                  record.broker_time,
                  std::string(to_string(reason)),
                  std::move(detail),
                  {}};
  if (options_.keep_dead_records) dead.bytes = record.bytes;
  dead_.push_back(std::move(dead));
}

void PartitionStream::truncate(std::size_t first_row) {
  if (first_row >= batch_.events.size()) return;
  const std::uint32_t first_value = batch_.events[first_row].first;
  batch_.values.resize(first_value);
  batch_.keys.resize(first_value);
  batch_.events.resize(first_row);
}

void PartitionStream::observe() {
  if (!batch_.events.empty()) {
    for (const auto& observer : observers_) observer->observe(batch_, {0, batch_.events.size()});
    dirty_ = true;
  }
  totals_.unknown_fields += batch_.unknown_fields;
  batch_.clear();
}

void PartitionStream::apply(std::size_t detector, const Directive& directive) {
  observers_[detector]->apply(directive);
}

void PartitionStream::judged(Time watermark) {
  if (watermark <= judged_) return;
  judged_ = watermark;
  for (const auto& observer : observers_) observer->judged(watermark);
}

}  // namespace vedette
