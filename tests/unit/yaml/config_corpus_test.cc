#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "adapters/yaml/yaml_text.h"
#include "core/config_read.h"
#include "support/sample_detector.h"

namespace vedette {
namespace {

TEST(ConfigCorpus, every_recorded_input_is_read_to_the_end) {
  int files = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(VEDETTE_SOURCE_DIR "/tests/fuzz/corpus/config")) {
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(in)), {});
    ConfigErrors errors;
    const ConfigNode root = parse_yaml(text, "a.yaml", errors);
    read_config(root, "a.yaml", errors);
    read_detector(root, "b.yaml", testing_support::kSampleKind, errors);
    for (const ConfigError& error : errors) EXPECT_FALSE(error.message.empty()) << entry.path();
    ++files;
  }
  EXPECT_GT(files, 5);
}

}  // namespace
}  // namespace vedette
