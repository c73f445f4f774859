#pragma once

#include <string>
#include <string_view>

#include "core/config_tree.h"

namespace vedette {

/// YAML -> tree, strictly: one document of plain maps, lists and values. Repeated keys,
/// anchors, aliases, tags, deep nesting and too much text are errors. Total: no input
/// crashes it, hangs it or makes it grow beyond a small multiple of the text.
ConfigNode parse_yaml(std::string_view text, const std::string& file, ConfigErrors& errors);

}  // namespace vedette
