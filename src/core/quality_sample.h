#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/model_scope.h"
#include "vedette/bytes.h"
#include "vedette/dictionary.h"
#include "vedette/status.h"
#include "vedette/time.h"

namespace vedette::quality {

/// What stands where a field should be.
enum class Form : unsigned char { absent, null, number, text, boolean, vector, other_vector };
inline constexpr std::size_t kForms = 7;
inline constexpr std::size_t kFormsInRows = 6;  ///< What another length is only a judge knows.

/// A value of a row. `bits`: the number; the hash of the text; 0 or 1; for a vector its length in the
/// upper 16 bits and a hash of the rest.
struct Cell {
  NameHash field = 0;
  std::uint64_t bits = 0;
  Form form = Form::null;
  auto operator<=>(const Cell&) const = default;
};
double number_of(const Cell& cell);
Cell number_cell(NameHash field, double number);

/// What is kept of an event.
struct Row {
  std::uint64_t rank = 0;  ///< Hash that is free of position.
  std::int64_t time = 0;
  NameHash version = 0;
  std::uint64_t principal = 0;
  std::vector<Cell> cells;  ///< In order of their fields; at most kMostFields.
  auto operator<=>(const Row&) const = default;
};
inline constexpr std::size_t kMostFields = 256;

NameHash field_hash(Section section, std::string_view name);
/// Of a field: its section and its name.
std::string field_text(Section section, std::string_view name);

/// Events of one model in one pane: their number, and whole rows of those `capacity` with the smallest
/// ranks. Merging is exact in any order and split. Of events with one rank one is kept: a copy is
/// no second event.
class Sample {
 public:
  static constexpr std::size_t kTextBytes = 64;
  using Texts = std::map<NameHash, std::string>;

  explicit Sample(std::size_t capacity) : capacity_(capacity) {}

  std::uint64_t events = 0;
  std::uint64_t named_layout = 0;  ///< Of the reader that fills it: the fields of this one have their names.

  /// Whether a row of this rank may be kept: the one question that most events cost.
  bool wants(std::uint64_t rank) const { return rank <= worst_; }
  /// False: left out, or there already. Else `row` has the room of one that left, to be filled again.
  bool add(Row&& row);
  /// What people read for a hash.
  void name(NameHash hash, std::string_view text);
  bool has_name(NameHash hash) const { return texts_.contains(hash); }
  /// Names that are kept elsewhere.
  template <class Predicate>
  void forget_names(Predicate elsewhere) {
    named_layout = 0;
    std::erase_if(texts_, [&](const auto& entry) { return elsewhere(entry.first); });
  }
  void merge(const Sample& other);

  const std::map<std::uint64_t, Row>& rows() const { return rows_; }
  const Texts& texts() const { return texts_; }

  /// Rows of these ranks alone, with the texts that they need; in any order, some perhaps noted twice or
  /// gone.
  std::string encode(std::vector<std::uint64_t> ranks) const;
  std::string encode() const;
  /// Total.
  static Result<Sample> decode(std::string_view bytes, std::size_t capacity);

 private:
  std::string encode_rows(const std::vector<const Row*>& rows) const;
  bool decode_texts(ByteReader& in);
  bool decode_rows(ByteReader& in);
  void prune();

  std::size_t capacity_;
  std::uint64_t worst_ = ~std::uint64_t{0};  ///< Largest rank that would be kept.
  std::map<std::uint64_t, Row> rows_;        ///< By rank.
  Texts texts_;
  std::size_t prune_at_ = 4096;
};

}  // namespace vedette::quality
