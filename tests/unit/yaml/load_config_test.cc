#include "adapters/yaml/load_config.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "core/detector_set.h"
#include "core/reference.h"
#include "support/sample_detector.h"
#include "support/temp_folder.h"

namespace vedette {
namespace {

const DetectorKind* const kKinds[] = {&testing_support::kSampleKind};

// A configuration in a temporary folder.
class LoadConfig : public ::testing::Test {
 protected:
  void write(const std::string& name, const std::string& text, mode_t mode = 0600) {
    const std::filesystem::path path = folder_.file(name);
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
    ::chmod(path.c_str(), mode);
  }
  Result<Config> load() {
    errors_.clear();
    return load_config(folder_.file("vedette.yaml"), kKinds, errors_);
  }
  // The errors, without the folder's name.
  std::vector<std::string> load_errors() {
    EXPECT_FALSE(load().ok());
    std::vector<std::string> texts;
    for (const ConfigError& error : errors_)
      texts.push_back(to_text(error).substr(folder_.path().size() + 1));
    return texts;
  }
  std::vector<std::string> errors_in(const std::string& text) {
    write("vedette.yaml", text);
    return load_errors();
  }
  using Texts = std::vector<std::string>;

  TempFolder folder_;
  ConfigErrors errors_;
};

TEST_F(LoadConfig, every_section_is_read) {
  write("vedette.yaml",
        "kafka:\n  brokers: a:9092,b:9092\n  properties:\n    fetch.min.bytes: 1\n"
        "time.max_jump: 2h\n"
        "topics:\n  - topic: events\n    kind: inference\n"
        "sinks:\n  - {name: siem, type: syslog, address: \"siem:6514\", transport: tls}\n"
        "  - {name: all, path: out/alerts.jsonl}\n"
        "budget: 2.5\n");
  const auto config = load();
  ASSERT_TRUE(config.ok()) << config.status().message();
  EXPECT_EQ(config->kafka.brokers, "a:9092,b:9092");
  EXPECT_EQ(config->kafka.properties.at("fetch.min.bytes"), "1");
  EXPECT_EQ(config->time.max_jump, 2 * kHour);
  ASSERT_EQ(config->topics.size(), 1u);
  EXPECT_EQ(config->topics[0].kind, "inference");
  ASSERT_EQ(config->sinks.size(), 2u);
  EXPECT_EQ(config->sinks[0].transport, "tls");
  EXPECT_EQ(config->sinks[1].path, folder_.file("out/alerts.jsonl"));
  EXPECT_DOUBLE_EQ(config->budget, 2.5);
  EXPECT_EQ(config->limits.max_values, 4096);
}

TEST_F(LoadConfig, an_empty_file_is_all_defaults) {
  write("vedette.yaml", "");
  const auto config = load();
  ASSERT_TRUE(config.ok());
  EXPECT_EQ(config->store.path, "/var/lib/vedette/state");
}

TEST_F(LoadConfig, an_unknown_setting_names_line_and_nearest) {
  EXPECT_EQ(errors_in("budget: 1\nkafka:\n  broker: x\nbugdet: 1\ntopcis: []\nkafak:\n  group: x\n"),
            (Texts{"vedette.yaml:3: unknown setting 'kafka.broker' (did you mean 'kafka.brokers'?)",
                   "vedette.yaml:4: unknown setting 'bugdet' (did you mean 'budget'?)",
                   "vedette.yaml:5: unknown setting 'topcis' (did you mean 'topics'?)",
                   "vedette.yaml:6: unknown setting 'kafak' (did you mean 'kafka'?)"}));
}

TEST_F(LoadConfig, all_errors_of_all_files_are_collected) {
  write("detectors/sample.yaml", "effect: 2\nbins: many\n");
  EXPECT_EQ(
      errors_in("budget: -1\ntime:\n  max_ahead: 5\nlog: loud\nkafka.group: [a]\n"),
      (Texts{"vedette.yaml:1: budget: '-1' is out of range: allowed is 0.001 to 1000",
             std::string(
                 "vedette.yaml:3: time.max_ahead: '5' is not a duration: write a whole number and a unit, ") +
                 "as 250ms, 30s, 5m, 2h, 7d",
             "vedette.yaml:4: 'log' is a section: its settings stand below it, indented",
             "vedette.yaml:5: 'kafka.group' needs one value, not a list",
             "detectors/sample.yaml:1: effect: '2' is out of range: allowed is 0 to 1",
             "detectors/sample.yaml:2: bins: 'many' is not a whole number"}));
}

TEST_F(LoadConfig, a_setting_in_both_forms_is_given_twice) {
  EXPECT_EQ(errors_in("time.max_jump: 2h\ntime:\n  max_jump: 3h\n"),
            (Texts{"vedette.yaml:3: 'time.max_jump' is given twice"}));
}

TEST_F(LoadConfig, names_of_topics_and_sinks_are_unique) {
  EXPECT_EQ(errors_in("topics:\n  - topic: a\n  - topic: a\n  - kind: any\nsinks:\n  - {name: s, path: x}\n  "
                      "- {name: s, path: y}\n"),
            (Texts{"vedette.yaml:3: topic 'a' stands in line 2 already",
                   "vedette.yaml:4: an item of 'topics' needs 'topic' with a topic's name",
                   "vedette.yaml:7: a sink named 's' stands in line 6 already"}));
}

TEST_F(LoadConfig, a_sink_needs_what_its_type_needs_and_nothing_else) {
  EXPECT_EQ(
      errors_in("sinks:\n  - name: a\n  - {name: b, type: syslog, path: x}\n  - {name: c d, type: kafka, "
                "topic: t}\n"),
      (Texts{
          "vedette.yaml:2: a sink of type file needs 'path'",
          "vedette.yaml:3: 'path' is for sinks of type file, not syslog",
          "vedette.yaml:3: a sink of type syslog needs 'address'",
          "vedette.yaml:4: a sink needs a 'name' of letters, digits, dashes and underscores, at most 64"}));
}

TEST_F(LoadConfig, alerts_must_not_come_back_as_events) {
  EXPECT_EQ(errors_in("topics:\n  - topic: t\nsinks:\n  - {name: c, type: kafka, topic: t}\n"),
            (Texts{"vedette.yaml:4: topic 't' cannot be read and receive alerts"}));
}

TEST_F(LoadConfig, addresses_and_start_are_checked) {
  EXPECT_EQ(errors_in("kafka:\n  brokers: a:1,b\n  start_at: yesterday\nadmin:\n  listen: \"1:99999\"\n"),
            (Texts{"vedette.yaml:2: kafka.brokers: 'b' is not host:port",
                   "vedette.yaml:3: kafka.start_at: 'yesterday' is neither beginning nor end nor a time as "
                   "2026-03-02T10:15:00Z",
                   "vedette.yaml:5: admin.listen: '1:99999' is not host:port"}));
}

TEST_F(LoadConfig, an_inline_secret_is_an_error) {
  EXPECT_EQ(
      errors_in("kafka:\n  properties:\n    sasl.username: x\n    sasl.password: x\n"),
      (Texts{
          "vedette.yaml:4: 'sasl.password' is a secret: put it into a file and name that in secret_files"}));
}

TEST_F(LoadConfig, paths_are_beside_the_file_that_names_them) {
  write("password", "x\n", 0400);
  write("vedette.yaml",
        "kafka:\n  secret_files: {sasl.password: password}\n"
        "  properties: {ssl.ca.location: ca.pem, ssl.key.location: /etc/key, sasl.password_file: more}\n"
        "store.path: state\n",
        0644);
  const auto config = load();
  ASSERT_TRUE(config.ok()) << config.status().message();
  EXPECT_EQ(config->kafka.secret_files.at("sasl.password"), folder_.file("password"));
  EXPECT_EQ(config->kafka.properties.at("ssl.ca.location"), folder_.file("ca.pem"));
  EXPECT_EQ(config->kafka.properties.at("ssl.key.location"), "/etc/key");
  EXPECT_EQ(config->kafka.properties.at("sasl.password_file"), folder_.file("more"));
  EXPECT_EQ(config->store.path, folder_.file("state"));
  EXPECT_EQ(config->lines.at("store.path"), 4);
}

TEST_F(LoadConfig, needs_none_of_the_secrets) {
  write("vedette.yaml", "privacy:\n  key_file: gone\nkafka:\n  secret_files: {sasl.password: gone}\n");
  EXPECT_TRUE(load().ok());
}

TEST_F(LoadConfig, a_file_for_no_detector_is_an_error_with_the_nearest) {
  write("detectors/sampel.yaml", "");
  write("detectors/other.yml", "");
  write("detectors/README.md", "");
  EXPECT_EQ(errors_in(""),
            (Texts{"detectors/other.yml: not read: the name of a detector's file ends in .yaml",
                   "detectors/sampel.yaml: unknown detector 'sampel' (did you mean 'sample'?)"}));
}

TEST_F(LoadConfig, a_detectors_folder_that_was_asked_for_must_be_there) {
  const Texts errors = errors_in("budget: 1\ndetectors_dir: gone\n");
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_TRUE(errors[0].starts_with("vedette.yaml:2: detectors_dir: ")) << errors[0];
}

TEST_F(LoadConfig, a_detector_is_built_as_its_file_says) {
  write("vedette.yaml", "budget: 4\n");
  write("detectors/sample.yaml",
        "effect: 0.3\nfields: [a, b]\nscope: {tenant: retail}\n"
        "overrides:\n  - match: {model: fraud-*}\n    effect: 0.5\n    severity: high\n");
  const auto config = load();
  ASSERT_TRUE(config.ok()) << config.status().message();
  const auto built = build_detectors(*config, kKinds);
  ASSERT_TRUE(built.ok());
  ASSERT_EQ(built->size(), 2u);
  const auto& fraud = dynamic_cast<const testing_support::SampleDetector&>(*(*built)[1].detector);
  EXPECT_DOUBLE_EQ(fraud.params().effect, 0.5);
  EXPECT_EQ(fraud.params().fields, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ((*built)[1].common.severity, Severity::high);
  EXPECT_EQ((*built)[1].common.scope.tenant, "retail");
  EXPECT_DOUBLE_EQ((*built)[1].common.budget, 4);
}

TEST_F(LoadConfig, the_generated_file_of_a_detector_reads_back_as_its_defaults) {
  write("vedette.yaml", "");
  write("detectors/sample.yaml", detector_file(*kKinds[0]));
  const auto config = load();
  ASSERT_TRUE(config.ok()) << config.status().message();
  const auto built = build_detectors(*config, kKinds);
  const auto& sample = dynamic_cast<const testing_support::SampleDetector&>(*(*built)[0].detector);
  EXPECT_DOUBLE_EQ(sample.params().effect, 0.2);
  EXPECT_EQ(sample.params().fields, (std::vector<std::string>{"age", "income"}));
  EXPECT_EQ(config->detectors[0].settings.size(), 3u + 8u);
}

TEST_F(LoadConfig, wrong_overrides_are_named) {
  write("detectors/sample.yaml",
        "overrides:\n  - effect: 0.5\n  - match: {model: a}\n    scope.model: b\n    efect: 0.1\n"
        "  - match: {model: a, kind: x}\n  - match: {model: c}\n    window: 12h\n    memory: 1h\n");
  EXPECT_EQ(
      errors_in(""),
      (Texts{
          "detectors/sample.yaml:2: an override needs 'match' with a model, version or tenant",
          "detectors/sample.yaml:4: 'scope.model' cannot stand in an override: 'match' says what it is for",
          "detectors/sample.yaml:5: unknown setting 'efect' (did you mean 'effect'?)",
          "detectors/sample.yaml:6: unknown setting 'kind'",
          "detectors/sample.yaml:6: an override with the same match stands in line 3",
          "detectors/sample.yaml:7: window must not be longer than memory"}));
}

TEST_F(LoadConfig, a_file_that_is_none_is_said_once) {
  const Texts errors = load_errors();
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0], "vedette.yaml: cannot be read: No such file or directory");
}

TEST_F(LoadConfig, a_huge_file_and_a_folder_are_refused) {
  EXPECT_EQ(errors_in(std::string(1 << 20, '#')), (Texts{"vedette.yaml: larger than 256KiB"}));
  std::filesystem::remove(folder_.file("vedette.yaml"));
  std::filesystem::create_directory(folder_.file("vedette.yaml"));
  EXPECT_EQ(load_errors(), (Texts{"vedette.yaml: cannot be read: not a regular file"}));
}

TEST_F(LoadConfig, thousands_of_errors_are_cut) {
  std::string text;
  for (int i = 0; i < 900; ++i) text += "unknown_" + std::to_string(i) + ": 1\n";
  const Texts errors = errors_in(text);
  EXPECT_EQ(errors.size(), 201u);
  EXPECT_EQ(errors.back(), "vedette.yaml: and 700 more errors");
}

}  // namespace
}  // namespace vedette
