#pragma once

#include "core/metrics.h"

namespace vedette {

/// Version, commit, compiler and libraries of this build, by name.
MetricLabels build_labels();

}  // namespace vedette
