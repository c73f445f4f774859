#include "ocsf_schema.h"

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <map>
#include <set>
#include <string_view>

namespace vedette {
namespace {

using nlohmann::json;

enum class Need : unsigned char { optional, required };

/// `type`: integer, long, string, boolean, timestamp, json, or the name of an object; with `[]` a list of
/// them.
struct Attribute {
  std::string type;
  Need need = Need::optional;
  std::set<int> allowed = {};
};

struct ObjectType {
  std::map<std::string, Attribute> attributes;
  std::set<std::string> at_least_one = {};
};

constexpr Need kRequired = Need::required;
const Attribute kText{"string"};
const Attribute kTextRequired{"string", kRequired};

ObjectType detection_finding() {
  return {{{"activity_id", {"integer", kRequired, {1, 2, 3}}},
           {"activity_name", kText},
           {"category_uid", {"integer", kRequired, {2}}},
           {"category_name", kText},
           {"class_uid", {"integer", kRequired, {2004}}},
           {"class_name", kText},
           {"type_uid", {"long", kRequired, {200401, 200402, 200403}}},
           {"type_name", kText},
           {"time", {"timestamp", kRequired}},
           {"start_time", {"timestamp"}},
           {"end_time", {"timestamp"}},
           {"count", {"integer"}},
           {"severity_id", {"integer", kRequired, {1, 2, 3, 4, 5}}},
           {"severity", kText},
           {"status_id", {"integer", Need::optional, {1, 2, 3, 4, 5, 6}}},
           {"status", kText},
           {"is_alert", {"boolean"}},
           {"confidence_id", {"integer", Need::optional, {1, 2, 3}}},
           {"confidence", kText},
           {"confidence_score", {"integer"}},
           {"risk_level_id", {"integer", Need::optional, {0, 1, 2, 3, 4}}},
           {"risk_level", kText},
           {"action_id", {"integer", Need::optional, {3}}},
           {"action", kText},
           {"disposition_id", {"integer", Need::optional, {19}}},
           {"disposition", kText},
           {"verdict_id", {"integer", Need::optional, {6}}},
           {"verdict", kText},
           {"message", kText},
           {"metadata", {"metadata", kRequired}},
           {"finding_info", {"finding_info", kRequired}},
           {"anomaly_analyses", {"anomaly_analysis[]"}},
           {"evidences", {"evidence[]"}},
           {"resources", {"resource[]"}},
           {"observables", {"observable[]"}},
           {"remediation", {"remediation"}}}};
}

std::map<std::string, ObjectType> make_schema() {
  std::map<std::string, ObjectType> schema;
  schema["detection_finding"] = detection_finding();
  schema["metadata"] = {{{"version", kTextRequired},
                         {"uid", kText},
                         {"correlation_uid", kText},
                         {"product", {"product", kRequired}},
                         {"profiles", {"string[]"}},
                         {"logged_time", {"timestamp"}},
                         {"original_time", kText},
                         {"tenant_uid", kText},
                         {"sequence", {"integer"}}}};
  schema["product"] = {
      {{"name", kText}, {"vendor_name", kText}, {"version", kText}, {"feature", {"feature"}}},
      {"name", "uid"}};
  schema["feature"] = {{{"name", kText}}};
  schema["finding_info"] = {{{"uid", kTextRequired},
                             {"title", kText},
                             {"desc", kText},
                             {"types", {"string[]"}},
                             {"created_time", {"timestamp"}},
                             {"modified_time", {"timestamp"}},
                             {"first_seen_time", {"timestamp"}},
                             {"last_seen_time", {"timestamp"}},
                             {"analytic", {"analytic"}},
                             {"attacks", {"attack[]"}},
                             {"related_events_count", {"integer"}},
                             {"related_events", {"related_event[]"}}}};
  schema["related_event"] = {{{"uid", kTextRequired}}};
  schema["analytic"] = {{{"type_id", {"integer", kRequired, {3}}},
                         {"type", kText},
                         {"name", kText},
                         {"uid", kText},
                         {"version", kText}},
                        {"name", "uid"}};
  schema["attack"] = {
      {{"version", kText}, {"tactic", {"named"}}, {"technique", {"named"}}, {"sub_technique", {"named"}}},
      {"tactic", "technique", "sub_technique"}};
  schema["named"] = {{{"name", kText}, {"uid", kText}}, {"name", "uid"}};
  schema["anomaly_analysis"] = {{{"analysis_targets", {"analysis_target[]", kRequired}},
                                 {"anomalies", {"anomaly[]", kRequired}},
                                 {"baselines", {"anomaly[]"}}}};
  schema["analysis_target"] = {{{"name", kTextRequired}, {"type", kText}}};
  schema["anomaly"] = {
      {{"observation_parameter", kTextRequired}, {"observations", {"observation[]", kRequired}}}};
  schema["observation"] = {{{"value", kTextRequired}, {"count", {"integer"}}}};
  schema["evidence"] = {{{"name", kText}, {"actor", {"actor"}}, {"data", {"json"}}}, {"actor", "data"}};
  schema["actor"] = {{{"user", {"user"}}}, {"user"}};
  schema["user"] = {{{"uid", kText}}, {"uid"}};
  schema["resource"] = {{{"uid", kText}, {"name", kText}, {"type", kText}, {"version", kText}},
                        {"name", "uid"}};
  schema["observable"] = {{{"name", kText},
                           {"type_id", {"integer", kRequired, {2, 4, 10, 16, 31, 35}}},
                           {"type", kText},
                           {"value", kText}}};
  schema["remediation"] = {{{"desc", kTextRequired}}};
  return schema;
}

class Check {
 public:
  void object(const std::string& where, const json& value, const std::string& type) {
    if (!value.is_object()) return wrong(where, "is no object");
    const ObjectType& known = schema_.at(type);
    for (const auto& [name, part] : value.items()) {
      const auto attribute = known.attributes.find(name);
      if (attribute == known.attributes.end()) {
        wrong(where + "." + name, "is not known");
      } else {
        any(where + "." + name, part, attribute->second.type);
        if (!attribute->second.allowed.empty() && !attribute->second.allowed.contains(part.get<int>()))
          wrong(where + "." + name, "is not in the enumeration");
      }
    }
    for (const auto& [name, attribute] : known.attributes) {
      if (attribute.need == Need::required && !value.contains(name)) wrong(where + "." + name, "is missing");
    }
    bool one = known.at_least_one.empty();
    for (const std::string& name : known.at_least_one) one = one || value.contains(name);
    if (!one) wrong(where, "has none of those it needs one of");
  }
  std::vector<std::string> errors() const { return errors_; }

