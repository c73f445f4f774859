#include "core/config_check.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

namespace vedette {
namespace {

// Which type of sink a setting is for; the others are for all.
struct SinkField {
  std::string_view name;
  std::string_view type;
  bool required;
};
constexpr std::array<SinkField, 11> kSinkFields = {{
    {"path", "file", true},
    {"topic", "kafka", true},
    {"brokers", "kafka", false},
    {"properties", "kafka", false},
    {"secret_files", "kafka", false},
    {"address", "syslog", true},
    {"transport", "syslog", false},
    {"ca_file", "syslog", false},
    {"cert_file", "syslog", false},
    {"key_file", "syslog", false},
    {"facility", "syslog", false},
}};

bool all_of_kind(std::string_view text, std::string_view extra) {
  return std::all_of(text.begin(), text.end(), [extra](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           extra.find(c) != std::string_view::npos;
  });
}

bool is_name(std::string_view text) { return !text.empty() && text.size() <= 64 && all_of_kind(text, "_-"); }

bool is_topic(std::string_view text) {
  return !text.empty() && text.size() <= 249 && text != "." && text != ".." && all_of_kind(text, "._-");
}

bool is_endpoint(std::string_view text) {
  const std::size_t scheme = text.find("://");  // librdkafka lets a broker name its protocol.
  if (scheme != std::string_view::npos) text.remove_prefix(scheme + 3);
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const std::string_view digits = text.substr(colon + 1);
  int port = -1;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  return error == std::errc{} && end == digits.data() + digits.size() && port >= 0 && port <= 65535 &&
         all_of_kind(text.substr(0, colon), ".-_:[]%");
}

int line_of(const std::vector<SettingText>& rows, std::string_view name) {
  const auto row =
      std::find_if(rows.begin(), rows.end(), [name](const SettingText& r) { return r.name == name; });
  return row == rows.end() ? 0 : row->line;
}

// Whether it looks like `beginning`, `end` or RFC 3339. The consumer decides; this finds
// slips while their line is known.
bool is_start(std::string_view text) {
  constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:dd";
  if (text == "beginning" || text == "end") return true;
  if (text.size() <= kShape.size()) return false;
  for (std::size_t i = 0; i < kShape.size(); ++i) {
    const bool is_digit = text[i] >= '0' && text[i] <= '9';
    if (kShape[i] == 'd' ? !is_digit : text[i] != kShape[i]) return false;
  }
  return true;
}

}  // namespace

bool is_secret(std::string_view property) {
  if (property.ends_with("_file")) return false;
  for (const std::string_view part : {"password", "secret", "token", ".pem", "jaas", "oauthbearer.config"})
    if (property.find(part) != std::string_view::npos) return true;
  return false;
}

int line_of(const Config& config, const std::string& setting) {
  const auto line = config.lines.find(setting);
  return line == config.lines.end() ? 0 : line->second;
}

ConfigErrors missing_for_run(const Config& config) {
  ConfigErrors errors;
  if (config.topics.empty()) errors.push_back({config.file, 0, "no topics: there is nothing to read"});
  if (config.sinks.empty()) errors.push_back({config.file, 0, "no sinks: alerts have nowhere to go"});
  return errors;
}

void ConfigCheck::endpoints(std::string_view list, const std::string& name, int line) {
  std::size_t begin = 0;
  while (begin <= list.size()) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    std::string_view one = list.substr(begin, end - begin);
    while (!one.empty() && one.front() == ' ') one.remove_prefix(1);
    if (!is_endpoint(one)) fail(line, name + ": '" + std::string(one.substr(0, 80)) + "' is not host:port");
    begin = end + 1;
  }
}

