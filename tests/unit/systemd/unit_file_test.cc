#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "support/temp_folder.h"

namespace vedette {
namespace {

namespace fs = std::filesystem;

std::string content(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// A copy of the unit and its drop-in whose program exists on every machine: `verify`
/// insists on that.
class UnitFile : public ::testing::Test {
 protected:
  void SetUp() override {
    if (std::system("command -v systemd-analyze >/dev/null") != 0)
      GTEST_SKIP() << "systemd-analyze is not installed";
    ASSERT_FALSE(temp_.path().empty());
    const fs::path source = fs::path(VEDETTE_SOURCE_DIR) / "systemd";
    std::string unit = content(source / "vedette.service");
    const std::string program = "/usr/bin/vedette";
    for (std::size_t at = 0; (at = unit.find(program, at)) != std::string::npos;)
      unit.replace(at, program.size(), "/usr/bin/true");
    std::ofstream(folder_ / "vedette.service") << unit;
    fs::create_directory(folder_ / "vedette.service.d");
    fs::copy(source / "network.conf", folder_ / "vedette.service.d");
  }
  /// Runs `systemd-analyze arguments ./vedette.service`; what it says goes to `said`.
  int analyze(const std::string& arguments) {
    const std::string command = "cd " + folder_.string() + " && systemd-analyze --no-pager " + arguments +
                                " ./vedette.service >said 2>&1";
    const int answer = std::system(command.c_str());
    said_ = content(folder_ / "said");
    return answer;
  }
  TempFolder temp_;
  const fs::path folder_ = temp_.path();
  std::string said_;
};

TEST_F(UnitFile, systemd_accepts_every_directive) {
  EXPECT_EQ(analyze("verify"), 0) << said_;
  EXPECT_EQ(said_.find("vedette.service:"), std::string::npos) << said_;
}

TEST_F(UnitFile, exposure_is_at_most_one_and_a_half) {
  fs::remove_all(folder_ / "vedette.service.d");
  EXPECT_EQ(analyze("security --offline=yes --threshold=15"), 0) << said_;
}

TEST_F(UnitFile, the_gate_would_notice_an_open_unit) {
  fs::remove_all(folder_ / "vedette.service.d");
  std::ofstream(folder_ / "vedette.service") << "[Service]\nExecStart=/usr/bin/true\n";
  EXPECT_NE(analyze("security --offline=yes --threshold=15"), 0) << said_;
}

}  // namespace
}  // namespace vedette
