#include "formats/ocsf_reader.h"

#include <nlohmann/json.hpp>

namespace vedette {
namespace {

using Json = nlohmann::json;

/// Null where the path leads nowhere.
const Json& at(const Json& root, const char* path) {
  static const Json kNothing;
  const Json::json_pointer pointer(path);
  return root.contains(pointer) ? root[pointer] : kNothing;
}

std::string text_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : std::string();
}

}  // namespace

Result<AlertLine> read_ocsf(std::string_view line) {
  const Json root = Json::parse(line, nullptr, false);
  const Json& activity = at(root, "/activity_id");
  const Json& time = at(root, "/time");
  const Json& start = at(root, "/start_time");
  const Json& data = at(root, "/evidences/0/data");
  AlertLine alert;
  alert.uid = text_of(at(root, "/finding_info/uid"));
  if (alert.uid.empty() || !activity.is_number_integer() || !time.is_number_integer() || !data.is_object())
    return Status::reject("not an alert as Vedette writes it");
  const auto which = activity.get<std::int64_t>();
  if (which < 1 || which > 3) return Status::reject("not an alert as Vedette writes it");
  alert.activity = static_cast<Alert::Activity>(which);
  alert.time = from_ms(time.get<std::int64_t>());
  alert.start = start.is_number_integer() ? from_ms(start.get<std::int64_t>()) : alert.time;
  alert.subject = text_of(at(data, "/subject"));
  alert.message = text_of(at(root, "/message"));
  for (const EntityPart& part : kEntityParts)
    alert.entity.*part.text = text_of(at(data, ("/entity/" + std::string(part.name)).c_str()));
  return alert;
}

}  // namespace vedette
