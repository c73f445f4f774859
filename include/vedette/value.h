#pragma once

#include <bit>
#include <cstdint>
#include <limits>

namespace vedette {

/// Interned identifier (model, version, tenant, metric, action ...); 0 = not known.
/// Valid within one epoch of one Dictionary; never saved, never in output.
using Symbol = std::uint32_t;

/// Index of a Word of the Batch; 0 = not known.
using WordIndex = std::uint32_t;

/// One feature or output value in 8 bytes: a finite double, or a quiet NaN whose
/// payload says what it is instead.
class Value {
 public:
  enum class Type : unsigned char { number, null, boolean, word, vector };

  constexpr Value() = default;  ///< null
  constexpr explicit Value(double number) : bits_(std::bit_cast<std::uint64_t>(number)) {}
  static constexpr Value null() { return {}; }
  static constexpr Value boolean(bool value) { return box(kBoolean, value ? 1 : 0); }
  static constexpr Value word(WordIndex index) { return box(kWord, index); }
  /// Index into Batch::vectors.
  static constexpr Value vector(std::uint32_t index) { return box(kVector, index); }

  constexpr bool is_number() const { return (bits_ & kBoxMask) != kBox; }
  constexpr Type type() const { return is_number() ? Type::number : static_cast<Type>((bits_ >> 40) & 0xf); }
  constexpr double number() const { return std::bit_cast<double>(bits_); }
  constexpr bool boolean() const { return (bits_ & 1) != 0; }
  constexpr std::uint32_t index() const { return static_cast<std::uint32_t>(bits_); }

 private:
  static constexpr std::uint64_t kBoxMask = 0x7ff8ULL << 48;
  static constexpr std::uint64_t kBox = 0x7ff8ULL << 48;
  static constexpr std::uint64_t kNull = 1;
  static constexpr std::uint64_t kBoolean = 2;
  static constexpr std::uint64_t kWord = 3;
  static constexpr std::uint64_t kVector = 4;
  static constexpr Value box(std::uint64_t type, std::uint32_t payload) {
    Value value;
    value.bits_ = kBox | (type << 40) | payload;
    return value;
  }
  std::uint64_t bits_ = kBox | (kNull << 40);
};
static_assert(sizeof(Value) == 8);

/// "Not known" for the numeric fields of an Event.
inline constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

}  // namespace vedette
