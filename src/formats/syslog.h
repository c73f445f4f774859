#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "vedette/alert.h"

namespace vedette {

/// Who speaks, in the header of every syslog message.
struct SyslogIdentity {
  std::string hostname = "-";
  std::string app_name = "vedette";
  std::string process_id = "-";
  int facility = 16;             ///< local0
  int enterprise_id = 32473;     ///< Reserved for documentation (RFC 5612); sites have their own.
  bool byte_order_mark = false;  ///< RFC 5424 wants one; several receivers show it as garbage.
};

/// `local0` -> 16; nothing for an unknown name.
std::optional<int> syslog_facility(std::string_view name);

/// One RFC 5424 message, unframed, at most kMaxSyslogMessage bytes: header, the elements
/// `origin`, `meta` and `alert@<enterprise>`, and the alert's sentence. The time is event time, so
/// that the same alert gives the same bytes; `logged_at` goes to a parameter unless it is kDawn.
/// Pure and total.
std::string syslog_rfc5424(const Alert& alert, Time logged_at, const SyslogIdentity& identity);

inline constexpr std::size_t kMaxSyslogMessage = 8192;

}  // namespace vedette
