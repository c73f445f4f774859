#include <fstream>
#include <iostream>
#include <string>

#include "core/catalog.h"
#include "core/reference.h"

// generate_reference FOLDER: writes REFERENCE.md and vedette.schema.json into it.
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
  if (reference.flush() && schema.flush()) return 0;
  std::cerr << "generate_reference: cannot write into " << folder << '\n';
  return 1;
}
