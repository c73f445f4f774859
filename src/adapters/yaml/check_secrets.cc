#include "adapters/yaml/check_secrets.h"

#include <cstddef>
#include <map>
#include <string>
#include <utility>

#include "adapters/yaml/config_files.h"
#include "core/config_check.h"

namespace vedette {
namespace {

constexpr std::size_t kMaxSecretBytes = 1 << 16;

// One look at the files that one configuration names.
class SecretCheck {
 public:
  explicit SecretCheck(const Config& config) : config_(config) {}

  ConfigErrors check() {
    all_private(config_.kafka.secret_files, line_of(config_, "kafka.secret_files"));
    readable(config_.privacy.key_file, line_of(config_, "privacy.key_file"));
    for (const SinkConfig& sink : config_.sinks) {
      all_private(sink.secret_files, sink.line);
      readable(sink.ca_file, sink.line);
      readable(sink.cert_file, sink.line);
      readable(sink.key_file, sink.line);
    }
    return std::move(errors_);
  }

 private:
  void fail(int line, std::string message) { errors_.push_back({config_.file, line, std::move(message)}); }

  void all_private(const std::map<std::string, std::string>& files, int line) {
    for (const auto& [name, path] : files)
      if (const Status seen = is_private(path); !seen.ok())
        fail(line, "secret '" + name + "': " + seen.message());
  }

  static Status is_private(const std::string& path) {
    const auto file = read_file(path, kMaxSecretBytes);
    if (!file.ok()) return Status::reject(path + " " + file.status().message());
    if (file->world_readable) return Status::reject("everyone may read " + path + "; set its mode to 0600");
    return {};
  }

  void readable(const std::string& path, int line) {
    if (path.empty()) return;
    const auto file = read_file(path, std::size_t{16} * kMaxSecretBytes);
    if (!file.ok()) fail(line, path + " " + file.status().message());
  }

  const Config& config_;
  ConfigErrors errors_;
};

}  // namespace

ConfigErrors check_secrets(const Config& config) { return SecretCheck(config).check(); }

}  // namespace vedette
