#pragma once

#include <span>
#include <string>

#include "vedette/detector.h"

namespace vedette {

using Kinds = std::span<const DetectorKind* const>;

/// config/REFERENCE.md: every setting of every file, from the tables themselves.
std::string reference_markdown(Kinds kinds);

/// config/vedette.schema.json: the top file; the detectors' files stand in `$defs`.
std::string json_schema(Kinds kinds);

/// `config/detectors/<name>.yaml`: the documented defaults of one detector.
std::string detector_file(const DetectorKind& kind);

/// `vedette detectors [--json]`: one line each, or an array.
std::string describe_detectors(Kinds kinds);
std::string describe_detectors_json(Kinds kinds);

/// `vedette detectors NAME [--json]`: what it is, its settings, units, ranges, defaults.
std::string describe_detector(const DetectorKind& kind);
std::string describe_detector_json(const DetectorKind& kind);

}  // namespace vedette
