#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "vedette/finding.h"
#include "vedette/status.h"
#include "vedette/time.h"

namespace vedette {

/// A number of bytes, written `64MiB`.
struct ByteSize {
  std::uint64_t bytes = 0;
};

/// Inclusive; for durations in milliseconds, for sizes in bytes.
struct Range {
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
};

/// The table of one Params struct, bound to one instance: each row names a field,
/// says what it is for and what it may be. The struct's initial value is the
/// default. Parser, range check, unknown-key error, JSON Schema and
/// config/REFERENCE.md all come from it. A dot in a name nests: `scope.model`.
class Settings {
 public:
  struct Row {
    std::string name;
    std::string doc;
    std::string type;  ///< boolean, integer, number, duration, size, text, list, map, choice
    std::string default_text;
    Range range;
    std::vector<std::string> choices;
    /// Parses and stores. Scalars get one item; maps `key=value` items.
    std::function<Status(const std::vector<std::string>&)> set;
  };

  void add(std::string_view name, bool& field, std::string_view doc);
  void add(std::string_view name, std::int64_t& field, std::string_view doc, Range range = {});
  void add(std::string_view name, double& field, std::string_view doc, Range range = {});
  void add(std::string_view name, Duration& field, std::string_view doc, Range range = {});
  void add(std::string_view name, ByteSize& field, std::string_view doc, Range range = {});
  void add(std::string_view name, std::string& field, std::string_view doc);
  void add(std::string_view name, std::vector<std::string>& field, std::string_view doc);
  void add(std::string_view name, std::map<std::string, std::string>& field, std::string_view doc);
  void add(std::string_view name, Severity& field, std::string_view doc);
  /// A text that must be one of `choices`.
  void add_choice(std::string_view name, std::string& field, std::string_view doc,
                  std::vector<std::string> choices);

  const std::vector<Row>& rows() const { return rows_; }
  const Row* find(std::string_view name) const;
  /// The row whose name is most like `name`; empty if none is close.
  std::string nearest(std::string_view name) const;

 private:
  std::vector<Row> rows_;
};

/// `90s`, `5m`, `7d`, `250ms`. Errors name what was read.
Result<Duration> parse_duration(std::string_view text);
/// `1048576`, `64KiB`, `2GiB`.
Result<ByteSize> parse_size(std::string_view text);
std::string to_text(Duration duration);
std::string to_text(ByteSize size);

}  // namespace vedette
