#include "core/config_read.h"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "core/config_check.h"
#include "core/setting_text.h"

namespace vedette {
namespace {

using Kind = ConfigNode::Kind;

// Behind so many errors nobody needs a suggestion, and a hostile file would make it costly.
constexpr std::size_t kMaxSuggestions = 50;
// Reading stops behind so many: whatever the file is, it is no configuration.
constexpr std::size_t kMaxErrors = 1000;

// One walk over a map and the maps below it.
class SettingsReader {
 public:
  SettingsReader(const Settings& table, const std::vector<std::string>& apart, const std::string& file,
                 ConfigErrors& errors)
      : table_(table), apart_(apart), file_(file), errors_(errors) {}

  void read(const ConfigNode& map, const std::string& prefix) {
    for (const ConfigNode::Entry& entry : map.entries) {
      if (errors_.size() > kMaxErrors) return;
      const std::string name = prefix + entry.key;
      if (prefix.empty() && std::find(apart_.begin(), apart_.end(), name) != apart_.end()) continue;
      if (const Settings::Row* row = table_.find(name))
        apply(*row, entry);
      else if (is_section(name))
        read_section(name, entry);
      else
        fail(entry.line, "unknown setting '" + shown(name) + "'" + did_you_mean(nearest(name)));
    }
  }
  std::vector<SettingText> take() { return std::move(rows_); }

 private:
  void fail(int line, std::string message) { errors_.push_back({file_, line, std::move(message)}); }

  static std::string shown(const std::string& name) { return name.substr(0, 80); }

  bool is_section(const std::string& name) const {
    return std::any_of(table_.rows().begin(), table_.rows().end(), [&name](const Settings::Row& row) {
      return row.name.size() > name.size() && row.name[name.size()] == '.' && row.name.starts_with(name);
    });
  }

  std::string nearest(const std::string& name) const {
    if (errors_.size() > kMaxSuggestions) return {};
    std::vector<std::string> names = apart_;
    for (const Settings::Row& row : table_.rows()) {
      names.push_back(row.name);
      names.push_back(row.name.substr(0, row.name.find('.')));
    }
    return nearest_of(name, names);
  }

  // A section whose rows are all commented out is an empty one.
  void read_section(const std::string& name, const ConfigNode::Entry& entry) {
    if (entry.value.kind == Kind::map)
      read(entry.value, name + ".");
    else if (entry.value.kind != Kind::null)
      fail(entry.line, "'" + name + "' is a section: its settings stand below it, indented");
  }

  void apply(const Settings::Row& row, const ConfigNode::Entry& entry) {
    if (!seen_.insert(row.name).second) return fail(entry.line, "'" + row.name + "' is given twice");
    std::vector<std::string> items;
    const std::string wrong = items_of(row, entry.value, items);
    if (!wrong.empty()) return fail(entry.line, "'" + row.name + "' " + wrong);
    const Status status = row.set(items);
    if (!status.ok()) return fail(entry.line, row.name + ": " + status.message());
    rows_.push_back({row.name, std::move(items), entry.line});
  }

  // What is wrong with the node as a value of this row; empty if nothing.
  static std::string items_of(const Settings::Row& row, const ConfigNode& node,
                              std::vector<std::string>& items) {
    if (node.kind == Kind::null) return "needs a value";
    const Kind wanted = row.type == "list" ? Kind::list : row.type == "map" ? Kind::map : Kind::scalar;
    if (node.kind != wanted) return "needs " + describe(wanted) + ", not " + describe(node.kind);
    if (wanted == Kind::scalar) items.push_back(node.text);
    for (const ConfigNode& item : node.items) {
      if (item.kind != Kind::scalar) return "needs plain values in its list";
      items.push_back(item.text);
    }
    for (const ConfigNode::Entry& entry : node.entries) {
      if (entry.value.kind != Kind::scalar || entry.key.find('=') != std::string::npos)
        return "needs plain keys and values below it";
      items.push_back(entry.key + "=" + entry.value.text);
    }
    return {};
  }

  static std::string describe(Kind kind) {
    switch (kind) {
      case Kind::scalar:
        return "one value";
      case Kind::list:
        return "a list";
      case Kind::map:
        return "keys with values";
      case Kind::null:
        break;
    }
    return "nothing";
  }

  const Settings& table_;
  const std::vector<std::string>& apart_;
  const std::string& file_;
  ConfigErrors& errors_;
  std::set<std::string> seen_;
  std::vector<SettingText> rows_;
};

// The maps of a list, each handed to `read`.
template <class Read>
void each_map(const ConfigNode* list, const std::string& name, const std::string& file, ConfigErrors& errors,
              Read&& read) {
  if (list == nullptr || list->kind == Kind::null) return;
  if (list->kind != Kind::list) {
    errors.push_back({file, list->line, "'" + name + "' needs a list: each item begins with a dash"});
    return;
  }
  for (const ConfigNode& item : list->items) {
    if (item.kind == Kind::map)
      read(item);
    else
      errors.push_back({file, item.line, "an item of '" + name + "' needs settings, not one value"});
  }
}

bool same(const Scope& a, const Scope& b) {
  return a.model == b.model && a.version == b.version && a.tenant == b.tenant;
}

// Reads the file of one detector. A trial instance tells what only `build` can check.
class DetectorReader {
 public:
  DetectorReader(const std::string& file, const DetectorKind& kind, ConfigErrors& errors)
      : file_(file), errors_(errors), common_(kind.defaults), plan_(kind.plan()) {
    out_.name = kind.name;
    out_.file = file;
  }

