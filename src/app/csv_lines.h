#pragma once

#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "formats/series_plot.h"
#include "vedette/status.h"

namespace vedette {

/// What stands between commas; nothing is quoted.
std::vector<std::string_view> cells_of(std::string_view line);

/// Calls for each line that is not empty, but not for a `header`; stops at the first error and names its
/// line.
template <class Read>
Status read_lines(const std::string& path, bool header, Read&& read) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return Status::stop(path + ": cannot be read");
  std::string line;
  for (std::size_t at = 1; std::getline(in, line); ++at) {
    if ((header && at == 1) || line.empty()) continue;
    const Status status = read(std::string_view(line));
    if (!status.ok()) return status.in(path + ":" + std::to_string(at));
  }
  return in.bad() ? Status::stop(path + ": cannot be read") : Status{};
}

/// Known anomalies or incidents: lines of `FROM,TO[,TEXT]`.
Result<std::vector<PlotMark>> read_marks(const std::string& path);

}  // namespace vedette
