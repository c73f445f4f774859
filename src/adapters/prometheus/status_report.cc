#include "adapters/prometheus/status_report.h"

#include <nlohmann/json.hpp>

namespace vedette {
namespace {

using Json = nlohmann::ordered_json;

Json moment(Time time) { return time == kDawn ? Json(nullptr) : Json(to_ms(time)); }

Json health(const HealthReport& report) { return {{"ok", report.ok}, {"reasons", report.reasons}}; }

std::string text(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string to_json(const HealthReport& report) { return text(health(report)); }

std::string to_json(const StatusReport& report) {
  Json json;
  json["build"] = Json::object();
  for (const auto& [name, value] : report.build) json["build"][name] = value;
  json["config_hash"] = report.config_hash;
  json["started_ms"] = moment(report.started);
  json["judged_ms"] = moment(report.judged);
  json["health"] = health(report.health);
  json["readiness"] = health(report.readiness);
  json["partitions"] = Json::array();
  for (const StatusReport::Partition& partition : report.partitions)
    json["partitions"].push_back({{"topic", partition.topic},
                                  {"partition", partition.partition},
                                  {"next_offset", partition.next_offset},
                                  {"lag", partition.lag < 0 ? Json(nullptr) : Json(partition.lag)},
                                  {"watermark_ms", moment(partition.watermark)}});
  json["sinks"] = Json::array();
  for (const StatusReport::Outlet& sink : report.sinks)
    json["sinks"].push_back({{"name", sink.name}, {"pending", sink.pending}, {"trouble", sink.trouble}});
  json["numbers"] = Json::object();
  for (const auto& [name, value] : report.numbers) json["numbers"][name] = value;
  return text(json);
}

}  // namespace vedette
