#include "scenario/scenario.h"

#include <algorithm>
#include <filesystem>

#include "core/config_read.h"
#include "core/setting_text.h"
#include "decode/time_text.h"

namespace vedette {
namespace {

using Kind = ConfigNode::Kind;

/// A scenario of more is not one that anybody waits for.
constexpr double kMostEvents = 5e6;
constexpr double kMostHours = 24 * 366;
constexpr double kMostNames = 1e6;

class ScenarioReader {
 public:
  ScenarioReader(const std::string& file, std::span<const DetectorKind* const> kinds, ConfigErrors& errors)
      : file_(file), kinds_(kinds), errors_(errors) {}

  Scenario read(const ConfigNode& root) {
    if (root.kind != Kind::map) {
      fail(root.line, "a scenario is expected: 'streams' or 'events', and 'alerts'");
      return {};
    }
    Settings table;
    table.add("detector", detector_, "");
    table.add("seed", out_.seed, "", {.min = 0});
    table.add("late", out_.least_late, "", {.min = 0});
    table.add("start", start_, "");
    table.add("events", out_.events, "");
    read_settings(root, table, {"settings", "streams", "alerts"}, file_, errors_);
    read_detector_settings(root);
    read_source(root);
    each(root, "streams", [this](const ConfigNode& item) { read_stream(item); });
    each(root, "alerts", [this](const ConfigNode& item) { read_alert(item); });
    if (root.find("alerts") == nullptr) fail(root.line, "'alerts' is missing; an empty list [] expects none");
    return std::move(out_);
  }

 private:
  void fail(int line, std::string message) { errors_.push_back({file_, line, std::move(message)}); }

  /// Line of a row; of the file where there is none.
  static int line_of(const ConfigNode& map, const std::string& key) {
    const ConfigNode* node = map.find(key);
    return node == nullptr ? map.line : node->line;
  }

  template <class Read>
  void each(const ConfigNode& root, const std::string& name, Read&& read) {
    const ConfigNode* list = root.find(name);
    if (list == nullptr || list->kind == Kind::null) return;
    if (list->kind != Kind::list) return fail(list->line, "'" + name + "' needs a list");
    for (const ConfigNode& item : list->items) {
      if (item.kind == Kind::map)
        read(item);
      else
        fail(item.line, "an item of '" + name + "' needs rows of 'name: value'");
    }
  }

  void read_detector_settings(const ConfigNode& root) {
    const ConfigNode* settings = root.find("settings");
    const int line = line_of(root, "detector");
    if (detector_.empty()) {
      if (settings != nullptr) fail(settings->line, "'settings' need 'detector': the one they are for");
      return;
    }
    std::vector<std::string> names;
    for (const DetectorKind* kind : kinds_) {
      names.emplace_back(kind->name);
      if (kind->name == detector_)
        out_.detector = read_detector(settings == nullptr ? ConfigNode{} : *settings, file_, *kind, errors_);
    }
    if (!out_.detector)
      fail(line,
           "unknown detector '" + detector_.substr(0, 80) + "'" + did_you_mean(nearest_of(detector_, names)));
  }

  void read_source(const ConfigNode& root) {
    const bool streams = root.find("streams") != nullptr;
    if (streams == !out_.events.empty())
      fail(line_of(root, "events"), "either 'streams' to generate or 'events' from a file");
    if (!start_.empty() && !TimeReader().parse(start_, out_.start))
      fail(line_of(root, "start"),
           "start: '" + start_.substr(0, 80) + "' is not a time as RFC 3339 writes it");
    if (out_.events.empty()) return;
    out_.events = (std::filesystem::path(file_).parent_path() / out_.events).lexically_normal().string();
    std::error_code error;
    if (!std::filesystem::is_regular_file(out_.events, error))
      fail(line_of(root, "events"), "events: " + out_.events + " is not a file");
  }

  void read_alert(const ConfigNode& item) {
    Scenario::Expectation& wanted = out_.alerts.emplace_back();
    Settings table;
    table.add("detector", wanted.detector, "");
    table.add("subject", wanted.subject, "");
    table.add("model", wanted.model, "");
    table.add("tenant", wanted.tenant, "");
    table.add("principal", wanted.principal, "");
    table.add("reason", wanted.reason, "");
    table.add("no_reason", wanted.no_reason, "");
    table.add("after", wanted.after_hours, "");
    table.add("before", wanted.before_hours, "");
    for (const SettingText& row : read_settings(item, table, {}, file_, errors_))
      if ((row.name == "after" || row.name == "before") && !out_.events.empty() && start_.empty())
        fail(row.line, "'" + row.name + "' with 'events' needs 'start': the time of hour 0");
  }

