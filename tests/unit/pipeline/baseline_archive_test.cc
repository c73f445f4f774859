#include "pipeline/baseline_archive.h"

#include <gtest/gtest.h>

#include <fstream>

#include "core/catalog.h"
#include "core/mem_store.h"
#include "decode/decoders.h"
#include "pipeline/keys.h"
#include "pipeline/replay.h"
#include "support/temp_folder.h"

namespace vedette {
namespace {

constexpr std::int64_t kStart = 1772323200000;
constexpr std::int64_t kApart = 6000;
constexpr int kEvents = 3600;  ///< Of one recording: six hours.

/// `age` between `low` and 50 more.
void write_ages(const std::string& path, int first, int low) {
  std::ofstream out(path);
  for (int i = first; i < first + kEvents; ++i)
    out << R"({"schema":"vedette/1","kind":"inference","time":)" << kStart + i * kApart
        << R"(,"model":"m","version":"1","features":{"age":)" << low + i * 31 % 50 << "}}\n";
}

/// One store with its judges.
class Bench {
 public:
  explicit Bench(bool recorded) : recorded_(recorded) { open(); }

  void open() {
    detectors_ = std::move(build_detectors({}, catalog(), {"feature_drift"}, recorded_).value());
    alerts_ = std::make_unique<AlertStage>(AlertRules{});
    judge_ = std::make_unique<JudgeStage>(detectors_, store_, *alerts_, log_);
    ASSERT_TRUE(judge_->load().ok());
    StreamOptions options;
    options.decoder = decoders().front();
    replay_ = std::make_unique<Replay>(options, detectors_, store_, *judge_);
  }
  BaselineKeys learn(const std::string& path) {
    EXPECT_TRUE(replay_->learn(path).ok());
    auto models = learned_baselines(store_, detectors_, *judge_);
    EXPECT_TRUE(models.ok());
    EXPECT_EQ(models->size(), 1U);
    return (*models)["m"];
  }
  /// Sentences of the alerts that a recording raises.
  std::vector<std::string> run(const std::string& path) {
    std::vector<std::string> told;
    EXPECT_TRUE(replay_
                    ->run(path,
                          [&told](const Alert& alert) {
                            if (alert.activity == Alert::Activity::create) told.push_back(message_of(alert));
                          })
                    .ok());
    return told;
  }
  void adopt(const BaselineKeys& keys) {
    Changes changes;
    ASSERT_TRUE(judge_->adopt(0, keys.at("feature_drift"), changes).ok());
    ASSERT_TRUE(store_.commit(changes).ok());
  }
  JudgeStage& judge() { return *judge_; }
  Store& store() { return store_; }

 private:
  bool recorded_;
  SilentLog log_;
  MemStore store_;
  std::vector<BuiltDetector> detectors_;
  std::unique_ptr<AlertStage> alerts_;
  std::unique_ptr<JudgeStage> judge_;
  std::unique_ptr<Replay> replay_;
};

class BaselineArchiveTest : public testing::Test {
 protected:
  BaselineArchiveTest() {
    write_ages(young_, 0, 20);
    write_ages(older_, kEvents, 45);
    write_ages(later_, 2 * kEvents, 45);
    write_ages(back_, 3 * kEvents, 20);
  }
  BaselineVersion version_of(const std::string& model) {
    BaselineVersion version;
    version.model = model;
    version.by = "alice";
    version.source = "march.jsonl";
    version.records = 7;
    return version;
  }

