#pragma once

#include <string>

#include "adapters/kafka/handles.h"
#include "adapters/kafka/properties.h"
#include "vedette/status.h"

namespace vedette::kafka {

/// A configuration with our defaults, then the user's properties, checked.
Result<ConfPtr> make_conf(KafkaRole role, const KafkaProperties& properties,
                          const KafkaProperties& secret_files);

/// Sets what we own; names the property, never a secret value, when it fails.
Status set_property(rd_kafka_conf_t* conf, const std::string& name, const std::string& value);

/// Why `name` (with `value`) must not be set by the user; empty if it may.
std::string refusal(KafkaRole role, const std::string& name, const std::string& value);

/// Properties whose value must not stand in a configuration file.
bool is_secret(const std::string& name);

/// The content of a secret file without its final newlines. Refuses files that others may read.
Result<std::string> read_secret(const std::string& path);

}  // namespace vedette::kafka
