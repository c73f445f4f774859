#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "vedette/position.h"
#include "vedette/time.h"

namespace vedette::keys {

/// What is where in the Store. Numbers are big-endian with the sign bit flipped, so
/// that keys sort like the numbers; texts end with a zero byte.
///   p/ topic 0 partition                           worker: position, watermark, counters
///   o/ detector 0 topic 0 partition number         worker: partials of open panes, a chunk per commit
///   s/ detector 0 topic 0 partition key            worker: state of a sequence
///   f/ ripe detector 0 topic 0 partition number    worker: finding of a sequence
///   j/ detector 0 key                              judge: state, baselines
///   d/ detector 0 scope 0 effective                judge: directives
///   w                                              judge: judged watermark and positions
///   a/ ...                                         judge: alerts and incidents
///   x/, c/                                         outbox and its cursors
///   b/ model 0 number                              versions of baselines: where they came from
///   v/ model 0 number detector 0 key               what they hold: keys of j/

inline void append_number(std::string& key, std::int64_t number) {
  const std::uint64_t bits = static_cast<std::uint64_t>(number) ^ (1ULL << 63);
  for (int shift = 56; shift >= 0; shift -= 8) key.push_back(static_cast<char>(bits >> shift));
}

/// Scopes may hold any byte, so zero is written 0 1 and the end 0 0: order is kept.
inline void append_text(std::string& key, std::string_view text) {
  for (const char c : text) {
    key.push_back(c);
    if (c == '\0') key.push_back('\1');
  }
  key.append(2, '\0');
}

inline void append_partition(std::string& key, const PartitionId& partition) {
  append_text(key, partition.topic);
  append_number(key, partition.partition);
}

/// The smallest key that does not begin with `prefix`; prefixes end in a letter, slash or zero.
inline std::string after(std::string prefix) {
  prefix.back() = static_cast<char>(prefix.back() + 1);
  return prefix;
}

/// Behind every key that begins with `prefix`, which ends in a number: of any bytes.
inline std::string end_of(std::string prefix) {
  while (!prefix.empty() && static_cast<unsigned char>(prefix.back()) == 0xff) prefix.pop_back();
  return prefix.empty() ? prefix : after(std::move(prefix));
}

/// Takes a key apart again. Total: `ok()` is false for a key that was not written so.
class Cursor {
 public:
  explicit Cursor(std::string_view rest) : rest_(rest) {}
  bool ok() const { return ok_; }
  std::string_view rest() const { return rest_; }
  std::int64_t number() {
    if (rest_.size() < 8) return fail();
    std::uint64_t bits = 0;
    for (int i = 0; i < 8; ++i)
      bits = bits << 8 | static_cast<unsigned char>(rest_[static_cast<std::size_t>(i)]);
    rest_.remove_prefix(8);
    return static_cast<std::int64_t>(bits ^ (1ULL << 63));
  }
  std::string text() {
    std::string out;
    for (std::size_t i = 0; i + 1 < rest_.size(); ++i) {
      if (rest_[i] != '\0') {
        out.push_back(rest_[i]);
      } else if (rest_[++i] == '\1') {
        out.push_back('\0');
      } else {
        rest_.remove_prefix(i + 1);
        return out;
      }
    }
    fail();
    return {};
  }
  PartitionId partition() {
    PartitionId id;
    id.topic = text();
    id.partition = static_cast<std::int32_t>(number());
    return id;
  }

 private:
  std::int64_t fail() {
    ok_ = false;
    rest_ = {};
    return 0;
  }
  std::string_view rest_;
  bool ok_ = true;
};

inline std::string position(const PartitionId& partition) {
  std::string key = "p/";
  append_partition(key, partition);
  return key;
}

inline std::string of_detector(std::string_view area, std::string_view detector) {
  std::string key(area);
  append_text(key, detector);
  return key;
}

}  // namespace vedette::keys
