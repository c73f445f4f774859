#pragma once

#include <cstdint>
#include <iosfwd>
#include <memory>

#include "core/log.h"
#include "vedette/clock.h"

namespace vedette {

struct LogOptions {
  enum class Form : unsigned char { text, json };
  Form form = Form::text;
  LogLevel level = LogLevel::info;
  bool journal_priority = false;  ///< `<4>` and the like before each line, as journald reads them.
  std::uint32_t burst = 10;       ///< Lines of one message text per window.
  Duration window = 10 * kSecond;
};

/// Lines through spdlog to `out`, e.g. std::cerr, one write each. A message text that comes
/// too often is counted instead, and the count is written when its window is over, at
/// the next line of any message or at the end. Control characters and bytes that are not UTF-8
/// never reach the output. Thread-safe; never throws: a line that cannot be written is lost.
/// `clock` and `out` outlive it.
std::unique_ptr<Log> make_log(const LogOptions& options, const Clock& clock, std::ostream& out);

}  // namespace vedette
