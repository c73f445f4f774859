#include "core/reference.h"

#include <gtest/gtest.h>

#include "support/sample_detector.h"

namespace vedette {
namespace {

const DetectorKind* const kSamples[] = {&testing_support::kSampleKind};

TEST(Reference, every_row_stands_with_type_default_range_and_doc) {
  const std::string text = reference_markdown(kSamples);
  EXPECT_NE(text.find("| `memory` | duration | `1d` | 1h to 30d | How far back normal reaches. |"),
            std::string::npos);
  EXPECT_NE(text.find("| `kafka.group` | text | `vedette` |"), std::string::npos);
  EXPECT_NE(text.find("| `mode` | choice | `fast` | fast, exact |"), std::string::npos);
  EXPECT_NE(text.find("- **Blind to**: everything"), std::string::npos);
}

TEST(Reference, defaults_of_one_detector_that_differ_are_named) {
  DetectorKind kind = testing_support::kSampleKind;
  kind.defaults.dry_run = true;
  const DetectorKind* const kinds[] = {&kind};
  EXPECT_NE(reference_markdown(kinds).find("**Differs from the common defaults**: `dry_run: true`"),
            std::string::npos);
}

TEST(JsonSchema, sections_nest_and_are_closed) {
  const std::string text = json_schema(kSamples);
  EXPECT_NE(text.find("\"kafka\": {\n      \"type\": \"object\",\n      \"additionalProperties\": false"),
            std::string::npos);
  EXPECT_NE(text.find("\"sample\": {"), std::string::npos);
  EXPECT_NE(text.find("\"maximum\": 100"), std::string::npos);
}

TEST(DescribeDetector, text_and_json_name_every_setting) {
  const std::string text = describe_detector(testing_support::kSampleKind);
  const std::string json = describe_detector_json(testing_support::kSampleKind);
  for (const char* name : {"effect", "bins", "cooldown", "scope.model"}) {
    EXPECT_NE(text.find(std::string("  ") + name), std::string::npos) << name;
    EXPECT_NE(json.find(std::string("\"name\": \"") + name + "\""), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace vedette
