#pragma once

#include <array>
#include <string_view>

#include "vedette/batch.h"

namespace vedette {

using ClassRoom = std::array<char, 24>;  ///< For the text of a number.

/// A class by its name: a word, a boolean, or a whole number. Other numbers are amounts, not classes: empty.
std::string_view class_text(const Batch& batch, Value value, ClassRoom& room);

}  // namespace vedette
