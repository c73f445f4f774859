#include "app/build.h"

#include "app/version.h"

namespace vedette {

MetricLabels build_labels() { return {{"version", kVersion}, {"commit", kCommit}, {"compiler", kCompiler}}; }

}  // namespace vedette
