#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "pipeline/keys.h"
#include "vedette/bytes.h"

namespace vedette::keys {

/// How the outbox is written in the Store:
///   x/ kind writer sequence   an entry: wall time (8 bytes), then what was appended
///   c/ kind sink              a cursor: for each writer the next sequence
/// `kind` is one letter; sequences of a writer only go up.
using OutboxCursor = std::map<std::int64_t, std::int64_t>;

struct OutboxKey {
  char kind = 0;
  std::int64_t writer = 0;
  std::int64_t sequence = 0;
};

inline std::string outbox_entry(const OutboxKey& parts) {
  std::string key = "x/";
  key.push_back(parts.kind);
  append_number(key, parts.writer);
  append_number(key, parts.sequence);
  return key;
}

/// Above every entry of this queue.
inline std::string outbox_end(char kind, std::int64_t writer) {
  return outbox_entry({kind, writer, std::numeric_limits<std::int64_t>::max()});
}

inline std::string outbox_cursor(char kind, std::string_view sink) {
  std::string key = "c/";
  key.push_back(kind);
  return key.append(sink);
}

inline std::optional<OutboxKey> parse_outbox_entry(std::string_view key) {
  constexpr std::size_t kPrefix = 3;
  if (key.size() != kPrefix + 16) return std::nullopt;
  Cursor rest(key.substr(kPrefix));
  OutboxKey parts{key[2]};
  parts.writer = rest.number();
  parts.sequence = rest.number();
  return parts;
}

inline std::string encode_cursor(const OutboxCursor& cursor) {
  std::string bytes;
  ByteWriter out(bytes);
  out.u64(cursor.size());
  for (const auto& [writer, next] : cursor) {
    out.i64(writer);
    out.i64(next);
  }
  return bytes;
}

inline std::optional<OutboxCursor> decode_cursor(std::string_view bytes) {
  ByteReader in(bytes);
  OutboxCursor cursor;
  for (std::size_t left = in.count(2); left > 0; --left) {
    const std::int64_t writer = in.i64();
    cursor[writer] = in.i64();
  }
  if (!in.done()) return std::nullopt;
  return cursor;
}

inline std::int64_t next_of(const OutboxCursor& cursor, std::int64_t writer) {
  const auto found = cursor.find(writer);
  return found == cursor.end() ? 0 : found->second;
}

}  // namespace vedette::keys