 private:
  void any(const std::string& where, const json& value, const std::string& type) {
    if (type.ends_with("[]")) {
      if (!value.is_array() || value.empty()) return wrong(where, "is no list, or empty");
      for (const json& item : value) any(where + "[]", item, type.substr(0, type.size() - 2));
    } else if (type == "string") {
      if (!value.is_string() || value.get_ref<const std::string&>().empty())
        wrong(where, "is no text, or empty");
    } else if (type == "boolean") {
      if (!value.is_boolean()) wrong(where, "is no boolean");
    } else if (type == "integer" || type == "long" || type == "timestamp") {
      whole(where, value, type);
    } else if (type != "json") {
      object(where, value, type);
    }
  }
  void whole(const std::string& where, const json& value, const std::string& type) {
    if (!value.is_number_integer()) return wrong(where, "is no whole number");
    const auto number = value.get<std::int64_t>();
    if (type == "integer" && (number < 0 || number > std::numeric_limits<std::int32_t>::max()))
      wrong(where, "does not fit");
    if (type == "timestamp" && number <= 0) wrong(where, "is no time");
  }
  void wrong(const std::string& where, const std::string& what) { errors_.push_back(where + " " + what); }

  const std::map<std::string, ObjectType> schema_ = make_schema();
  std::vector<std::string> errors_;
};

}  // namespace

std::vector<std::string> ocsf_errors(const json& event) {
  Check check;
  check.object("event", event, "detection_finding");
  return check.errors();
}

}  // namespace vedette
