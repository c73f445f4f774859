#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <string_view>

#include "adapters/yaml/yaml_text.h"
#include "core/config_read.h"
#include "core/detector_set.h"
#include "support/sample_detector.h"

namespace {

using namespace vedette;

// Read as a top file and as a detector's file. What was accepted must also build.
void read_everything(std::string_view text) {
  ConfigErrors errors;
  const ConfigNode root = parse_yaml(text, "fuzz.yaml", errors);
  Config config = read_config(root, "fuzz.yaml", errors);
  const std::size_t top_errors = errors.size();
  config.detectors.push_back(read_detector(root, "sample.yaml", testing_support::kSampleKind, errors));
  for (const ConfigError& error : errors)
    if (error.message.empty() || error.line < 0) std::abort();
  const DetectorKind* kinds[] = {&testing_support::kSampleKind};
  const auto built = build_detectors(config, kinds);
  if (errors.size() == top_errors && !built.ok()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  read_everything(text);
  vedette::parse_duration(text).status().ignore("only that it returns");
  vedette::parse_size(text).status().ignore("only that it returns");
  return 0;
}
