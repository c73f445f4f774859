// What a partition's stream saves and loads again.
#include <map>

#include "pipeline/keys.h"
#include "pipeline/partial_log.h"
#include "pipeline/partition_stream.h"

namespace vedette {
namespace {

constexpr std::uint64_t kVersion = 3;
/// Larger chunks of partials would take fresh memory from the system each time.
constexpr std::size_t kChunk = 1 << 20;

/// Turns an observer's partials into one chunk, and its sequences into keys of the Store.
class SavedPartials final : public Partials {
 public:
  SavedPartials(Changes& changes, const std::string& detector, const PartitionId& partition,
                std::int64_t& chunks, std::uint64_t& findings)
      : changes_(changes), detector_(detector), partition_(partition), chunks_(chunks), findings_(findings) {}

  void put(Time pane_end, std::string_view scope, std::string_view bytes) override {
    if (pane_end != kForever) return append({pane_end, PartialChunk::Extent::whole, scope, bytes});
    std::string key = keys::of_detector("s/", detector_);
    keys::append_partition(key, partition_);
    key.append(scope);
    bytes.empty() ? changes_.erase(key) : changes_.put(key, bytes);
  }

  void add(Time pane_end, std::string_view scope, std::string_view bytes) override {
    append({pane_end, PartialChunk::Extent::addition, scope, bytes});
  }

  void find(Time ripe, const Finding& finding) override {
    std::string key = "f/";
    keys::append_number(key, to_ms(ripe));
    keys::append_text(key, detector_);
    keys::append_partition(key, partition_);
    keys::append_number(key, static_cast<std::int64_t>(findings_++));
    std::string bytes;
    ByteWriter out(bytes);
    encode(finding, out);
    changes_.put(key, bytes);
  }

  void finish() {
    if (chunk_.empty()) return;
    changes_.put(PartialChunk::key(detector_, partition_, ++chunks_), chunk_.bytes());
    chunk_.clear();
  }

 private:
  void append(const PartialChunk::Entry& entry) {
    chunk_.append(entry);
    if (chunk_.bytes().size() >= kChunk) finish();
  }

