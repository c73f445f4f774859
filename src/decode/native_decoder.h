#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "decode/dom_path.h"
#include "decode/fast_path.h"
#include "decode/row.h"
#include "decode/skeleton.h"
#include "decode/time_text.h"
#include "vedette/decoder.h"

namespace vedette {

/// The decoder of native events. A record goes through the skeleton of layouts seen
/// before; what that does not know goes through the parser, which judges it and
/// teaches the skeleton. Fills one batch at a time: what an earlier event of the batch
/// refers to is given up when a record comes for a batch without events.
class NativeDecoder final : public Decoder {
 public:
  enum class Path : unsigned char { learned, parser_only };

  explicit NativeDecoder(const DecodeOptions& options, Path path = Path::learned);
  Verdict decode(const Record& record, Batch& batch) override;
  std::uint64_t slow_records() const override { return slow_records_; }

 private:
  /// What a refused record leaves behind, to be taken back.
  struct Before {
    std::size_t words;
    std::size_t vectors;
    Arena::Mark arena;
  };

  bool decode_fast(std::string_view text, const Record& record, Batch& batch);
  Refusal decode_slowly(std::string_view text, const Record& record, Batch& batch);
  void take_back(const Before& before, Batch& batch);

  std::string_view copy_padded(std::string_view record);

  std::size_t max_record_bytes_;
  Path path_;
  RowWriter rows_;
  TimeReader times_;
  Skeleton skeleton_;
  FastPath fast_;
  DomPath dom_;
  Row row_;
  std::vector<char> padded_;  ///< The record being read. Hot: words are copied out of it.
  EventKind last_kind_ = EventKind::inference;
  std::uint64_t slow_records_ = 0;
};

}  // namespace vedette
