#pragma once

#include <map>
#include <string>

#include "vedette/status.h"

namespace vedette {

/// Properties of librdkafka by name, as in its CONFIGURATION.md.
using KafkaProperties = std::map<std::string, std::string>;

enum class KafkaRole : unsigned char { consumer, producer };

/// Whether a client could be made of these: unknown names, bad values, those Vedette
/// refuses (with the reason), secret files, certificates. Connects to nothing.
/// Secrets come from files only: as `sasl.password_file: /path` among the properties,
/// or as `sasl.password: /path` among `secret_files`.
Status check_kafka_properties(KafkaRole role, const KafkaProperties& properties,
                              const KafkaProperties& secret_files = {});

}  // namespace vedette
