#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "core/config.h"
#include "core/json_text.h"
#include "core/reference.h"

namespace vedette {
namespace {

constexpr std::string_view kDurationPattern = "^[0-9]+(ms|s|m|h|d)$";
constexpr std::string_view kSizePattern = "^[0-9]+(KiB|MiB|GiB|TiB)?$";

JsonText types(std::initializer_list<std::string_view> names) {
  JsonText list = JsonText::array();
  for (const std::string_view name : names) list.add(JsonText::text(name));
  return list;
}

JsonText texts(const std::vector<std::string>& values) {
  JsonText list = JsonText::array();
  for (const std::string& value : values) list.add(JsonText::text(value));
  return list;
}

void add_number(JsonText& json, const Settings::Row& row) {
  json.add("type", JsonText::text(row.type));
  if (std::isfinite(row.range.min)) json.add("minimum", JsonText::number(row.range.min));
  if (std::isfinite(row.range.max)) json.add("maximum", JsonText::number(row.range.max));
  json.add("default", JsonText::number(std::strtod(row.default_text.c_str(), nullptr)));
}

// YAML reads `version: 7` as a number although it is meant as text.
void add_text(JsonText& json, const Settings::Row& row) {
  json.add("type", types({"string", "number", "boolean"}));
  json.add("default", JsonText::text(row.default_text));
}

void add_type(JsonText& json, const Settings::Row& row) {
  if (row.type == "boolean") {
    json.add("type", JsonText::text("boolean")).add("default", JsonText::boolean(row.default_text == "true"));
  } else if (row.type == "integer" || row.type == "number") {
    add_number(json, row);
  } else if (row.type == "list") {
    json.add("type", JsonText::text("array"));
    json.add("items", JsonText::object().add("type", types({"string", "number", "boolean"})));
  } else if (row.type == "map") {
    json.add("type", JsonText::text("object"));
    json.add("additionalProperties", JsonText::object().add("type", types({"string", "number", "boolean"})));
  } else if (row.type == "choice") {
    json.add("enum", texts(row.choices)).add("default", JsonText::text(row.default_text));
  } else if (row.type == "duration" || row.type == "size") {
    const bool is_size = row.type == "size";
    json.add("type", is_size ? types({"string", "integer"}) : JsonText::text("string"));
    json.add("pattern", JsonText::text(is_size ? kSizePattern : kDurationPattern));
    json.add("default", JsonText::text(row.default_text));
  } else {
    add_text(json, row);
  }
}

JsonText closed_object() {
  return JsonText::object()
      .add("type", JsonText::text("object"))
      .add("additionalProperties", JsonText::boolean(false))
      .add("properties", JsonText::object());
}

JsonText row_schema(const Settings::Row& row) {
  JsonText json = JsonText::object();
  json.add("description", JsonText::text(row.doc));
  add_type(json, row);
  return json;
}

// A dot nests.
void add_rows(JsonText& object, const Settings& table) {
  for (const Settings::Row& row : table.rows()) {
    const std::size_t dot = row.name.find('.');
    JsonText* properties = &object.at("properties");
    if (dot != std::string::npos) {
      const std::string section = row.name.substr(0, dot);
      if (!properties->has(section)) properties->add(section, closed_object());
      properties = &properties->at(section).at("properties");
    }
    properties->add(row.name.substr(dot == std::string::npos ? 0 : dot + 1), row_schema(row));
  }
}

template <class Struct>
JsonText list_of(Struct value, std::string_view required) {
  Settings table;
  value.describe(table);
  JsonText item = closed_object();
  add_rows(item, table);
  item.add("required", JsonText::array().add(JsonText::text(required)));
  return JsonText::object().add("type", JsonText::text("array")).add("items", std::move(item));
}

JsonText detector_schema(const DetectorKind& kind) {
  Common common = kind.defaults;
  const auto plan = kind.plan();
  Settings table;
  common.describe(table);
  plan->describe(table);
  JsonText json = closed_object();
  json.add("title", JsonText::text(kind.title));
  add_rows(json, table);
  JsonText item = closed_object();
  add_rows(item, table);
  JsonText match = closed_object();
  for (const std::string_view part : {"model", "version", "tenant"})
    match.at("properties").add(part, JsonText::object().add("type", types({"string", "number"})));
  item.at("properties").add("match", std::move(match));
  item.add("required", JsonText::array().add(JsonText::text("match")));
  json.at("properties")
      .add("overrides",
           JsonText::object().add("type", JsonText::text("array")).add("items", std::move(item)));
  return json;
}

JsonText setting_json(const Settings::Row& row) {
  JsonText json = JsonText::object();
  json.add("name", JsonText::text(row.name));
  json.add("type", JsonText::text(row.type));
  json.add("default", JsonText::text(row.default_text));
  if (std::isfinite(row.range.min)) json.add("min", JsonText::number(row.range.min));
  if (std::isfinite(row.range.max)) json.add("max", JsonText::number(row.range.max));
  if (row.type == "duration") json.add("unit", JsonText::text("ms"));
  if (row.type == "size") json.add("unit", JsonText::text("bytes"));
  if (!row.choices.empty()) json.add("choices", texts(row.choices));
  return json.add("doc", JsonText::text(row.doc));
}

JsonText detector_json(const DetectorKind& kind) {
  JsonText json = JsonText::object();
  json.add("name", JsonText::text(kind.name));
  json.add("version", JsonText::number(kind.version));
  json.add("title", JsonText::text(kind.title));
  json.add("detects", JsonText::text(kind.detects));
  json.add("reads", JsonText::text(kind.reads));
  json.add("state", JsonText::text(kind.state));
  json.add("blind_to", JsonText::text(kind.blind_to));
  json.add("source", JsonText::text(kind.source));
  json.add("technique", JsonText::object()
                            .add("id", JsonText::text(kind.technique.id))
                            .add("name", JsonText::text(kind.technique.name))
                            .add("tactic_id", JsonText::text(kind.technique.tactic_id))
                            .add("tactic", JsonText::text(kind.technique.tactic)));
  Common common = kind.defaults;
  const auto plan = kind.plan();
  Settings table;
  plan->describe(table);
  common.describe(table);
  JsonText settings = JsonText::array();
  for (const Settings::Row& row : table.rows()) settings.add(setting_json(row));
  return json.add("settings", std::move(settings));
}

}  // namespace

std::string json_schema(Kinds kinds) {
  Config config;
  Settings table;
  config.describe(table);
  JsonText json = closed_object();
  json.add("$schema", JsonText::text("https://json-schema.org/draft/2020-12/schema"));
  json.add("title", JsonText::text("vedette.yaml; a detector's file is $defs/<name>"));
  add_rows(json, table);
  json.at("properties").add("topics", list_of(TopicConfig{}, "topic"));
  json.at("properties").add("sinks", list_of(SinkConfig{}, "name"));
  JsonText definitions = JsonText::object();
  for (const DetectorKind* kind : kinds) definitions.add(kind->name, detector_schema(*kind));
  json.add("$defs", std::move(definitions));
  return json.print() + "\n";
}

std::string describe_detectors_json(Kinds kinds) {
  JsonText list = JsonText::array();
  for (const DetectorKind* kind : kinds)
    list.add(JsonText::object()
                 .add("name", JsonText::text(kind->name))
                 .add("version", JsonText::number(kind->version))
                 .add("title", JsonText::text(kind->title)));
  return list.print() + "\n";
}

std::string describe_detector_json(const DetectorKind& kind) { return detector_json(kind).print() + "\n"; }

}  // namespace vedette
