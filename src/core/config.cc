#include "core/config.h"

namespace vedette {
namespace {

constexpr double kMs = 1;
constexpr double kSec = 1000 * kMs;
constexpr double kMin = 60 * kSec;
constexpr double kHr = 60 * kMin;
constexpr double kDays = 24 * kHr;
constexpr double kKiB = 1024;
constexpr double kMiB = 1024 * kKiB;
constexpr double kTiB = 1024 * 1024 * kMiB;

}  // namespace

void KafkaConfig::describe(Settings& table) {
  table.add("kafka.brokers", brokers, "Brokers to begin with, host:port, separated by commas.");
  table.add("kafka.group", group, "Consumer group; instances of one group share the partitions.");
  table.add("kafka.start_at", start_at,
            "Where to begin in a partition without stored position: beginning, end, or a time as "
            "2026-03-02T10:15:00Z.");
  table.add("kafka.properties", properties, "Further properties of librdkafka, passed on as they are.");
  table.add("kafka.secret_files", secret_files,
            "Properties whose value is the content of a file, as sasl.password: kafka.password.");
}

void TopicConfig::describe(Settings& table) {
  table.add("topic", topic, "Name of the topic to read.");
  table.add_choice("decoder", decoder, "Wire format of its records.", {"native"});
  table.add_choice("kind", kind, "Kind of event that the topic carries; others on it are still accepted.",
                   {"any", "inference", "access", "label", "metric"});
}

void StoreConfig::describe(Settings& table) {
  table.add("store.path", path, "Folder of the state; one running instance each.");
  table.add("store.cache", cache, "Memory for blocks read from disk.", {1 * kMiB, kTiB});
  table.add("store.write_buffer", write_buffer, "Memory for writes that are not yet in sorted files.",
            {1 * kMiB, 4096 * kMiB});
  table.add("store.disk_reserve", disk_reserve,
            "Free space below which reading stops until there is more; 0 = never.", {0, kTiB});
}

void PrivacyConfig::describe(Settings& table) {
  table.add_choice(
      "privacy.principals", principals,
      "Whether principals and addresses are replaced by keyed hashes before they reach any state.",
      {"pseudonymous", "plain"});
  table.add("privacy.key_file", key_file,
            "File with the key of the hashes, at least 16 bytes; empty = a key that everybody knows.");
  table.add("privacy.key_id", key_id, "Name of the key, part of every pseudonym; change both together.");
}

void TimeConfig::describe(Settings& table) {
  table.add("time.max_ahead", max_ahead,
            "An event whose time is further than this after its record's broker time is rejected.",
            {1 * kSec, 1 * kDays});
  table.add("time.max_jump", max_jump, "Most that one record may move its partition's watermark.",
            {1 * kMin, 7 * kDays});
  table.add("time.jump_confirmations", jump_confirmations,
            "Further records that must agree before the watermark makes a larger jump.", {1, 1000});
  table.add("time.idle_after", idle_after,
            "A partition without records for this long is left out of the common watermark.",
            {1 * kSec, 1 * kHr});
  table.add("time.live_within", live_within,
            "The watermark counts as live when it is at most this far behind the wall clock.",
            {1 * kMin, 7 * kDays});
  table.add(
      "time.silent_after", silent_after,
      "A live feed or partition without a record for this long, and three times as long as ever before, is "
      "told of by an alert; 0s: never.",
      {0, 7 * kDays});
}

void LimitsConfig::describe(Settings& table) {
  table.add("limits.max_record_bytes", max_record_bytes, "A larger record is rejected.",
            {1 * kKiB, 64 * kMiB});
  table.add("limits.max_values", max_values, "Most features, outputs, classes and segments of one event.",
            {16, 1e6});
  table.add("limits.max_depth", max_depth, "Deepest nesting of a record.", {4, 64});
  table.add("limits.outbox", outbox, "Most bytes of alerts that wait for delivery.", {1 * kMiB, kTiB});
}

void RuntimeConfig::describe(Settings& table) {
  table.add("runtime.workers", workers, "Threads that decode and observe; 0 = one per core.", {0, 1024});
  table.add("runtime.batch", batch, "Records that are decoded and observed at once.", {16, 65536});
  table.add("runtime.commit_interval", commit_interval, "Longest time between two commits of a worker.",
            {10 * kMs, 1 * kMin});
  table.add("runtime.stop_within", stop_within, "Time to drain and commit when asked to stop.",
            {1 * kSec, 10 * kMin});
}

void AdminConfig::describe(Settings& table) {
  table.add("admin.listen", listen, "Address of metrics, health and status; empty = none.");
}

void LogConfig::describe(Settings& table) {
  table.add_choice("log.level", level, "Least important level that is written.",
                   {"debug", "info", "warning", "error"});
  table.add_choice("log.format", format, "Form of a line.", {"text", "json"});
}

void AlertsConfig::describe(Settings& table) {
  table.add("alerts.tenant", tenant, "Tenant of alerts whose entity names none; part of their ids.");
  table.add("alerts.storm_cap", storm_cap,
            "Most new alerts per entity and hour; more are counted and told as one.", {1, 1e6});
  table.add("alerts.incident_gap", incident_gap,
            "Alerts of one entity that are no further apart than this form one incident.",
            {1 * kMin, 7 * kDays});
}

void BaselinesConfig::describe(Settings& table) {
  table.add(
      "baselines.approval", approval,
      "Whether baselines wait for `vedette baseline promote`: those of recorded or imported data, and what "
      "is learned live of drift, unusual events, groups and estimates. Until then the version before stands "
      "in, or nothing is judged.");
}

void DeadLetterConfig::describe(Settings& table) {
  table.add("dead_letter.topic", topic,
            "Topic for rejected records, with reason and position; empty = none.");
  table.add("dead_letter.file", file, "File for rejected records; empty = none.");
}

void SinkConfig::describe(Settings& table) {
  table.add("name", name, "Name in logs, metrics and stored cursors; letters, digits, dash, underscore.");
  table.add_choice("type", type, "Transport.", {"file", "kafka", "syslog"});
  table.add_choice("format", format, "Form of an alert.", {"ocsf"});
  table.add("path", path, "file: where to append, one JSON object per line; reopened on SIGHUP.");
  table.add("topic", topic, "kafka: topic to produce to.");
  table.add("brokers", brokers, "kafka: brokers, host:port; empty = those of the section kafka.");
  table.add("properties", properties, "kafka: further properties of librdkafka.");
  table.add("secret_files", secret_files, "kafka: properties whose value is the content of a file.");
  table.add("address", address, "syslog: receiver, host:port.");
  table.add_choice("transport", transport, "syslog: how to reach it.", {"udp", "tcp", "tls"});
  table.add("ca_file", ca_file, "syslog over tls: certificates to trust; empty = the system's.");
  table.add("cert_file", cert_file, "syslog over tls: own certificate.");
  table.add("key_file", key_file, "syslog over tls: key of the own certificate.");
  table.add_choice("facility", facility, "syslog: facility.",
                   {"user", "daemon", "auth", "authpriv", "local0", "local1", "local2", "local3", "local4",
                    "local5", "local6", "local7"});
  table.add("max_age", max_age, "An alert that could not be delivered for this long is given up and counted.",
            {1 * kMin, 30 * kDays});
}

void Config::describe(Settings& table) {
  kafka.describe(table);
  store.describe(table);
  privacy.describe(table);
  time.describe(table);
  limits.describe(table);
  runtime.describe(table);
  admin.describe(table);
  log.describe(table);
  alerts.describe(table);
  baselines.describe(table);
  dead_letter.describe(table);
  table.add("budget", budget, "False alerts per model per week, over all detectors.", {1e-3, 1000});
  table.add("detectors_dir", detectors_dir, "Folder with one file per detector; relative to this file.");
}

}  // namespace vedette
