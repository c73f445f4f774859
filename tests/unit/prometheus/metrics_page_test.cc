#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

namespace vedette {
namespace {

namespace fs = std::filesystem;

std::string content(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Every `vedette_...` of `text` that stands between two `quote` characters.
std::set<std::string> names_in(const std::string& text, char quote) {
  std::set<std::string> names;
  const std::string start = std::string(1, quote) + "vedette_";
  for (std::size_t at = 0; (at = text.find(start, at)) != std::string::npos;) {
    const auto begin = text.begin() + static_cast<std::ptrdiff_t>(++at);
    const auto end = std::find_if(begin, text.end(), [](unsigned char letter) {
      return std::islower(letter) == 0 && std::isdigit(letter) == 0 && letter != '_';
    });
    const bool whole = end != text.end() && (*end == quote || *end == '{') && *(end - 1) != '_';
    if (whole) names.emplace(begin, end);
  }
  return names;
}

std::set<std::string> names_in_sources() {
  std::set<std::string> names;
  for (const std::string folder : {"src", "detectors", "include"})
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(VEDETTE_SOURCE_DIR) / folder))
      if (entry.path().extension() == ".cc" || entry.path().extension() == ".h")
        names.merge(names_in(content(entry.path()), '"'));
  return names;
}

const fs::path kPage = fs::path(VEDETTE_SOURCE_DIR) / "docs/metrics.md";

TEST(MetricsPage, explains_every_metric_of_the_sources) {
  const std::set<std::string> explained = names_in(content(kPage), '`');
  for (const std::string& name : names_in_sources()) EXPECT_TRUE(explained.contains(name)) << name;
}

TEST(MetricsPage, explains_no_metric_that_does_not_exist) {
  const std::set<std::string> existing = names_in_sources();
  for (const std::string& name : names_in(content(kPage), '`')) EXPECT_TRUE(existing.contains(name)) << name;
}

}  // namespace
}  // namespace vedette
