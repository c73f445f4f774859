#include "core/class_text.h"

#include <charconv>
#include <cmath>

namespace vedette {
namespace {

constexpr double kExactIntegers = 9007199254740992.0;  ///< 2^53

bool is_class(double number) { return std::floor(number) == number && std::abs(number) < kExactIntegers; }

}  // namespace

std::string_view class_text(const Batch& batch, Value value, ClassRoom& room) {
  if (value.type() == Value::Type::word) return batch.words[value.index()].text;
  if (value.type() == Value::Type::boolean) return value.boolean() ? "true" : "false";
  if (!value.is_number() || !is_class(value.number())) return {};
  const auto end =
      std::to_chars(room.data(), room.data() + room.size(), static_cast<std::int64_t>(value.number())).ptr;
  return {room.data(), static_cast<std::size_t>(end - room.data())};
}

}  // namespace vedette
