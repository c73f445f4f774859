#include "adapters/yaml/load_config.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <system_error>
#include <utility>
#include <vector>

#include "adapters/yaml/config_files.h"
#include "adapters/yaml/yaml_text.h"
#include "core/config_check.h"
#include "core/config_read.h"
#include "core/setting_text.h"
#include "vedette/hash.h"

namespace vedette {
namespace {

constexpr std::size_t kMaxConfigBytes = 1 << 18;
// More would bury the first ones, which are likely to be the cause.
constexpr std::size_t kMaxErrors = 200;

// One reading of one configuration, top file first.
class ConfigLoader {
 public:
  ConfigLoader(std::string path, std::span<const DetectorKind* const> kinds, ConfigErrors& errors)
      : path_(std::move(path)), kinds_(kinds), errors_(errors) {}

  Config load() {
    const auto file = read_file(path_, kMaxConfigBytes);
    if (!file.ok()) {
      fail(path_, 0, file.status().message());
      return {};
    }
    texts_ = file->text;
    root_ = parse_yaml(file->text, path_, errors_);
    Config config = read_config(root_, path_, errors_);
    refuse_secrets(root_);
    resolve_paths(config);
    read_detectors(config);
    config.hash = sha256_hex(texts_, 16);
    return config;
  }

 private:
  void fail(const std::string& file, int line, std::string message) {
    errors_.push_back({file, line, std::move(message)});
  }

  void refuse_secrets(const ConfigNode& node) {
    for (const ConfigNode::Entry& entry : node.entries) {
      if (entry.key == "secret_files" || entry.key.ends_with(".secret_files")) continue;
      if (entry.value.kind == ConfigNode::Kind::scalar && is_secret(entry.key))
        fail(path_, entry.line,
             "'" + entry.key.substr(0, 80) +
                 "' is a secret: put it into a file and name that in secret_files");
      refuse_secrets(entry.value);
    }
    for (const ConfigNode& item : node.items) refuse_secrets(item);
  }

  void resolve_paths(Config& config) const {
    for (std::string* path :
         {&config.store.path, &config.privacy.key_file, &config.dead_letter.file, &config.detectors_dir})
      *path = beside(path_, *path);
    resolve(config.kafka.secret_files);
    resolve_properties(config.kafka.properties);
    for (SinkConfig& sink : config.sinks) {
      for (std::string* path : {&sink.path, &sink.ca_file, &sink.cert_file, &sink.key_file})
        *path = beside(path_, *path);
      resolve(sink.secret_files);
      resolve_properties(sink.properties);
    }
  }

  void resolve(std::map<std::string, std::string>& files) const {
    for (auto& [name, path] : files) path = beside(path_, path);
  }

  // Properties of librdkafka that are paths; `probe` stands for the system's certificates.
  void resolve_properties(std::map<std::string, std::string>& properties) const {
    for (auto& [name, value] : properties)
      if ((name.ends_with(".location") && value != "probe") || name.ends_with("_file"))
        value = beside(path_, value);
  }

  void read_detectors(Config& config) {
    for (const std::string& file : detector_files(config.detectors_dir)) {
      const auto read = read_file(file, kMaxConfigBytes);
      if (!read.ok()) {
        fail(file, 0, read.status().message());
        continue;
      }
      const DetectorKind* kind = kind_of(file);
      if (kind == nullptr) continue;
      texts_ += '\n' + std::filesystem::path(file).filename().string() + '\n' + read->text;
      const ConfigNode root = parse_yaml(read->text, file, errors_);
      config.detectors.push_back(read_detector(root, file, *kind, errors_));
    }
  }

  // In order of name. A folder that was not asked for need not be there.
  std::vector<std::string> detector_files(const std::string& folder) {
    std::vector<std::string> files;
    std::error_code error;
    const ConfigNode* row = root_.find("detectors_dir");
    const int line = row == nullptr ? 0 : row->line;
    std::filesystem::directory_iterator entry(folder, error);
    if (error && (row != nullptr || error != std::errc::no_such_file_or_directory))
      fail(path_, line, "detectors_dir: " + folder + " cannot be read: " + error.message());
    for (; !error && entry != std::filesystem::directory_iterator{}; entry.increment(error)) {
      const std::filesystem::path& path = entry->path();
      if (path.extension() == ".yaml") files.push_back(path.string());
      if (path.extension() == ".yml")
        fail(path.string(), 0, "not read: the name of a detector's file ends in .yaml");
    }
    std::sort(files.begin(), files.end());
    return files;
  }

  const DetectorKind* kind_of(const std::string& file) {
    const std::string name = std::filesystem::path(file).stem().string();
    std::vector<std::string> names;
    for (const DetectorKind* kind : kinds_) {
      if (kind->name == name) return kind;
      names.emplace_back(kind->name);
    }
    fail(file, 0, "unknown detector '" + name + "'" + did_you_mean(nearest_of(name, names)));
    return nullptr;
  }

  std::string path_;
  std::span<const DetectorKind* const> kinds_;
  ConfigErrors& errors_;
  std::string texts_;  // All that was read.
  ConfigNode root_;
};

// File by file in the order in which they were read, then by line.
void sort_and_cut(ConfigErrors& errors) {
  std::map<std::string, std::size_t> order;
  for (const ConfigError& error : errors) order.emplace(error.file, order.size());
  std::stable_sort(errors.begin(), errors.end(), [&order](const ConfigError& a, const ConfigError& b) {
    return std::pair(order.at(a.file), a.line) < std::pair(order.at(b.file), b.line);
  });
  if (errors.size() <= kMaxErrors) return;
  const std::size_t more = errors.size() - kMaxErrors;
  errors.resize(kMaxErrors);
  errors.push_back({errors.back().file, 0, "and " + std::to_string(more) + " more errors"});
}

}  // namespace

Result<Config> load_config(const std::string& path, std::span<const DetectorKind* const> kinds,
                           ConfigErrors& errors) {
  ConfigErrors found;
  Config config = ConfigLoader(path, kinds, found).load();
  if (found.empty()) return config;
  sort_and_cut(found);
  const Status status = Status::reject(to_text(found.front()));
  errors.insert(errors.end(), found.begin(), found.end());
  return status;
}

ConfigNode load_tree(const std::string& path, ConfigErrors& errors) {
  const auto file = read_file(path, kMaxConfigBytes);
  if (file.ok()) return parse_yaml(file->text, path, errors);
  errors.push_back({path, 0, file.status().message()});
  return {};
}

}  // namespace vedette