void ConfigCheck::sink(const SinkConfig& sink, const std::vector<SettingText>& rows) {
  if (!is_name(sink.name))
    fail(sink.line, "a sink needs a 'name' of letters, digits, dashes and underscores, at most 64");
  for (const SettingText& row : rows) {
    for (const SinkField& field : kSinkFields)
      if (row.name == field.name && sink.type != field.type)
        fail(row.line,
             "'" + row.name + "' is for sinks of type " + std::string(field.type) + ", not " + sink.type);
  }
  for (const SinkField& field : kSinkFields)
    if (field.required && field.type == sink.type && line_of(rows, field.name) == 0)
      fail(sink.line, "a sink of type " + sink.type + " needs '" + std::string(field.name) + "'");
  if (!sink.brokers.empty()) endpoints(sink.brokers, "brokers", line_of(rows, "brokers"));
  if (sink.type == "syslog" && !sink.address.empty() && !is_endpoint(sink.address))
    fail(line_of(rows, "address"), "address: '" + sink.address.substr(0, 80) + "' is not host:port");
  if (sink.type == "kafka" && !sink.topic.empty() && !is_topic(sink.topic))
    fail(line_of(rows, "topic"), "topic: '" + sink.topic.substr(0, 80) + "' is not a topic's name");
  if (sink.cert_file.empty() != sink.key_file.empty())
    fail(sink.line, "'cert_file' and 'key_file' go together");
}

void ConfigCheck::names(const Config& config) {
  std::map<std::string, int> topics, sinks;
  for (const TopicConfig& topic : config.topics) {
    const auto [first, fresh] = topics.emplace(topic.topic, topic.line);
    if (!is_topic(topic.topic))
      fail(topic.line, "an item of 'topics' needs 'topic' with a topic's name");
    else if (!fresh)
      fail(topic.line,
           "topic '" + topic.topic + "' stands in line " + std::to_string(first->second) + " already");
  }
  for (const SinkConfig& sink : config.sinks) {
    const auto [first, fresh] = sinks.emplace(sink.name, sink.line);
    if (!fresh && !sink.name.empty())
      fail(sink.line, "a sink named '" + sink.name.substr(0, 64) + "' stands in line " +
                          std::to_string(first->second) + " already");
  }
}

// What is written to a topic must not come back as events.
void ConfigCheck::loops(const Config& config) {
  for (const TopicConfig& topic : config.topics) {
    if (topic.topic.empty()) continue;
    if (topic.topic == config.dead_letter.topic)
      fail(topic.line, "topic '" + topic.topic.substr(0, 80) + "' cannot be read and hold dead letters");
    for (const SinkConfig& sink : config.sinks)
      if (sink.type == "kafka" && sink.brokers.empty() && sink.topic == topic.topic)
        fail(sink.line, "topic '" + topic.topic.substr(0, 80) + "' cannot be read and receive alerts");
  }
}

void ConfigCheck::config(const Config& config, const std::vector<SettingText>& rows) {
  endpoints(config.kafka.brokers, "kafka.brokers", line_of(rows, "kafka.brokers"));
  if (config.kafka.group.empty()) fail(line_of(rows, "kafka.group"), "kafka.group: a name is needed");
  if (!is_start(config.kafka.start_at))
    fail(line_of(rows, "kafka.start_at"),
         "kafka.start_at: '" + config.kafka.start_at.substr(0, 80) +
             "' is neither beginning nor end nor a time as 2026-03-02T10:15:00Z");
  if (config.store.path.empty()) fail(line_of(rows, "store.path"), "store.path: a folder is needed");
  if (!config.admin.listen.empty() && !is_endpoint(config.admin.listen))
    fail(line_of(rows, "admin.listen"),
         "admin.listen: '" + config.admin.listen.substr(0, 80) + "' is not host:port");
  if (!is_name(config.privacy.key_id) || config.privacy.key_id.size() > 16)
    fail(line_of(rows, "privacy.key_id"),
         "privacy.key_id: letters, digits, dashes and underscores are needed, at most 16");
  if (!config.dead_letter.topic.empty() && !is_topic(config.dead_letter.topic))
    fail(line_of(rows, "dead_letter.topic"), "dead_letter.topic: not a topic's name");
  names(config);
  loops(config);
}

}  // namespace vedette
