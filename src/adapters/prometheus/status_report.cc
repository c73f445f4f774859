#include "adapters/prometheus/status_report.h"

#include <nlohmann/json.hpp>

namespace vedette {
namespace {

using Json = nlohmann::ordered_json;

Json moment(Time time) { return time == kDawn ? Json(nullptr) : Json(to_ms(time)); }

Json health(const HealthReport& report) { return {{"ok", report.ok}, {"reasons", report.reasons}}; }

Json borrowed(const BorrowedByDetector& by) {
  Json json = {{"detector", by.detector}, {"versions", Json::array()}, {"more", by.more}};
  for (const BorrowedBaseline& one : by.versions)
    json["versions"].push_back(
        {{"model", one.model}, {"version", one.version}, {"baseline_version", one.baseline_version}});
  return json;
}

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
  json["borrowed_baselines"] = Json::array();
  for (const BorrowedByDetector& by : report.borrowed) json["borrowed_baselines"].push_back(borrowed(by));
  json["numbers"] = Json::object();
  for (const auto& [name, value] : report.numbers) json["numbers"][name] = value;
  return text(json);
}

}  // namespace vedette
