#include <algorithm>
#include <iostream>

#include "app/commands.h"
#include "app/version.h"
#include "core/catalog.h"
#include "core/reference.h"
#include "core/setting_text.h"

namespace vedette {

int show_detectors(const DetectorsArguments& arguments) {
  const std::vector<const DetectorKind*> kinds = catalog();
  if (arguments.name.empty()) {
    std::cout << (arguments.json ? describe_detectors_json(kinds) : describe_detectors(kinds));
    return 0;
  }
  const auto known = std::find_if(kinds.begin(), kinds.end(),
                                  [&](const DetectorKind* kind) { return kind->name == arguments.name; });
  if (known == kinds.end()) {
    std::vector<std::string> names;
    for (const DetectorKind* kind : kinds) names.emplace_back(kind->name);
    std::cerr << "vedette: unknown detector '" << arguments.name << "'"
              << did_you_mean(nearest_of(arguments.name, names)) << '\n';
    return 1;
  }
  std::cout << (arguments.json ? describe_detector_json(**known) : describe_detector(**known));
  return 0;
}

int show_version() {
  std::cout << "vedette " << kVersion << " (" << kCommit << ")\ncompiler " << kCompiler << "\nlibraries "
            << kLibraries << '\n';
  return 0;
}

}  // namespace vedette
