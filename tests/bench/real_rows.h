#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "null_rows.h"
#include "vedette/status.h"

namespace vedette::bench {

/// Rows of a CSV file with a header: numbers, the last of which is the truth, 0 or 1.
struct RealTable {
  std::string name;  ///< Of the file.
  std::vector<std::string> columns;
  std::vector<std::vector<double>> rows;
  std::vector<bool> truths;
};

/// Fails where it cannot be read, or has anything else in it.
Result<RealTable> read_table(const std::string& path);

/// The rows of a table in random order, and in another one once all were drawn. A linear model gives the
/// answers; the numbers by their standard deviations are a vector besides. The table must outlive it.
std::unique_ptr<NullRows> shuffled_rows(const RealTable& table, std::uint64_t seed);

}  // namespace vedette::bench
