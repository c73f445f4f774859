#pragma once

namespace vedette {

/// What the operating system says about this process. A number that cannot be read is 0.
struct ProcessUsage {
  double cpu_seconds = 0;
  double resident_bytes = 0;
  double open_fds = 0;
  double max_fds = 0;
  double threads = 0;
};

/// Reads /proc/self only, which stays visible under the unit's `ProcSubset=pid`.
ProcessUsage measure_process();

}  // namespace vedette
