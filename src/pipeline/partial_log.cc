#include "pipeline/partial_log.h"

#include <algorithm>
#include <vector>

#include "pipeline/keys.h"

namespace vedette {

void PartialChunk::append(const Entry& entry) {
  ByteWriter out(bytes_);
  out.i64(to_ms(entry.pane_end));
  out.flag(entry.extent == Extent::addition);
  out.text(entry.scope);
  out.text(entry.partial);
}

Status PartialChunk::read(std::string_view bytes, const Visit& visit) {
  ByteReader in(bytes);
  while (!in.rest().empty()) {
    Entry entry;
    entry.pane_end = from_ms(in.i64());
    entry.extent = in.flag() ? Extent::addition : Extent::whole;
    entry.scope = in.text();
    entry.partial = in.text();
    if (!in.ok()) return Status::stop("damaged partials");
    visit(entry);
  }
  return {};
}

std::string PartialChunk::key(const std::string& detector, const PartitionId& partition,
                              std::int64_t number) {
  std::string key = keys::of_detector("o/", detector);
  keys::append_partition(key, partition);
  keys::append_number(key, number);
  return key;
}

PartialLog::PartialLog(const std::string& detector, Duration lateness)
    : prefix_(keys::of_detector("o/", detector)), lateness_(lateness) {}

void PartialLog::release(ChunkAt chunk, Changes& changes) {
  if (--chunk->counting > 0) return;
  changes.erase(chunk->key);
  chunks_.erase(chunk);
}

Status PartialLog::add(std::string_view key, std::string_view bytes, const PartitionId& partition,
                       std::int64_t number, Time judged, Changes& changes) {
  const auto before = read_before_.find(partition);
  const bool seen_before = before != read_before_.end() && number <= before->second.last;
  std::string suffix;
  keys::append_partition(suffix, partition);
  const ChunkAt chunk =
      chunks_.insert(chunks_.end(), Chunk{partition, number, std::string(key), std::string(bytes), 1});
  const Status sound = PartialChunk::read(chunk->bytes, [&](const PartialChunk::Entry& entry) {
    if (entry.pane_end + lateness_ <= judged) {
      stale_ += seen_before ? 0 : 1;
      return;
    }
    std::string key_of_place;
    keys::append_text(key_of_place, entry.scope);
    key_of_place += suffix;
    Place& place = panes_[entry.pane_end][std::move(key_of_place)];
    if (entry.extent == PartialChunk::Extent::whole) {
      for (const Part& part : place.parts) release(part.chunk, changes);
      place.parts.clear();
    }
    if (place.parts.empty()) place.scope = entry.scope;
    place.parts.push_back({chunk, entry.partial});
    ++chunk->counting;
  });
  release(chunk, changes);
  return sound;
}

Status PartialLog::read(const Store& store, const std::vector<PartitionId>& partitions, Time judged,
                        Changes& changes) {
  for (const PartitionId& partition : partitions) {
    std::string all = prefix_;
    keys::append_partition(all, partition);
    std::string from = all;
    const auto last = read_.find(partition);
    const auto before = read_before_.find(partition);
    if (last != read_.end())
      keys::append_number(from, last->second + 1);
    else if (before != read_before_.end())
      keys::append_number(from, before->second.first);
    Status added;
    const Status scanned =
        store.scan(from, keys::end_of(all), [&](std::string_view key, std::string_view value) {
          const std::int64_t number = keys::Cursor(key.substr(all.size())).number();
          added = add(key, value, partition, number, judged, changes);
          read_[partition] = number;
          return added.ok();
        });
    if (!scanned.ok() || !added.ok()) return scanned.ok() ? added : scanned;
  }
  return {};
}

Status PartialLog::take(Time watermark, Changes& changes, const Visit& visit) {
  std::vector<std::pair<std::string_view, const Place*>> ordered;
  while (!panes_.empty() && panes_.begin()->first + lateness_ <= watermark) {
    const auto& [pane_end, places] = *panes_.begin();
    ordered.clear();
    for (const auto& [key, place] : places) ordered.emplace_back(key, &place);
    std::sort(ordered.begin(), ordered.end());
    for (const auto& [key, place] : ordered) {
      for (const Part& part : place->parts)
        if (Status merged = visit(pane_end, place->scope, part.partial); !merged.ok()) return merged;
      for (const Part& part : place->parts) release(part.chunk, changes);
    }
    panes_.erase(panes_.begin());
  }
  return {};
}

void PartialLog::rewind() {
  read_.clear();
  read_before_.clear();
}

PartialLog::ReadSoFar PartialLog::read_so_far() const {
  ReadSoFar so_far = read_before_;
  for (const auto& [partition, number] : read_) so_far[partition] = {number + 1, number};
  for (const Chunk& chunk : chunks_) {
    Span& span = so_far[chunk.partition];
    span.first = std::min(span.first, chunk.number);
  }
  return so_far;
}

void PartialLog::encode(const ReadSoFar& read, ByteWriter& out) {
  out.u64(read.size());
  for (const auto& [partition, span] : read) {
    out.text(partition.topic);
    out.i64(partition.partition);
    out.i64(span.first);
    out.i64(span.last);
  }
}

PartialLog::ReadSoFar PartialLog::decode(ByteReader& in) {
  ReadSoFar read;
  for (std::size_t left = in.count(4); left > 0; --left) {
    PartitionId partition;
    partition.topic = in.text();
    partition.partition = static_cast<std::int32_t>(in.i64());
    Span& span = read[partition];
    span.first = in.i64();
    span.last = in.i64();
  }
  return read;
}

}  // namespace vedette
