#include "adapters/prometheus/exposition.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "support/temp_folder.h"

namespace vedette {
namespace {

Metrics& filled(Metrics& metrics) {
  metrics.counter("vedette_events_total", "Accepted events.", {{"kind", "inference"}}).add(3);
  metrics.counter("vedette_events_total", "Accepted events.", {{"kind", "access"}}).add(2);
  metrics.gauge("vedette_state_bytes", "Bytes on disk.").set(1.5e9);
  register_build(metrics, {{"version", "0.1.0"}, {"commit", "3f2a91c"}});
  return metrics;
}

TEST(Exposition, families_carry_help_type_labels_and_value) {
  Metrics metrics;
  const std::string text = expose(filled(metrics));
  EXPECT_NE(text.find("# HELP vedette_events_total Accepted events.\n"
                      "# TYPE vedette_events_total counter\n"
                      "vedette_events_total{kind=\"access\"} 2\n"
                      "vedette_events_total{kind=\"inference\"} 3\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("# TYPE vedette_state_bytes gauge\nvedette_state_bytes 1500000000\n"),
            std::string::npos);
  EXPECT_NE(text.find("vedette_build_info{version=\"0.1.0\",commit=\"3f2a91c\"} 1\n"), std::string::npos);
}

TEST(Exposition, large_counters_stay_exact) {
  Metrics metrics;
  metrics.counter("vedette_bytes_total", "Bytes read.").add(9007199254740991.0);
  EXPECT_NE(expose(metrics).find("vedette_bytes_total 9007199254740991\n"), std::string::npos);
}

TEST(Exposition, hostile_label_values_and_help_stay_on_their_line) {
  Metrics metrics;
  metrics.gauge("vedette_x", "First\nsecond 1", {{"topic", "a\"} 1\nvedette_y 2\\"}}).set(1);
  const std::string text = expose(metrics);
  EXPECT_EQ(text.find("\nvedette_y"), std::string::npos);
  EXPECT_NE(text.find("# HELP vedette_x First second 1\n"), std::string::npos);
}

TEST(Exposition, process_numbers_are_there) {
  const std::string text = expose(Metrics{});
  for (const std::string name : {"process_cpu_seconds_total", "process_max_fds", "process_open_fds",
                                 "process_resident_memory_bytes", "process_threads"}) {
    const std::size_t at = text.find("\n" + name + " ");
    ASSERT_NE(at, std::string::npos) << name;
    EXPECT_GT(std::stod(text.substr(at + name.size() + 2)), 0) << name;
  }
}

TEST(Exposition, promtool_finds_nothing_to_criticise) {
  if (std::system("command -v promtool >/dev/null") != 0) GTEST_SKIP() << "promtool is not installed";
  const TempFolder folder;
  const std::string file = folder.file("metrics");
  const std::string said = folder.file("said");
  Metrics metrics;
  std::ofstream(file) << expose(filled(metrics));
  const int answer = std::system(("promtool check metrics <" + file + " >" + said + " 2>&1").c_str());
  std::ifstream in(said);
  const std::string complaints{std::istreambuf_iterator<char>(in), {}};
  EXPECT_EQ(answer, 0) << complaints;
  EXPECT_EQ(complaints, "");
}

}  // namespace
}  // namespace vedette
