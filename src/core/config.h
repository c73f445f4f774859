#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/detector_config.h"
#include "vedette/settings.h"
#include "vedette/time.h"

namespace vedette {

/// Sections of config/vedette.yaml. Each struct holds the defaults and one table; a
/// component receives its own struct and no other. Read once by load_config.
struct KafkaConfig {
  std::string brokers = "127.0.0.1:9092";
  std::string group = "vedette";
  std::string start_at = "end";
  std::map<std::string, std::string> properties;
  std::map<std::string, std::string> secret_files;  ///< Property -> file with its value.
  void describe(Settings& table);
};

struct TopicConfig {
  std::string topic;
  std::string decoder = "native";
  std::string kind = "any";
  int line = 0;
  void describe(Settings& table);
};

struct StoreConfig {
  std::string path = "/var/lib/vedette/state";
  ByteSize cache{64ULL << 20};
  ByteSize write_buffer{32ULL << 20};
  ByteSize disk_reserve{256ULL << 20};
  void describe(Settings& table);
};

struct PrivacyConfig {
  std::string principals = "pseudonymous";
  std::string key_file;
  std::string key_id = "k0";
  void describe(Settings& table);
};

struct TimeConfig {
  Duration max_ahead = 5 * kMinute;
  Duration max_jump = kHour;
  std::int64_t jump_confirmations = 3;
  Duration idle_after = 30 * kSecond;
  Duration live_within = kHour;
  Duration silent_after = 10 * kMinute;
  void describe(Settings& table);
};

struct LimitsConfig {
  ByteSize max_record_bytes{1ULL << 20};
  std::int64_t max_values = 4096;
  std::int64_t max_depth = 16;
  ByteSize outbox{256ULL << 20};
  void describe(Settings& table);
};

struct RuntimeConfig {
  std::int64_t workers = 0;  ///< 0: one per core.
  std::int64_t batch = 1024;
  Duration commit_interval = kSecond;
  Duration stop_within = 8 * kSecond;
  void describe(Settings& table);
};

struct AdminConfig {
  std::string listen = "127.0.0.1:9464";
  void describe(Settings& table);
};

struct LogConfig {
  std::string level = "info";
  std::string format = "text";
  void describe(Settings& table);
};

struct AlertsConfig {
  std::string tenant = "default";
  std::int64_t storm_cap = 60;
  Duration incident_gap = kHour;
  void describe(Settings& table);
};

struct BaselinesConfig {
  bool approval = false;
  void describe(Settings& table);
};

struct DeadLetterConfig {
  std::string topic;  ///< Empty: none.
  std::string file;   ///< Empty: none.
  void describe(Settings& table);
};

struct SinkConfig {
  std::string name;
  std::string type = "file";
  std::string format = "ocsf";
  std::string path;
  std::string topic;
  std::string brokers;  ///< Empty: those of `kafka`.
  std::map<std::string, std::string> properties;
  std::map<std::string, std::string> secret_files;
  std::string address;
  std::string transport = "tcp";
  std::string ca_file;
  std::string cert_file;
  std::string key_file;
  std::string facility = "local0";
  Duration max_age = kDay;
  int line = 0;
  void describe(Settings& table);
};

struct Config {
  std::string file;
  std::string hash;                  ///< Of this file and those of the detectors.
  std::map<std::string, int> lines;  ///< Of every setting that the file gives, by name.
  KafkaConfig kafka;
  std::vector<TopicConfig> topics;
  StoreConfig store;
  PrivacyConfig privacy;
  TimeConfig time;
  LimitsConfig limits;
  RuntimeConfig runtime;
  AdminConfig admin;
  LogConfig log;
  AlertsConfig alerts;
  BaselinesConfig baselines;
  DeadLetterConfig dead_letter;
  std::vector<SinkConfig> sinks;
  double budget = 1;
  std::string detectors_dir = "detectors";
  std::vector<DetectorConfig> detectors;  ///< One per file; the others run with their defaults.
  void describe(Settings& table);         ///< Everything but the lists.
};

}  // namespace vedette
