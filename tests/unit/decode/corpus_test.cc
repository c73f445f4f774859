#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "fuzz/decoder_twins.h"

namespace vedette {
namespace {

std::vector<std::filesystem::path> corpus() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(VEDETTE_SOURCE_DIR "/tests/fuzz/corpus/decoder"))
    files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

std::string content_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(Corpus, both_paths_agree_on_every_file) {
  const auto files = corpus();
  ASSERT_GE(files.size(), 40u);
  DecodeOptions options;
  options.key = {3, 4};
  DecoderTwins twins(options);
  for (int round = 0; round < 3; ++round) {
    for (const auto& file : files) {
      const std::string content = content_of(file);
      for (std::string_view rest = content; !rest.empty();) {
        const std::size_t line = std::min(rest.find('\n'), rest.size());
        EXPECT_EQ(twins.differ_on(rest.substr(0, line)), "") << file << ": " << rest.substr(0, line);
        rest.remove_prefix(std::min(line + 1, rest.size()));
      }
    }
  }
  EXPECT_GT(twins.accepted(), 60u);
}

}  // namespace
}  // namespace vedette
