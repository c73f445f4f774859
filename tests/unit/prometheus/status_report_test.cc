#include "adapters/prometheus/status_report.h"

#include <gtest/gtest.h>

namespace vedette {
namespace {

TEST(StatusReport, shows_partitions_sinks_and_reasons) {
  StatusReport report;
  report.build = {{"version", "0.1.0"}};
  report.config_hash = "9f2c";
  report.started = from_ms(1772446542123);
  report.readiness = {false, {"sink siem: refused"}};
  report.partitions.push_back({"inference", 3, 120, 7, from_ms(1000)});
  report.sinks.push_back({"siem", 12, "refused"});
  report.borrowed.push_back({"feature_drift", {{"fraud", "8", "7"}}, 3});
  report.numbers = {{"state_bytes", 2048}};
  EXPECT_EQ(to_json(report),
            "{\"build\":{\"version\":\"0.1.0\"},\"config_hash\":\"9f2c\",\"started_ms\":1772446542123,"
            "\"judged_ms\":null,\"health\":{\"ok\":true,\"reasons\":[]},"
            "\"readiness\":{\"ok\":false,\"reasons\":[\"sink siem: refused\"]},"
            "\"partitions\":[{\"topic\":\"inference\",\"partition\":3,\"next_offset\":120,\"lag\":7,"
            "\"watermark_ms\":1000}],\"sinks\":[{\"name\":\"siem\",\"pending\":12,\"trouble\":\"refused\"}],"
            "\"borrowed_baselines\":[{\"detector\":\"feature_drift\",\"versions\":[{\"model\":\"fraud\","
            "\"version\":\"8\",\"baseline_version\":\"7\"}],\"more\":3}],"
            "\"numbers\":{\"state_bytes\":2048.0}}\n");
}

TEST(StatusReport, bytes_that_are_not_utf8_are_replaced) {
  const HealthReport report{false, {"topic \xff"}};
  EXPECT_EQ(to_json(report), "{\"ok\":false,\"reasons\":[\"topic \xef\xbf\xbd\"]}\n");
}

}  // namespace
}  // namespace vedette
