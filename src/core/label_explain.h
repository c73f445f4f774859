#pragma once

#include "core/drift_explain.h"

namespace vedette::labels {

/// A drift of the columns of joined labels, told as what it means: how often the model is wrong
/// now and was before, and which mistake has become more frequent.
Finding explain_labels(const drift::Story& story, const drift::Transition& transition);

}  // namespace vedette::labels
