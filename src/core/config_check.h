#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/config.h"
#include "core/config_tree.h"

namespace vedette {

/// A property whose value must not be read by everyone, e.g. `sasl.password`.
bool is_secret(std::string_view property);

/// Where the file gives a setting; 0: it does not.
int line_of(const Config& config, const std::string& setting);

/// What `run` needs beyond a well-formed file: topics to read and a sink to deliver to.
ConfigErrors missing_for_run(const Config& config);

/// Rules between settings, which no single row can check. Adds to `errors`; lives as
/// long as the file is read.
class ConfigCheck {
 public:
  ConfigCheck(const std::string& file, ConfigErrors& errors) : file_(file), errors_(errors) {}
  void sink(const SinkConfig& sink, const std::vector<SettingText>& rows);
  void config(const Config& config, const std::vector<SettingText>& rows);

 private:
  void fail(int line, std::string message) { errors_.push_back({file_, line, std::move(message)}); }
  void endpoints(std::string_view list, const std::string& name, int line);
  void names(const Config& config);
  void loops(const Config& config);

  const std::string& file_;
  ConfigErrors& errors_;
};

}  // namespace vedette
