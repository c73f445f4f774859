#include "core/detector_config.h"

namespace vedette {

Scope narrowed(Scope scope, const Scope& match) {
  if (!match.model.empty()) scope.model = match.model;
  if (!match.version.empty()) scope.version = match.version;
  if (!match.tenant.empty()) scope.tenant = match.tenant;
  return scope;
}

}  // namespace vedette