  static void describe(Scenario::Stream& stream, Settings& table) {
    const Range hours{.min = 0, .max = kMostHours};
    const Range names{.min = 1, .max = kMostNames};
    table.add("from", stream.from, "", hours);
    table.add("until", stream.until, "", hours);
    table.add("every", stream.every, "", {.min = 0.001, .max = 86400});
    table.add("late", stream.late, "", {.min = 0});
    table.add("rhythm", stream.rhythm, "", {.min = 0, .max = 0.99});
    table.add("shift", stream.shift, "");
    table.add("model", stream.model, "");
    table.add("models", stream.models, "", names);
    table.add("version", stream.version, "");
    table.add("versions", stream.versions, "", names);
    table.add("client", stream.client, "");
    table.add("clients", stream.clients, "", names);
    table.add("tenant", stream.tenant, "");
    table.add("digest", stream.digest, "");
    table.add("digests", stream.digests, "", names);
    table.add("metric", stream.metric, "");
    table.add("node", stream.node, "");
    table.add("nodes", stream.nodes, "", names);
  }

  void read_stream(const ConfigNode& item) {
    Scenario::Stream& stream = out_.streams.emplace_back();
    Settings table;
    describe(stream, table);
    read_settings(item, table, {"segment", "features", "outputs", "fields", "labels", "value", "label"},
                  file_, errors_);
    for (const char* needed : {"until", "every"})
      if (item.find(needed) == nullptr) fail(item.line, std::string("a stream needs '") + needed + "'");
    stream.segment = read_values(item, "segment");
    stream.features = read_values(item, "features");
    stream.outputs = read_values(item, "outputs");
    stream.fields = read_values(item, "fields");
    if (const ConfigNode* node = item.find("value")) stream.value = read_value(*node, "value");
    if (const ConfigNode* node = item.find("label")) stream.label = read_value(*node, "label");
    if (const ConfigNode* node = item.find("labels")) read_labels(*node, stream);
    if (!stream.metric.empty() && !stream.value) fail(item.line, "a metric needs 'value'");
    if (stream.every > 0) events_ += std::max(0.0, stream.until - stream.from) * 3600 / stream.every;
    if (events_ > kMostEvents) fail(item.line, "more than 5000000 events");
  }

  void read_labels(const ConfigNode& node, Scenario::Stream& stream) {
    Scenario::Labels& labels = stream.labels.emplace(Scenario::Labels{});
    if (node.kind != Kind::map) return fail(node.line, "'labels' needs rows of 'name: value'");
    const Range part{.min = 0, .max = 1};
    Settings table;
    table.add("share", labels.share, "", part);
    table.add("after", labels.after, "", {.min = 0});
    table.add("wrong", labels.wrong, "", part);
    table.add("late", labels.late, "", {.min = 0});
    read_settings(node, table, {"instead"}, file_, errors_);
    if (const ConfigNode* instead = node.find("instead")) labels.instead = read_value(*instead, "instead");
    if (labels.wrong > 0 && !labels.instead) fail(node.line, "'wrong' needs 'instead': what is true then");
  }

  Scenario::Values read_values(const ConfigNode& item, const char* name) {
    Scenario::Values values;
    std::vector<std::string> drawn;
    const ConfigNode* map = item.find(name);
    if (map == nullptr || map->kind == Kind::null) return values;
    if (map->kind != Kind::map) fail(map->line, std::string("'") + name + "' needs rows of 'name: value'");
    for (const ConfigNode::Entry& entry : map->entries) {
      if (auto value = read_value(entry.value, entry.key, drawn)) values.emplace_back(entry.key, *value);
      drawn.push_back(entry.key);
    }
    return values;
  }

  /// `drawn`: the values before it, which it can be like.
  std::optional<ValueSpec> read_value(const ConfigNode& node, const std::string& name,
                                      const std::vector<std::string>& drawn = {}) {
    // YAML reads a bare `null` as nothing.
    auto value = parse_value(node.kind == Kind::null ? "null" : node.text);
    if (!value.ok()) {
      fail(node.line, name + ": " + value.status().message());
      return std::nullopt;
    }
    if (value->kind == ValueSpec::Kind::like &&
        std::find(drawn.begin(), drawn.end(), value->other) == drawn.end()) {
      fail(node.line, name + ": no value '" + value->other + "' stands before it" +
                          did_you_mean(nearest_of(value->other, drawn)));
      return std::nullopt;
    }
    return std::move(*value);
  }

  const std::string& file_;
  std::span<const DetectorKind* const> kinds_;
  ConfigErrors& errors_;
  Scenario out_;
  std::string detector_;
  std::string start_;
  double events_ = 0;
};

}  // namespace

Scenario read_scenario(const ConfigNode& root, const std::string& file,
                       std::span<const DetectorKind* const> kinds, ConfigErrors& errors) {
  return ScenarioReader(file, kinds, errors).read(root);
}

}  // namespace vedette
