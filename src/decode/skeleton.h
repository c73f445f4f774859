#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "decode/event_schema.h"
#include "decode/names.h"
#include "decode/text_scan.h"
#include "decode/word_hash.h"

namespace vedette {

/// What stands behind a literal.
enum class Use : unsigned char {
  root,  ///< Before the first literal; no literal.
  end,   ///< The record ends.
  text,
  number,
  schema,
  kind,
  time,
  model,
  label,
  metric_value,
  section,    ///< An object of values, which the next literal opens; or null.
  embedding,  ///< An array of numbers or null.
  unknown,    ///< Any value: nobody reads it.
  feature,
  output,
  probability,
  tag,  ///< Values below the top level.
};

/// Where in the record a value stands, or a literal begins.
struct Place {
  bool operator==(const Place&) const = default;
  enum class Level : unsigned char { record, top, features, outputs, classes, segment };
  EventKind kind = EventKind::inference;
  Level level = Level::top;
  bool fresh = false;  ///< Before the bracket that opens the object.
  FieldId object = 0;  ///< classes: the output field whose object it is.
};

/// All bytes between two values, with what they mean: `},"outputs":{"label":` is two of
/// them, for each ends behind one key. One cache line.
struct Literal {
  std::uint64_t head[2] = {~std::uint64_t{0}, 0};  ///< Its first 16 bytes ...
  std::uint64_t mask[2] = {~std::uint64_t{0}, 0};  ///< ... and which of them count.
  std::uint32_t begin = 0;                         ///< In the skeleton's bytes.
  std::uint32_t field = 0;                         ///< Its value's; of `unknown`, a hash of its key.
  std::uint16_t size = 0;
  Use use = Use::root;
  Slot slot = Slot::unknown;
  std::array<std::uint16_t, 8> next{};  ///< By lane: the literal that followed last time.
};
static_assert(sizeof(Literal) <= 64);

/// The layouts of one worker's producers: a graph of literals. Only literals of valid records
/// come in, each bound to the place where it begins; so any walk over the graph that
/// consumes a whole record proves that record well-formed. Bounded: when full, everything
/// is forgotten. Ids belong to one epoch of one Dictionary.
class Skeleton {
 public:
  static constexpr std::size_t kLanes = 8;

  explicit Skeleton(const HashKey& key);

  Literal& root(EventKind kind) { return literals_[static_cast<std::size_t>(kind)]; }
  Literal& next(const Literal& literal, std::size_t lane) { return literals_[literal.next[lane]]; }
  bool fits(const Literal& literal, const char* p, const char* end) const {
    const std::uint64_t differ = ((load_eight(p) ^ literal.head[0]) & literal.mask[0]) |
                                 ((load_eight(p + 8) ^ literal.head[1]) & literal.mask[1]);
    if (differ != 0 || (literal.size > 16 && !tail_fits(literal, p, end))) return false;
    // A literal may be the front of a longer one: white space behind it belongs to that.
    const bool value_follows = static_cast<unsigned char>(p[literal.size]) > ' ';
    return value_follows ? literal.use != Use::end : literal.use == Use::end && p + literal.size == end;
  }
  /// The literal that begins at `p` behind `last`'s value, which `opened` an object or not;
  /// nullptr if it is not known. Remembered for the lane.
  Literal* find(Literal& last, bool opened, std::string_view text, std::size_t lane);

  /// Takes in the layout of a record that the parser has found valid.
  void learn(EventKind kind, std::string_view record, Dictionary& dictionary, Names& names);
  void forget();

 private:
  static constexpr std::size_t kMaxLiterals = 4096;
  static constexpr std::size_t kMaxBytes = 1 << 20;
  static constexpr std::size_t kMaxPlaces = 256;
  static constexpr std::size_t kTable = 8192;
  static constexpr std::uint16_t kNowhere = 0xffff;

  /// What is needed only when a guess was wrong.
  struct Context {
    std::uint16_t before = kNowhere;  ///< Place where the literal begins.
    std::uint16_t inside = kNowhere;  ///< Place of its value.
    std::uint16_t opened = kNowhere;  ///< Place inside the value, if that was an object.
  };
  static constexpr std::size_t kLongest = 512;

  bool tail_fits(const Literal& literal, const char* p, const char* end) const;
  bool is_full() const;
  std::uint16_t& entry(std::uint16_t before, std::string_view text);
  std::uint16_t place(const Place& wanted);
  std::uint16_t add(std::uint16_t before, std::string_view text, Names& names);
  std::uint16_t place_behind(std::uint16_t before, std::string_view marks);
  void give_meaning(Literal& literal, Place at, std::string_view key, Names& names);
  std::uint16_t place_in(const Literal& literal, Place at);

  std::vector<Literal> literals_;
  std::vector<Context> contexts_;
  std::vector<Place> places_;
  std::vector<std::uint16_t> table_;
  std::string bytes_;
  WordHash hash_;
  Dictionary* dictionary_ = nullptr;
};

/// The literal at the front of `text`: up to a value or the end. Empty if there is none,
/// or one with an escaped key, which only the parser reads.
std::string_view scan_literal(std::string_view text);

}  // namespace vedette
