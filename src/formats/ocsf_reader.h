#pragma once

#include <string>
#include <string_view>

#include "vedette/alert.h"
#include "vedette/status.h"

namespace vedette {

/// What a reader of alerts needs of one line that `ocsf` wrote.
struct AlertLine {
  std::string uid;
  Alert::Activity activity = Alert::Activity::create;
  Time time{};
  Time start{};
  Entity entity;
  std::string subject;
  std::string message;
};

/// Refuses what is not such a line.
Result<AlertLine> read_ocsf(std::string_view line);

}  // namespace vedette
