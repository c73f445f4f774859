#include "sinks/tls.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace vedette {
namespace {

template <auto release>
struct Release {
  template <class T>
  void operator()(T* object) const {
    release(object);
  }
};
using Context = std::unique_ptr<SSL_CTX, Release<SSL_CTX_free>>;
using Session = std::unique_ptr<SSL, Release<SSL_free>>;
using Method = std::unique_ptr<BIO_METHOD, Release<BIO_meth_free>>;

std::string tls_error() {
  std::string text;
  while (const unsigned long code = ERR_get_error()) {
    const char* reason = ERR_reason_error_string(code);
    text.append(text.empty() ? "" : "; ").append(reason == nullptr ? "unknown error" : reason);
  }
  return text.empty() ? "connection lost" : text;
}

// OpenSSL's own socket BIO writes without MSG_NOSIGNAL, so a peer that is gone would raise SIGPIPE.
int transfer(BIO* bio, const Result<std::optional<std::size_t>>& moved, int retry_flag) {
  BIO_clear_retry_flags(bio);
  if (!moved.ok()) return -1;
  if (*moved) return static_cast<int>(**moved);
  BIO_set_flags(bio, retry_flag | BIO_FLAGS_SHOULD_RETRY);
  return -1;
}

int bio_write(BIO* bio, const char* bytes, int size) {
  auto& socket = *static_cast<Socket*>(BIO_get_data(bio));
  return transfer(bio, socket.send_some({bytes, static_cast<std::size_t>(size)}), BIO_FLAGS_WRITE);
}

int bio_read(BIO* bio, char* to, int size) {
  auto& socket = *static_cast<Socket*>(BIO_get_data(bio));
  return transfer(bio, socket.receive_some(to, static_cast<std::size_t>(size)), BIO_FLAGS_READ);
}

long bio_control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

class Connection final : public TlsConnection {
 public:
  Connection(Socket socket, Session session)
      : socket_(std::move(socket)),
        method_(BIO_meth_new(BIO_TYPE_SOURCE_SINK, "vedette socket")),
        session_(std::move(session)) {}

  Status open(const std::string& host, const Deadline& deadline) {
    if (!attach() || !expect(host)) return Status::retry("cannot prepare TLS: " + tls_error());
    while (true) {
      ERR_clear_error();
      const int done = SSL_connect(session_.get());
      if (done == 1) return confirmed(deadline);
      if (Status status = wait_after(done, deadline); !status.ok()) return status;
    }
  }

  Result<std::optional<std::size_t>> send_some(std::string_view bytes) override {
    ERR_clear_error();
    std::size_t written = 0;
    const int done = SSL_write_ex(session_.get(), bytes.data(), bytes.size(), &written);
    if (done == 1) return std::optional<std::size_t>{written};
    const int error = SSL_get_error(session_.get(), done);
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return std::optional<std::size_t>{};
    return Status::retry("TLS: " + tls_error());
  }

  Peer peer() override {
    std::array<char, 512> unread{};
    for (int i = 0; i < kPatience; ++i) {
      ERR_clear_error();
      const int got = SSL_read(session_.get(), unread.data(), static_cast<int>(unread.size()));
      if (got > 0) continue;
      const int error = SSL_get_error(session_.get(), got);
      if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return Peer::open;
      if (error != SSL_ERROR_ZERO_RETURN) return Peer::broken;
      // A goodbye says nothing about what was not read; a reset after it does.
      return socket_.peer() == Peer::broken ? Peer::broken : Peer::finished;
    }
    return Peer::open;
  }

  // The goodbye lets the receiver tell an end from a cut.
  Peer finish(Duration patience) override {
    ERR_clear_error();
    SSL_shutdown(session_.get());
    return socket_.finish(patience);
  }

  Socket& socket() override { return socket_; }

 private:
  bool attach() {
    if (!method_) return false;
    BIO_meth_set_write(method_.get(), bio_write);
    BIO_meth_set_read(method_.get(), bio_read);
    BIO_meth_set_ctrl(method_.get(), bio_control);
    BIO* bio = BIO_new(method_.get());
    if (bio == nullptr) return false;
    BIO_set_data(bio, &socket_);
    BIO_set_init(bio, 1);
    SSL_set_bio(session_.get(), bio, bio);
    return true;
  }

