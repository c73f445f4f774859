#pragma once

#include <string>
#include <utility>
#include <vector>

namespace vedette {

/// One thing wrong with a configuration file. Line 0: the file as a whole.
struct ConfigError {
  std::string file;
  int line = 0;
  std::string message;
};
using ConfigErrors = std::vector<ConfigError>;

/// `config/vedette.yaml:12: message`.
std::string to_text(const ConfigError& error);

/// A configuration file as read: free of any parser's types and limited in size, so
/// that everything behind it need not care where it came from.
struct ConfigNode {
  enum class Kind : unsigned char { null, scalar, list, map };
  struct Entry;
  Kind kind = Kind::null;
  int line = 0;
  std::string text;               ///< scalar
  std::vector<ConfigNode> items;  ///< list
  std::vector<Entry> entries;     ///< map, in the order of the file, keys differ

  const ConfigNode* find(const std::string& key) const;
};

struct ConfigNode::Entry {
  std::string key;
  int line = 0;
  ConfigNode value;
};

}  // namespace vedette
