#include "core/config_tree.h"

namespace vedette {

std::string to_text(const ConfigError& error) {
  const std::string line = error.line > 0 ? ":" + std::to_string(error.line) : "";
  return error.file + line + ": " + error.message;
}

const ConfigNode* ConfigNode::find(const std::string& key) const {
  for (const Entry& entry : entries)
    if (entry.key == key) return &entry.value;
  return nullptr;
}

}  // namespace vedette