  bool expect(const std::string& host) {
    std::array<unsigned char, sizeof(in6_addr)> address{};
    const bool numeric = inet_pton(AF_INET, host.c_str(), address.data()) == 1 ||
                         inet_pton(AF_INET6, host.c_str(), address.data()) == 1;
    if (numeric) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session_.get()), host.c_str()) == 1;
    SSL_set_hostflags(session_.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set1_host(session_.get(), host.c_str()) == 1 &&
           SSL_set_tlsext_host_name(session_.get(), host.c_str()) == 1;
  }

  // In TLS 1.3 a receiver judges our certificate after our handshake is over. It then sends a
  // session ticket or an alert; waiting a moment for either keeps the first alerts from being lost.
  Status confirmed(const Deadline& deadline) {
    if (SSL_version(session_.get()) >= TLS1_3_VERSION)
      socket_.wait(POLLIN, std::min(kMoment, deadline.left()));
    if (peer() == Peer::open) return {};
    return Status::retry("the receiver refuses the connection: " + tls_error());
  }

  Status wait_after(int done, const Deadline& deadline) {
    const int error = SSL_get_error(session_.get(), done);
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
      const short events = error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
      return socket_.wait(events, deadline) ? Status{} : Status::retry("TLS: the receiver does not answer");
    }
    const long verdict = SSL_get_verify_result(session_.get());
    if (verdict != X509_V_OK)
      return Status::retry(std::string("certificate refused: ") + X509_verify_cert_error_string(verdict));
    return Status::retry("TLS: " + tls_error());
  }

  static constexpr int kPatience = 64;  ///< Reads from a receiver that talks and talks.
  static constexpr Duration kMoment{250};
  Socket socket_;
  Method method_;
  Session session_;  ///< Last: it uses both while it is freed.
};

class Client final : public TlsClient {
 public:
  explicit Client(Context context) : context_(std::move(context)) {}

  Result<std::unique_ptr<TlsConnection>> connect(Socket socket, const std::string& host,
                                                 const Deadline& deadline) override {
    Session session(SSL_new(context_.get()));
    if (!session) return Status::retry("cannot prepare TLS: " + tls_error());
    auto connection = std::make_unique<Connection>(std::move(socket), std::move(session));
    if (Status status = connection->open(host, deadline); !status.ok()) return status;
    return std::unique_ptr<TlsConnection>(std::move(connection));
  }

 private:
  Context context_;
};

Status load_trust(SSL_CTX* context, const TlsOptions& options) {
  const bool system = options.ca_file.empty();
  const int done = system ? SSL_CTX_set_default_verify_paths(context)
                          : SSL_CTX_load_verify_file(context, options.ca_file.c_str());
  if (done == 1) return {};
  return Status::reject("cannot read the certificates of " + (system ? "the system" : options.ca_file) +
                        ": " + tls_error());
}

Status load_identity(SSL_CTX* context, const TlsOptions& options) {
  if (options.cert_file.empty() && options.key_file.empty()) return {};
  if (SSL_CTX_use_certificate_chain_file(context, options.cert_file.c_str()) != 1)
    return Status::reject("cannot read certificate " + options.cert_file + ": " + tls_error());
  if (SSL_CTX_use_PrivateKey_file(context, options.key_file.c_str(), SSL_FILETYPE_PEM) != 1)
    return Status::reject("cannot use key " + options.key_file + ": " + tls_error());
  if (SSL_CTX_check_private_key(context) != 1)
    return Status::reject("key " + options.key_file + " does not fit certificate " + options.cert_file);
  return {};
}

}  // namespace

Result<std::unique_ptr<TlsClient>> make_tls_client(const TlsOptions& options) {
  ERR_clear_error();
  Context context(SSL_CTX_new(TLS_client_method()));
  if (!context) return Status::reject("cannot prepare TLS: " + tls_error());
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  if (Status status = load_trust(context.get(), options); !status.ok()) return status;
  if (Status status = load_identity(context.get(), options); !status.ok()) return status;
  return std::unique_ptr<TlsClient>(std::make_unique<Client>(std::move(context)));
}

}  // namespace vedette
