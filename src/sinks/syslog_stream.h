#pragma once

#include <memory>

#include "sinks/syslog.h"

namespace vedette {

/// The part of make_syslog_sink for TCP and TLS.
Result<std::unique_ptr<Sink>> make_syslog_stream(const SyslogSinkOptions& options, Address address,
                                                 const Clock& clock);

}  // namespace vedette
