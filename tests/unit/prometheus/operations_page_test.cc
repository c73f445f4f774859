#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace vedette {
namespace {

namespace fs = std::filesystem;

std::string content(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(OperationsPage, explains_every_reason_for_not_being_ready) {
  const std::string page = content(fs::path(VEDETTE_SOURCE_DIR) / "docs/operations.md");
  const std::string start = "reasons.push_back(\"";
  for (const auto& entry : fs::directory_iterator(fs::path(VEDETTE_SOURCE_DIR) / "src/app")) {
    const std::string source = content(entry.path());
    for (std::size_t at = 0; (at = source.find(start, at)) != std::string::npos;) {
      at += start.size();
      const std::string reason = source.substr(at, source.find('"', at) - at);
      EXPECT_NE(page.find("`" + reason + "`"), std::string::npos) << reason;
    }
  }
}

}  // namespace
}  // namespace vedette
