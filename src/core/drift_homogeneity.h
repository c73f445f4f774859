#pragma once

#include "core/drift_season.h"

namespace vedette::drift {

/// Whether windows of a column's baseline differ from each other by no more than samples of the
/// same distribution do, at every one of `levels` lengths: not in their cells, and not in their mean
/// rank, which shows a wandering number earlier. Then nothing but chance moves the column, and a
/// short baseline can tell that much better than how far a column wanders. Without rhythm.
bool homogeneous(const ColumnBaseline& column, int levels, bool numeric);

}  // namespace vedette::drift
