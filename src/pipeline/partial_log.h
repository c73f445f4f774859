#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "vedette/bytes.h"
#include "vedette/position.h"
#include "vedette/store.h"
#include "vedette/time.h"

namespace vedette {

/// What one commit of a worker leaves of one detector and partition, or a part of it: a run of
/// [pane end, scope, partial]. One key for many of them, since a key costs more than its bytes.
class PartialChunk {
 public:
  /// Whether a partial replaces the earlier ones of its place, or adds to them.
  enum class Extent : unsigned char { whole, addition };
  struct Entry {
    Time pane_end{};
    Extent extent = Extent::whole;
    std::string_view scope;
    std::string_view partial;
  };
  using Visit = std::function<void(const Entry& entry)>;

  void append(const Entry& entry);
  bool empty() const { return bytes_.empty(); }
  void clear() { bytes_.clear(); }
  const std::string& bytes() const { return bytes_; }
  /// Total: damaged bytes are refused, after the sound ones before them were visited.
  static Status read(std::string_view bytes, const Visit& visit);
  static std::string key(const std::string& detector, const PartitionId& partition, std::int64_t number);

 private:
  std::string bytes_;
};

/// The durable partials of one detector that are not judged yet, by place: pane, scope
/// and partition. A chunk of which nothing counts any more is erased. Owned and used by
/// the judge's thread.
class PartialLog {
 public:
  using Visit = std::function<Status(Time pane_end, std::string_view scope, std::string_view partial)>;

  PartialLog(const std::string& detector, Duration lateness);

  /// Takes in what became durable since the last call. Partials of panes that are
  /// judged already (of a partition that rested meanwhile) are counted and dropped.
  Status read(const Store& store, const std::vector<PartitionId>& partitions, Time judged, Changes& changes);
  /// Hands over the panes ripe at `watermark`, in order of (pane end, scope, partition, as left).
  Status take(Time watermark, Changes& changes, const Visit& visit);
  /// As if nothing had ever been read; nothing may be left.
  void rewind();
  std::uint64_t stale() const { return stale_; }

  /// Numbers of chunks: the last one taken in, and the first of which something still counts, or that
  /// is yet to come. What is before it was erased, and is not looked for again.
  struct Span {
    std::int64_t first = 0;
    std::int64_t last = 0;
  };
  using ReadSoFar = std::map<PartitionId, Span>;
  /// Which tells after a restart what is stale.
  ReadSoFar read_so_far() const;
  void resume(ReadSoFar read) { read_before_ = std::move(read); }
  static void encode(const ReadSoFar& read, ByteWriter& out);
  static ReadSoFar decode(ByteReader& in);

 private:
  struct Chunk {
    PartitionId partition;
    std::int64_t number = 0;
    std::string key;
    std::string bytes;
    std::size_t counting = 0;  ///< Partials that are neither judged nor replaced.
  };
  using ChunkAt = std::list<Chunk>::iterator;
  struct Part {
    ChunkAt chunk;
    std::string_view partial;
  };
  struct Place {
    std::string_view scope;  ///< In the chunk of its first part.
    std::vector<Part> parts;
  };

  Status add(std::string_view key, std::string_view bytes, const PartitionId& partition, std::int64_t number,
             Time judged, Changes& changes);
  void release(ChunkAt chunk, Changes& changes);

  std::string prefix_;
  Duration lateness_;
  std::list<Chunk> chunks_;
  std::map<Time, std::unordered_map<std::string, Place>> panes_;  ///< By pane end, then scope and partition.
  std::map<PartitionId, std::int64_t> read_;  ///< Number of the last chunk taken in, since the start.
  ReadSoFar read_before_;                     ///< Of the process before.
  std::uint64_t stale_ = 0;
};

}  // namespace vedette
