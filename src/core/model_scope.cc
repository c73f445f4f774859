#include "core/model_scope.h"

#include "core/short_text.h"
#include "vedette/hash.h"

namespace vedette {
namespace {

/// Not a secret: whoever makes names collide only mixes up his own model's.
constexpr HashKey kNameKey{0x7665646574746531ULL, 0x6d6f64656c73ULL};

}  // namespace

NameHash hash_of(std::string_view name) { return siphash(kNameKey, name); }

std::string scope_of(std::string_view model) {
  if (model.size() <= kScopeBytes) return std::string(model);
  return std::string(shortened(model, kScopeBytes - 24)) + "~" + std::to_string(hash_of(model));
}

}  // namespace vedette
