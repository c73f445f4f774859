#pragma once

#include <string>
#include <string_view>

#include "decode/names.h"

namespace vedette {

inline constexpr std::string_view kProbabilities = "probabilities";

/// The field of a class in an object of the outputs: classes of `probabilities` go by
/// their own name, those of another object by `<object>.<class>`.
inline FieldId class_field(std::string_view object, std::string_view name, Dictionary& dictionary,
                           Names& names) {
  if (object == kProbabilities) return names.field(Section::probability, name, dictionary);
  std::string full(object);
  full.append(1, '.').append(name);
  return names.field(Section::probability, full, dictionary);
}

}  // namespace vedette
