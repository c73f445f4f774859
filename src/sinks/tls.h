#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sinks/socket.h"

namespace vedette {

struct TlsOptions {
  std::string ca_file;    ///< Certificates to trust; empty: the system's.
  std::string cert_file;  ///< Own certificate with its chain; empty: none.
  std::string key_file;
};

/// A TLS connection (1.2 or newer) to a receiver whose certificate and name were checked; there
/// is no way to leave the check out. Used by one thread; no call lasts beyond its deadline.
class TlsConnection {
 public:
  virtual ~TlsConnection() = default;
  /// One attempt: bytes taken, nothing when it would block (then the same bytes must come again, and
  /// perhaps more), or why it failed.
  virtual Result<std::optional<std::size_t>> send_some(std::string_view bytes) = 0;
  virtual Peer peer() = 0;
  virtual Peer finish(Duration patience) = 0;
  virtual Socket& socket() = 0;
};

/// Certificates and keys, read once; makes connections.
class TlsClient {
 public:
  virtual ~TlsClient() = default;
  /// `host` is the name that the certificate must be for.
  virtual Result<std::unique_ptr<TlsConnection>> connect(Socket socket, const std::string& host,
                                                         const Deadline& deadline) = 0;
};

/// `reject` with the file's name if one cannot be read or key and certificate do not fit.
Result<std::unique_ptr<TlsClient>> make_tls_client(const TlsOptions& options);

}  // namespace vedette