  TempFolder folder_;
  const std::string young_ = folder_.file("young.jsonl");
  const std::string older_ = folder_.file("older.jsonl");
  const std::string later_ = folder_.file("later.jsonl");
  const std::string back_ = folder_.file("back.jsonl");
};

TEST_F(BaselineArchiveTest, an_adopted_baseline_judges_as_one_that_was_learned_in_place) {
  Bench learned(true);
  const BaselineKeys keys = learned.learn(young_);
  Bench adopted(false);
  adopted.adopt(keys);
  adopted.open();
  const auto told = learned.run(older_);
  EXPECT_FALSE(told.empty());
  EXPECT_EQ(adopted.run(older_), told);
}

TEST_F(BaselineArchiveTest, another_baseline_takes_over_for_what_is_not_judged_yet) {
  Bench elsewhere(true);
  const BaselineKeys older = elsewhere.learn(older_);
  Bench bench(true);
  bench.learn(young_);
  EXPECT_FALSE(bench.run(older_).empty());
  bench.adopt(older);
  bench.open();
  EXPECT_TRUE(bench.run(later_).empty());
  EXPECT_FALSE(bench.run(back_).empty()) << "what was normal once no longer is";
}

TEST_F(BaselineArchiveTest, a_forgotten_model_learns_anew) {
  Bench bench(true);
  bench.learn(young_);
  Changes changes;
  bench.judge().forget("m", changes);
  ASSERT_TRUE(bench.store().commit(changes).ok());
  EXPECT_TRUE(bench.judge().judge(0).baselines().empty());
  bench.store()
      .scan("d/", "e",
            [](std::string_view, std::string_view) {
              ADD_FAILURE() << "a directive is left";
              return true;
            })
      .ignore("the store is in memory");
  EXPECT_TRUE(bench.run(older_).empty());
}

TEST_F(BaselineArchiveTest, damaged_baselines_are_refused_and_change_nothing) {
  Bench elsewhere(true);
  const BaselineKeys keys = elsewhere.learn(young_);
  Bench bench(false);
  for (std::size_t i = 0; i < keys.at("feature_drift").size(); ++i) {
    StoredKeys damaged = keys.at("feature_drift");
    damaged[i].second.resize(damaged[i].second.size() / 2);
    Changes changes;
    EXPECT_FALSE(bench.judge().adopt(0, damaged, changes).ok());
    damaged[i].first.resize(2);
    EXPECT_FALSE(bench.judge().adopt(0, damaged, changes).ok());
    EXPECT_TRUE(changes.empty());
  }
}

TEST_F(BaselineArchiveTest, versions_are_numbered_by_model_and_one_is_active) {
  MemStore store;
  const BaselineArchive archive(store);
  const BaselineKeys keys{{"feature_drift", {{std::string("a\0b", 3), "one"}, {"c", "two"}}}};
  for (const char* model : {"m", "m", "other"}) {
    Changes changes;
    BaselineVersion version = version_of(model);
    ASSERT_TRUE(archive.add(version, keys, changes).ok());
    ASSERT_TRUE(archive.activate(version, changes).ok());
    ASSERT_TRUE(store.commit(changes).ok());
  }
  const auto all = archive.versions();
  ASSERT_TRUE(all.ok());
  std::vector<std::string> seen;
  for (const BaselineVersion& version : *all)
    seen.push_back(name_of(version) + " " + std::string(to_text(version.state)) + " " + version.by);
  EXPECT_EQ(seen,
            (std::vector<std::string>{"m@1 replaced alice", "m@2 active alice", "other@1 active alice"}));
  EXPECT_EQ(archive.find("m")->number, 2);
  EXPECT_EQ(archive.find("m@1")->number, 1);
  EXPECT_FALSE(archive.find("m@3").ok());
  EXPECT_EQ(archive.read(*archive.find("m@1")).value(), keys);
}

TEST_F(BaselineArchiveTest, a_damaged_list_is_refused) {
  MemStore store;
  Changes changes;
  std::string key = "b/";
  keys::append_text(key, "m");
  keys::append_number(key, 1);
  changes.put(key, "\x01\x09");
  ASSERT_TRUE(store.commit(changes).ok());
  EXPECT_FALSE(BaselineArchive(store).versions().ok());
}

}  // namespace
}  // namespace vedette
