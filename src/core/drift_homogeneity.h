#pragma once

#include "core/drift_season.h"

namespace vedette::drift {

/// How far windows of a column's baseline differ from each other beyond what samples of one
/// distribution do, as a deviate of a standard normal: the largest over `levels` lengths, in their
/// cells and in their mean rank, which shows a wandering number earlier. Where it is small nothing but
/// chance moves the column, and a short baseline tells that much better than how far it wanders.
/// Infinite where windows are more alike than samples can be, as of events in a fixed order.
double unrest(const ColumnBaseline& column, int levels, bool numeric);

}  // namespace vedette::drift
