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

void write(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

std::string content(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(InstallConfig, adds_what_is_missing_and_keeps_what_is_there) {
  const TempFolder temp;
  const fs::path from = temp.file("config");
  const fs::path to = temp.file("root/etc/vedette");
  write(from / "vedette.yaml", "new");
  write(from / "detectors/flood.yaml", "new");
  write(from / "REFERENCE.md", "no configuration");
  write(to / "vedette.yaml", "edited");
  const std::string command =
      "DESTDIR=" + temp.file("root") + " cmake -DSOURCE=" + from.string() +
      " -DTARGET=/etc/vedette -P " VEDETTE_SOURCE_DIR "/cmake/install_config.cmake >" + temp.file("said");
  ASSERT_EQ(std::system(command.c_str()), 0);
  EXPECT_EQ(content(to / "vedette.yaml"), "edited");
  EXPECT_EQ(content(to / "detectors/flood.yaml"), "new");
  EXPECT_FALSE(fs::exists(to / "REFERENCE.md"));
}

}  // namespace
}  // namespace vedette