  DetectorConfig read(const ConfigNode& root) {
    if (root.kind == Kind::null) return std::move(out_);
    if (root.kind != Kind::map) {
      errors_.push_back({file_, root.line, "rows of 'name: value' are expected"});
      return std::move(out_);
    }
    out_.settings = read_rows(root, {"overrides"}, common_, *plan_);
    try_build(0, common_, *plan_);
    each_map(root.find("overrides"), "overrides", file_, errors_,
             [this](const ConfigNode& item) { read_override(item); });
    return std::move(out_);
  }

 private:
  std::vector<SettingText> read_rows(const ConfigNode& map, const std::vector<std::string>& apart,
                                     Common& common, DetectorPlan& plan) {
    Settings table;
    common.describe(table);
    plan.describe(table);
    return read_settings(map, table, apart, file_, errors_);
  }

  void read_override(const ConfigNode& item) {
    DetectorConfig::Override result;
    result.line = item.line;
    Common common = common_;
    const auto plan = plan_->copy();
    result.settings = read_rows(item, {"match"}, common, *plan);
    for (const SettingText& row : result.settings)
      if (row.name.starts_with("scope."))
        errors_.push_back(
            {file_, row.line, "'" + row.name + "' cannot stand in an override: 'match' says what it is for"});
    result.match = read_match(item);
    for (const DetectorConfig::Override& other : out_.overrides)
      if (same(other.match, result.match))
        errors_.push_back({file_, item.line,
                           "an override with the same match stands in line " + std::to_string(other.line)});
    common.scope = narrowed(common.scope, result.match);
    try_build(item.line, common, *plan);
    out_.overrides.push_back(std::move(result));
  }

  Scope read_match(const ConfigNode& item) {
    Scope match;
    const ConfigNode* node = item.find("match");
    if (node != nullptr && node->kind == Kind::map) {
      Settings table;
      table.add("model", match.model, "");
      table.add("version", match.version, "");
      table.add("tenant", match.tenant, "");
      read_settings(*node, table, {}, file_, errors_);
    }
    if (same(match, Scope{}))
      errors_.push_back({file_, item.line, "an override needs 'match' with a model, version or tenant"});
    return match;
  }

  void try_build(int line, const Common& common, const DetectorPlan& plan) {
    const auto built = plan.build(common);
    if (!built.ok()) errors_.push_back({file_, line, built.status().message()});
  }

  const std::string& file_;
  ConfigErrors& errors_;
  Common common_;
  std::unique_ptr<DetectorPlan> plan_;
  DetectorConfig out_;
};

}  // namespace

std::vector<SettingText> read_settings(const ConfigNode& map, const Settings& table,
                                       const std::vector<std::string>& apart, const std::string& file,
                                       ConfigErrors& errors) {
  SettingsReader reader(table, apart, file, errors);
  reader.read(map, "");
  return reader.take();
}

Config read_config(const ConfigNode& root, const std::string& file, ConfigErrors& errors) {
  Config config;
  config.file = file;
  if (root.kind == Kind::null) return config;
  if (root.kind != Kind::map) {
    errors.push_back({file, root.line, "sections of 'name: value' are expected"});
    return config;
  }
  Settings table;
  config.describe(table);
  const std::vector<SettingText> rows = read_settings(root, table, {"topics", "sinks"}, file, errors);
  for (const SettingText& row : rows) config.lines[row.name] = row.line;
  ConfigCheck check(file, errors);
  each_map(root.find("topics"), "topics", file, errors, [&](const ConfigNode& item) {
    TopicConfig& topic = config.topics.emplace_back();
    topic.line = item.line;
    Settings topic_table;
    topic.describe(topic_table);
    read_settings(item, topic_table, {}, file, errors);
  });
  each_map(root.find("sinks"), "sinks", file, errors, [&](const ConfigNode& item) {
    SinkConfig& sink = config.sinks.emplace_back();
    sink.line = item.line;
    Settings sink_table;
    sink.describe(sink_table);
    check.sink(sink, read_settings(item, sink_table, {}, file, errors));
  });
  check.config(config, rows);
  return config;
}

DetectorConfig read_detector(const ConfigNode& root, const std::string& file, const DetectorKind& kind,
                             ConfigErrors& errors) {
  return DetectorReader(file, kind, errors).read(root);
}

}  // namespace vedette
