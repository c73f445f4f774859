#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

#include "core/catalog.h"
#include "core/reference.h"

// generate_reference FOLDER: writes REFERENCE.md and vedette.schema.json into it, and the
// documented defaults of detectors that have no file yet.
int main(int count, char** arguments) {
  if (count != 2) {
    std::cerr << "usage: generate_reference FOLDER\n";
    return 2;
  }
  const std::string folder = arguments[1];
  const auto kinds = vedette::catalog();
  std::ofstream reference(folder + "/REFERENCE.md");
  reference << vedette::reference_markdown(kinds);
  std::ofstream schema(folder + "/vedette.schema.json");
  schema << vedette::json_schema(kinds);
  for (const vedette::DetectorKind* kind : kinds) {
    const std::string name = folder + "/detectors/" + std::string(kind->name) + ".yaml";
    if (!std::filesystem::exists(name)) std::ofstream(name) << vedette::detector_file(*kind);
  }
  if (reference.flush() && schema.flush()) return 0;
  std::cerr << "generate_reference: cannot write into " << folder << '\n';
  return 1;
}
