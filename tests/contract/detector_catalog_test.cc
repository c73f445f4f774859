#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <set>
#include <sstream>
#include <string>

#include "adapters/yaml/load_config.h"
#include "adapters/yaml/yaml_text.h"
#include "core/catalog.h"
#include "core/config_read.h"
#include "core/detector_set.h"

namespace vedette {
namespace {

namespace files = std::filesystem;

const std::string kRoot = VEDETTE_SOURCE_DIR;

std::string config_path(const DetectorKind& kind) {
  return kRoot + "/config/detectors/" + std::string(kind.name) + ".yaml";
}

std::string read(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Comments of a YAML file as one line of text.
std::string comments_of(const std::string& text) {
  std::istringstream lines(text);
  std::string all;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t begin = line.starts_with("#") ? line.find_first_not_of("# ") : std::string::npos;
    if (begin != std::string::npos) all += (all.empty() ? "" : " ") + line.substr(begin);
  }
  return all;
}

// A detector's own and common rows, bound to values that live as long as this.
struct Table {
  explicit Table(const DetectorKind& kind) : common(kind.defaults), plan(kind.plan()) {
    plan->describe(own);
    common.describe(all);
    plan->describe(all);
  }
  // Values as they are now.
  std::string value_of(const std::string& name) {
    Settings now;
    common.describe(now);
    plan->describe(now);
    return now.find(name)->default_text;
  }
  Common common;
  std::unique_ptr<DetectorPlan> plan;
  Settings own;
  Settings all;
};

std::unique_ptr<Detector> built(const DetectorKind& kind) {
  auto detector = kind.plan()->build(kind.defaults);
  return detector.ok() ? std::move(*detector) : nullptr;
}

// Bytes that no `save` has written.
std::vector<std::string> garbage() {
  std::mt19937_64 random(7);
  std::vector<std::string> all = {std::string(64, '\xff'), std::string(9, '\x80'),
                                  "\x01\xff\xff\xff\xff\xff\xff\xff\xff\x01"};
  for (int i = 0; i < 500; ++i) {
    std::string bytes(random() % 200 + 1, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    all.push_back(bytes);
  }
  return all;
}

bool is_technique(std::string_view id) {
  return id.empty() ||
         (id.starts_with("AML.T") && id.size() >= 9 && id.find_first_not_of("0123456789.", 5) == id.npos);
}

TEST(DetectorCatalog, names_are_those_of_the_files_and_differ) {
  std::set<std::string_view> names;
  for (const DetectorKind* kind : catalog()) {
    EXPECT_TRUE(names.insert(kind->name).second) << kind->name;
    EXPECT_TRUE(files::exists(kRoot + "/detectors/" + std::string(kind->name) + ".cc")) << kind->name;
  }
}

TEST(DetectorCatalog, every_detector_says_what_it_is) {
  for (const DetectorKind* kind : catalog()) {
    SCOPED_TRACE(kind->name);
    for (const std::string_view text :
         {kind->title, kind->detects, kind->reads, kind->state, kind->blind_to, kind->source})
      EXPECT_FALSE(text.empty());
    EXPECT_GE(kind->version, 1);
    EXPECT_TRUE(is_technique(kind->technique.id)) << kind->technique.id;
    EXPECT_EQ(kind->technique.id.empty(), kind->technique.name.empty());
  }
}

TEST(DetectorCatalog, every_setting_has_a_sentence_and_a_name_of_its_own) {
  for (const DetectorKind* kind : catalog()) {
    SCOPED_TRACE(kind->name);
    std::set<std::string> names = {"overrides", "match"};
    const Table table(*kind);
    for (const Settings::Row& row : table.all.rows()) {
      EXPECT_TRUE(names.insert(row.name).second) << row.name << " is there twice";
      EXPECT_TRUE(row.doc.ends_with(".") && row.doc.size() > 10) << row.name;
      EXPECT_EQ(row.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_."), std::string::npos)
          << row.name;
    }
  }
}

TEST(DetectorCatalog, defaults_pass_their_own_check) {
  for (const DetectorKind* kind : catalog()) {
    SCOPED_TRACE(kind->name);
    const Table table(*kind);
    for (const Settings::Row& row : table.all.rows()) {
      if (row.type == "list" || row.type == "map") continue;
      const Status status = row.set({row.default_text});
      EXPECT_TRUE(status.ok()) << row.name << ": " << status.message();
    }
    EXPECT_NE(built(*kind), nullptr);
  }
}

TEST(DetectorCatalog, the_file_of_a_detector_holds_its_documented_defaults) {
  for (const DetectorKind* kind : catalog()) {
    SCOPED_TRACE(kind->name);
    ASSERT_TRUE(files::exists(config_path(*kind))) << "write it: generate_reference config";
    ConfigErrors errors;
    const ConfigNode root = parse_yaml(read(config_path(*kind)), config_path(*kind), errors);
    const DetectorConfig config = read_detector(root, config_path(*kind), *kind, errors);
    for (const ConfigError& error : errors) ADD_FAILURE() << to_text(error);
    EXPECT_TRUE(config.overrides.empty());
    Table table(*kind);
    std::set<std::string> given;
    for (const SettingText& row : config.settings) {
      given.insert(row.name);
      const std::string initial = table.value_of(row.name);
      EXPECT_TRUE(table.all.find(row.name)->set(row.items).ok());
      EXPECT_EQ(table.value_of(row.name), initial)
          << row.name << " in line " << row.line << " is not the default";
    }
    for (const Settings::Row& row : table.own.rows())
      EXPECT_EQ(given.count(row.name), 1u) << row.name << " is missing";
    EXPECT_EQ(given.count("budget"), 0u) << "the budget of the top file would not be shared";
  }
}

TEST(DetectorCatalog, the_file_of_a_detector_says_what_it_is_blind_to) {
  for (const DetectorKind* kind : catalog())
    EXPECT_NE(comments_of(read(config_path(*kind))).find("Blind to: " + std::string(kind->blind_to)),
              std::string::npos)
        << kind->name;
}

TEST(DetectorCatalog, every_detector_has_its_scenarios) {
  for (const DetectorKind* kind : catalog())
    for (const char* scenario : {"fires", "quiet", "boundary", "late", "flood"})
      EXPECT_TRUE(
          files::exists(kRoot + "/tests/detectors/" + std::string(kind->name) + "/" + scenario + ".yaml"))
          << kind->name << " lacks " << scenario;
}

TEST(DetectorCatalog, an_observer_refuses_damaged_bytes) {
  for (const DetectorKind* kind : catalog()) {
    SCOPED_TRACE(kind->name);
    const auto detector = built(*kind);
    ASSERT_NE(detector, nullptr);
    const auto observer = detector->observer();
    ASSERT_NE(observer, nullptr);
    for (const Time at : {kForever, from_ms(60000)}) {
      EXPECT_FALSE(observer->load(at, "model=m", std::string(64, '\xff')).ok());
      for (const std::string& bytes : garbage()) {
        observer->load(at, "model=m", bytes).ignore("some garbage may be well-formed");
        observer->load(at, bytes, bytes).ignore("some garbage may be well-formed");
      }
    }
  }
}

TEST(DetectorCatalog, a_judge_refuses_damaged_bytes) {
  for (const DetectorKind* kind : catalog()) {
    SCOPED_TRACE(kind->name);
    const auto detector = built(*kind);
    ASSERT_NE(detector, nullptr);
    const auto judge = detector->judge();
    ASSERT_NE(judge, nullptr);
    EXPECT_FALSE(judge->merge(from_ms(60000), "model=m", std::string(64, '\xff')).ok());
    for (const std::string& bytes : garbage()) {
      judge->load(bytes, bytes).ignore("some garbage may be well-formed");
      judge->load("model=m", bytes).ignore("some garbage may be well-formed");
      judge->merge(from_ms(60000), "model=m", bytes).ignore("some garbage may be well-formed");
      judge->merge(from_ms(60000), bytes, bytes).ignore("some garbage may be well-formed");
    }
  }
}

TEST(DetectorCatalog, the_shipped_configuration_is_good_and_builds) {
  ConfigErrors errors;
  const auto config = load_config(kRoot + "/config/vedette.yaml", catalog(), errors);
  for (const ConfigError& error : errors) ADD_FAILURE() << to_text(error);
  ASSERT_TRUE(config.ok());
  const auto detectors = build_detectors(*config, catalog());
  EXPECT_TRUE(detectors.ok()) << detectors.status().message();
}

}  // namespace
}  // namespace vedette
