#pragma once

#include <string_view>

#include "formats/syslog.h"
#include "formats/terminal.h"
#include "vedette/sink.h"
#include "vedette/status.h"

namespace vedette {

/// What formats need to know beyond the alert.
struct FormatOptions {
  SyslogIdentity syslog = {};
  TerminalStyle terminal = {};
};

/// `ocsf`, `syslog` or `terminal`; `reject` with the known names for any other.
Result<Format> find_format(std::string_view name, const FormatOptions& options);

}  // namespace vedette
