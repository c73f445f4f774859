#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace vedette {

static_assert(std::endian::native == std::endian::little, "words are stored as they are in memory");

/// Appends fields in a fixed, portable form: LEB128 integers, little-endian
/// doubles, length-prefixed strings. What sketches, sequences and keys are saved with.
class ByteWriter {
 public:
  explicit ByteWriter(std::string& out) : out_(out) {}

  void u64(std::uint64_t value) {
    std::array<char, 10> bytes;
    std::size_t size = 0;
    for (; value >= 0x80; value >>= 7) bytes[size++] = static_cast<char>(value | 0x80);
    bytes[size++] = static_cast<char>(value);
    out_.append(bytes.data(), size);
  }
  void i64(std::int64_t value) {
    u64((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
  }
  void f64(double value) { raw(std::bit_cast<std::uint64_t>(value)); }
  void f32(float value) { raw(std::bit_cast<std::uint32_t>(value)); }
  void fixed64(std::uint64_t value) { raw(value); }
  void flag(bool value) { out_.push_back(value ? '\1' : '\0'); }
  void text(std::string_view value) {
    u64(value.size());
    out_.append(value);
  }

 private:
  template <class Word>
  void raw(Word word) {
    std::array<char, sizeof word> bytes;
    std::memcpy(bytes.data(), &word, sizeof word);
    out_.append(bytes.data(), sizeof word);
  }
  std::string& out_;
};

/// Reads what ByteWriter wrote. Total: on truncated or wrong bytes every later
/// read gives zero or empty and `ok()` is false, so callers check once, at the end.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  bool ok() const { return ok_; }
  bool done() const { return ok_ && rest_.empty(); }
  std::string_view rest() const { return rest_; }

  std::uint64_t u64() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) break;
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    return fail();
  }
  std::int64_t i64() {
    const std::uint64_t value = u64();
    return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
  }
  double f64() { return std::bit_cast<double>(raw<std::uint64_t>()); }
  float f32() { return std::bit_cast<float>(raw<std::uint32_t>()); }
  std::uint64_t fixed64() { return raw<std::uint64_t>(); }
  bool flag() { return raw<std::uint8_t>() != 0; }
  std::string_view text() {
    const std::uint64_t size = u64();
    if (size > rest_.size()) {
      fail();
      return {};
    }
    const std::string_view value = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return value;
  }
  /// A count of items of at least `item_bytes` each; zero and not ok if so many cannot follow.
  std::size_t count(std::size_t item_bytes = 1) {
    const std::uint64_t value = u64();
    return value > rest_.size() / (item_bytes == 0 ? 1 : item_bytes) ? fail() : value;
  }

 private:
  std::uint64_t fail() {
    ok_ = false;
    rest_ = {};
    return 0;
  }
  template <class Word>
  Word raw() {
    if (rest_.size() < sizeof(Word)) return static_cast<Word>(fail());
    Word word;
    std::memcpy(&word, rest_.data(), sizeof word);
    rest_.remove_prefix(sizeof word);
    return word;
  }
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace vedette
