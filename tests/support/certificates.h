#pragma once

#include <cstdlib>
#include <string>

#include "support/temp_folder.h"

namespace vedette {

/// Two authorities with a certificate each for a server and a client, made by the openssl command in a
/// temporary folder: `ca`, `server` (localhost, 127.0.0.1), `wrong_name` (elsewhere.example), `client`,
/// and `other_ca` with `other_client`. Each has NAME.pem and NAME.key.
class Certificates {
 public:
  /// False when the openssl command is missing or fails.
  bool make() {
    return authority("ca") && authority("other_ca") && leaf("server", "ca", "DNS:localhost,IP:127.0.0.1") &&
           leaf("wrong_name", "ca", "DNS:elsewhere.example") && leaf("client", "ca", "DNS:vedette") &&
           leaf("other_client", "other_ca", "DNS:vedette");
  }
  std::string pem(const std::string& name) const { return folder_.file(name + ".pem"); }
  std::string key(const std::string& name) const { return folder_.file(name + ".key"); }

 private:
  bool run(const std::string& arguments) const {
    return std::system(("openssl " + arguments + " >/dev/null 2>&1").c_str()) == 0;
  }
  std::string request(const std::string& name) const {
    return "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=" + name +
           " -keyout " + key(name) + " -out " + pem(name);
  }
  bool authority(const std::string& name) const { return run(request(name)); }
  bool leaf(const std::string& name, const std::string& issuer, const std::string& names) const {
    return run(request(name) + " -CA " + pem(issuer) + " -CAkey " + key(issuer) +
               " -addext subjectAltName=" + names + " -addext basicConstraints=critical,CA:FALSE");
  }
  TempFolder folder_;
};

}  // namespace vedette