  PartialChunk chunk_;
  Changes& changes_;
  const std::string& detector_;
  const PartitionId& partition_;
  std::int64_t& chunks_;
  std::uint64_t& findings_;
};

}  // namespace

void PartitionStream::save(Changes& changes) {
  for (std::size_t i = 0; i < observers_.size(); ++i) {
    SavedPartials out(changes, detectors_[i].instance, options_.id, chunks_, findings_);
    observers_[i]->save(out);
    out.finish();
  }
  std::string bytes;
  ByteWriter out(bytes);
  out.u64(kVersion);
  out.i64(next_offset_);
  out.i64(to_ms(clock_.watermark()));
  out.i64(chunks_);
  out.u64(findings_);
  out.u64(held_.size());
  for (const Held& held : held_) {
    out.i64(held.offset);
    out.i64(to_ms(held.broker_time));
    out.i64(to_ms(held.time));
    out.u64(held.accepted_since);
    out.flag(held.confirmed);
    out.text(held.bytes);
  }
  const StreamTotals sum = totals();
  for (const std::uint64_t count : sum.events) out.u64(count);
  for (const std::uint64_t count : sum.rejects) out.u64(count);
  out.u64(sum.unknown_fields);
  out.u64(sum.observed.size());
  for (std::size_t i = 0; i < sum.observed.size(); ++i) {
    const Tally& tally = sum.observed[i];
    out.text(detectors_[i].instance);
    for (const std::uint64_t count :
         {tally.counted, tally.late, tally.late_after_idle, tally.evicted, tally.unwatched, tally.capped})
      out.u64(count);
  }
  changes.put(keys::position(options_.id), bytes);
  dirty_ = false;
}

Status PartitionStream::load_position(const Store& store) {
  auto stored = store.get(keys::position(options_.id));
  if (!stored.ok()) return stored.status();
  if (!*stored) return {};
  ByteReader in(**stored);
  if (in.u64() != kVersion)
    return Status::stop("position of " + options_.id.topic + " was written by another version");
  next_offset_ = in.i64();
  clock_.restore(from_ms(in.i64()));
  chunks_ = in.i64();
  findings_ = in.u64();
  held_.resize(in.count(5));
  for (Held& held : held_) {
    held.offset = in.i64();
    held.broker_time = from_ms(in.i64());
    held.time = from_ms(in.i64());
    held.accepted_since = in.u64();
    held.confirmed = in.flag();
    held.bytes = in.text();
  }
  for (std::uint64_t& count : totals_.events) count = in.u64();
  for (std::uint64_t& count : totals_.rejects) count = in.u64();
  totals_.unknown_fields = in.u64();
  for (std::size_t left = in.count(7); left > 0; --left) {
    const std::string name(in.text());
    Tally tally;
    for (std::uint64_t* count : {&tally.counted, &tally.late, &tally.late_after_idle, &tally.evicted,
                                 &tally.unwatched, &tally.capped})
      *count = in.u64();
    for (std::size_t i = 0; i < detectors_.size(); ++i)
      if (detectors_[i].instance == name) totals_.observed[i] = tally;
  }
  return in.ok() ? Status{} : Status::stop("position of " + options_.id.topic + " is damaged");
}

Status PartitionStream::load_directives(const Store& store, std::size_t detector) {
  const std::string prefix = keys::of_detector("d/", detectors_[detector].instance);
  return store.scan(prefix, keys::after(prefix), [&](std::string_view key, std::string_view value) {
    keys::Cursor cursor(key.substr(prefix.size()));
    const std::string scope = cursor.text();
    observers_[detector]->apply({scope, from_ms(cursor.number()), std::string(value)});
    return true;
  });
}

/// What counts of each open pane and scope.
Status PartitionStream::load_partials(const Store& store, std::size_t detector,
                                      const JudgeProgress& progress) {
  const BuiltDetector& built = detectors_[detector];
  std::map<std::pair<Time, std::string>, std::vector<std::string>> open;
  std::string prefix = keys::of_detector("o/", built.instance);
  keys::append_partition(prefix, options_.id);
  // What nothing of counts any more was erased, and erased keys cost as much as others to pass.
  std::string from = prefix;
  if (const auto of = progress.detectors.find(built.instance); of != progress.detectors.end())
    if (const auto read = of->second.read.find(options_.id); read != of->second.read.end())
      keys::append_number(from, read->second.first);
  Status status;
  const Status scanned =
      store.scan(from, keys::end_of(prefix), [&](std::string_view, std::string_view value) {
        status = PartialChunk::read(value, [&](const PartialChunk::Entry& entry) {
          if (entry.pane_end + built.common.lateness <= progress.judged) return;
          std::vector<std::string>& parts = open[{entry.pane_end, std::string(entry.scope)}];
          if (entry.extent == PartialChunk::Extent::whole) parts.clear();
          parts.emplace_back(entry.partial);
        });
        return status.ok();
      });
  if (!scanned.ok()) return scanned;
  for (const auto& [place, parts] : open)
    for (auto part = parts.begin(); part != parts.end() && status.ok(); ++part)
      status = observers_[detector]->load(place.first, place.second, *part);
  return status;
}

Status PartitionStream::load_sequences(const Store& store, std::size_t detector) {
  std::string prefix = keys::of_detector("s/", detectors_[detector].instance);
  keys::append_partition(prefix, options_.id);
  Status status;
  const Status scanned = store.scan(prefix, {}, [&](std::string_view key, std::string_view value) {
    if (!key.starts_with(prefix)) return false;
    status = observers_[detector]->load(kForever, key.substr(prefix.size()), value);
    return status.ok();
  });
  return status.ok() ? scanned : status;
}

Status PartitionStream::load(const Store& store) {
  const Result<JudgeProgress> progress = JudgeProgress::load(store);
  Status status = progress.ok() ? load_position(store) : progress.status();
  for (std::size_t i = 0; i < observers_.size() && status.ok(); ++i) {
    status = load_directives(store, i);
    if (status.ok()) status = load_partials(store, i, *progress);
    if (status.ok()) status = load_sequences(store, i);
  }
  return status;
}

}  // namespace vedette
