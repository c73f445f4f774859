#pragma once

#include <memory>
#include <string>

#include "sinks/tls.h"
#include "vedette/clock.h"
#include "vedette/sink.h"

namespace vedette {

enum class SyslogTransport : unsigned char { udp, tcp, tls };

struct SyslogSinkOptions {
  std::string address = {};  ///< host:port
  SyslogTransport transport = SyslogTransport::tcp;
  TlsOptions tls = {};
  Duration connect_timeout = 2 * kSecond;
  Duration write_timeout = 2 * kSecond;
  /// UDP: longer messages are rejected, not cut. What is common among receivers.
  std::size_t max_datagram = 8192;
};

/// Sends RFC 5424 messages: UDP (RFC 5426), TCP with octet counting (RFC 6587), TLS (RFC 5425).
/// Syslog has no answer. Delivered means: UDP: left this host; TCP and TLS: acknowledged by the
/// receiver's kernel, and the connection not reset since. What was delivered last is sent again when
/// the connection turns out to be broken. Connects when there is something to deliver.
/// `reject` for an address or certificates that cannot work.
Result<std::unique_ptr<Sink>> make_syslog_sink(const SyslogSinkOptions& options, const Clock& clock);

}  // namespace vedette
