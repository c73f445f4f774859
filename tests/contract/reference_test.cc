#include "core/reference.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "core/catalog.h"

namespace vedette {
namespace {

constexpr const char* kHow = "; write it anew: build/dev/tests/layering/generate_reference config";

std::string committed(const std::string& name) {
  std::ifstream in(std::string(VEDETTE_SOURCE_DIR "/config/") + name);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Not EXPECT_EQ: its difference of two long texts takes minutes.
TEST(Reference, the_committed_reference_is_the_generated_one) {
  EXPECT_TRUE(committed("REFERENCE.md") == reference_markdown(catalog()))
      << "config/REFERENCE.md is out of date" << kHow;
}

TEST(Reference, the_committed_schema_is_the_generated_one) {
  EXPECT_TRUE(committed("vedette.schema.json") == json_schema(catalog()))
      << "config/vedette.schema.json is out of date" << kHow;
}

}  // namespace
}  // namespace vedette
