// Any bytes through both paths of the native decoder, three times, so that the layout is
// known from the second time on; they must agree. Records of one input are lines.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "decoder_twins.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  vedette::DecodeOptions options;
  options.key = {0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL};
  options.max_values = 256;
  // Rebuilt now and then only: what earlier inputs taught must not mislead later ones.
  static std::uint64_t inputs = 0;
  static auto twins = std::make_unique<vedette::DecoderTwins>(options);
  if (++inputs % 4096 == 0) twins = std::make_unique<vedette::DecoderTwins>(options);

  const std::string_view input(reinterpret_cast<const char*>(bytes), size);
  for (int round = 0; round < 3; ++round) {
    for (std::string_view rest = input; !rest.empty();) {
      const std::size_t line = std::min(rest.find('\n'), rest.size());
      const std::string difference = twins->differ_on(rest.substr(0, line));
      if (!difference.empty()) {
        std::fprintf(stderr, "paths differ: %s\n", difference.c_str());
        std::abort();
      }
      rest.remove_prefix(std::min(line + 1, rest.size()));
    }
  }
  return 0;
}
