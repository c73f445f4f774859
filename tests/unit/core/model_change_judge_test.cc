#include "core/model_change_judge.h"

#include <gtest/gtest.h>

#include "unit/core/label_store.h"

namespace vedette::model_change {
namespace {

using labels_test::Store;

constexpr Time kStart = from_ms(1'773'619'200'000);

/// What one model answers in a pane.
struct Told {
  std::string version = "1";
  std::string digest = {};
  std::uint64_t count = 10;
  TypeCounts score = {10, 0, 0, 0, 0};
};

Seen seen_of(const std::vector<Told>& all, Time start) {
  Seen seen;
  for (const Told& told : all) {
    seen.events += told.count;
    const NameHash version = hash_of(told.version);
    seen.versions.at(version)->merge({told.version, told.count, start, start + kSecond});
    if (!told.digest.empty())
      seen.digests.at(digest_key(version, hash_of(told.digest)))
          ->merge({version, told.digest, told.count, SeenDigest::Approval::unlisted});
    seen.outputs.at(hash_of("score"))->merge({"score", told.score});
  }
  return seen;
}

/// A judge that takes up its own state again before each pane, if `restarts`.
class Bench {
 public:
  explicit Bench(bool restarts = false, std::int64_t max_keys = 10000) : restarts_(restarts) {
    common_.max_keys = max_keys;
    settings_.settle = kHour;
    judge_ = std::make_unique<ChangeJudge>(settings_, common_);
  }
  void pane(const std::vector<Told>& all, const std::string& model = "m") {
    const Time end = kStart + (++panes_) * kMinute;
    EXPECT_TRUE(judge_->merge(end, model, encode(seen_of(all, end - kMinute))).ok());
    judge_->advance(end + common_.lateness, store);
    judge_->save(store);
    if (restarts_) restart();
  }
  void panes(int count, const std::vector<Told>& all) {
    for (int i = 0; i < count; ++i) pane(all);
  }
  void restart() {
    judge_ = std::make_unique<ChangeJudge>(settings_, common_);
    for (const auto& [key, bytes] : store.state) EXPECT_TRUE(judge_->load(key, bytes).ok());
  }
  std::vector<std::string> codes() const {
    std::vector<std::string> all;
    for (const auto& [ripe, finding] : store.findings)
      all.push_back(finding.reasons.front() + (finding.phase == Finding::Phase::recovered ? " over" : ""));
    return all;
  }
  ChangeJudge& judge() { return *judge_; }

  Store store;

 private:
  bool restarts_;
  Common common_;
  ModelChangeSettings settings_;
  std::unique_ptr<ChangeJudge> judge_;
  int panes_ = 0;
};

using Codes = std::vector<std::string>;

TEST(ModelChangeJudge, a_model_is_learned_silently_first) {
  Bench bench;
  bench.panes(30, {{.version = "1", .digest = "a"}});
  bench.panes(30, {{.version = "2", .digest = "b", .score = {0, 10, 0, 0, 0}}});
  EXPECT_EQ(bench.codes(), Codes{});
}

TEST(ModelChangeJudge, tells_a_new_version_once_and_softly) {
  Bench bench;
  bench.panes(70, {{}});
  bench.panes(30, {{.version = "2"}});
  ASSERT_EQ(bench.codes(), Codes{"NEW_VERSION"});
  const Finding& finding = bench.store.findings[0].second;
  EXPECT_TRUE(finding.minor);
  EXPECT_EQ(finding.entity.version, "2");
  EXPECT_EQ(finding.what,
            "version 2 answers, which was never seen before (10 events); until now it was version 1");
}

TEST(ModelChangeJudge, tells_another_digest_of_the_same_version) {
  Bench bench;
  bench.panes(70, {{.digest = "a"}});
  bench.panes(5, {{.digest = "b"}});
  bench.panes(5, {{.version = "2", .digest = "b"}});
  EXPECT_EQ(bench.codes(), (Codes{"NEW_DIGEST", "NEW_VERSION"}));
  EXPECT_EQ(bench.store.findings[0].second.what,
            "version 1 answers with another artifact under the same name: b instead of a (10 events)");
}

TEST(ModelChangeJudge, tells_two_versions_at_once_and_when_one_remains) {
  Bench bench;
  bench.panes(70, {{}});
  bench.panes(59, {{}, {.version = "2"}});
  EXPECT_EQ(bench.codes(), Codes{"NEW_VERSION"});
  // It has its twentieth of the events of late only after a few panes.
  bench.panes(8, {{}, {.version = "2"}});
  EXPECT_EQ(bench.codes(), (Codes{"NEW_VERSION", "TWO_VERSIONS"}));
  bench.panes(70, {{.version = "2"}});
  EXPECT_EQ(bench.codes(), (Codes{"NEW_VERSION", "TWO_VERSIONS", "TWO_VERSIONS over"}));
}

TEST(ModelChangeJudge, a_canary_below_a_twentieth_is_no_second_version) {
  Bench bench;
  bench.panes(70, {{}});
  bench.panes(200, {{.count = 97, .score = {97}}, {.version = "2", .count = 3, .score = {3}}});
  EXPECT_EQ(bench.codes(), Codes{"NEW_VERSION"});
}

TEST(ModelChangeJudge, tells_a_version_that_had_been_replaced) {
  Bench bench;
  bench.panes(70, {{}});
  bench.panes(61, {{.version = "2"}});
  bench.panes(1, {{}});
  EXPECT_EQ(bench.codes(), (Codes{"NEW_VERSION", "ROLL_BACK"}));
}

TEST(ModelChangeJudge, tells_another_type_of_an_output_once) {
  Bench bench;
  bench.panes(70, {{}});
  bench.panes(1, {{.score = {4, 6, 0, 0, 0}}});
  bench.panes(1, {{.score = {6, 4, 0, 0, 0}}});
  EXPECT_EQ(bench.codes(), Codes{});
  bench.panes(10, {{.score = {0, 10, 0, 0, 0}}});
  ASSERT_EQ(bench.codes(), Codes{"OUTPUT_TYPE"});
  EXPECT_EQ(bench.store.findings[0].second.what,
            "output score is text in 100 % of 20 events, where it was number; the version is the same");
}

/// A course with a bit of everything.
void live(Bench& bench) {
  bench.panes(70, {{.digest = "a"}});
  bench.panes(3, {{.digest = "b", .score = {0, 0, 10, 0, 0}}});
  bench.panes(80, {{.digest = "b"}, {.version = "2", .digest = "c"}});
  bench.panes(100, {{.version = "2", .digest = "c"}});
  bench.panes(2, {{.digest = "d"}});
}

TEST(ModelChangeJudge, restarts_after_each_pane_change_nothing) {
  Bench straight;
  Bench restarted(true);
  live(straight);
  live(restarted);
  EXPECT_GE(straight.codes().size(), 5U);
  EXPECT_EQ(straight.codes(), restarted.codes());
  EXPECT_EQ(straight.store.state, restarted.store.state);
}

TEST(ModelChangeJudge, state_is_bounded_whatever_is_invented) {
  Bench bench(false, 20);
  for (int pane = 0; pane < 100; ++pane) {
    std::vector<Told> all;
    for (int i = 0; i < 60; ++i)
      all.push_back({.version = std::to_string(pane * 100 + i), .digest = std::to_string(pane * 50 + i)});
    bench.pane(all, "m" + std::to_string(pane));
    bench.pane(all);
  }
  EXPECT_LE(bench.store.state.size(), 20U);
  EXPECT_GT(bench.judge().tally().evicted, 0U);
  for (const auto& [key, bytes] : bench.store.state) EXPECT_LT(bytes.size(), 32768U);
  // One finding speaks for all that come at once.
  EXPECT_LE(bench.store.findings.size(), 300U);
}

TEST(ModelChangeJudge, recorded_events_settle_a_model) {
  Bench bench;
  bench.panes(3, {{}});
  bench.judge().learned(kStart + 3 * kMinute, bench.store);
  bench.restart();
  bench.panes(1, {{.version = "2"}});
  EXPECT_EQ(bench.codes(), Codes{"NEW_VERSION"});
}

TEST(ModelChangeJudge, damaged_state_is_refused_or_harmless) {
  Bench bench;
  live(bench);
  const std::string bytes = bench.store.state.at("mm");
  EXPECT_FALSE(bench.judge().load("x", bytes).ok());
  EXPECT_FALSE(bench.judge().merge(kStart, "m", "damaged").ok());
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(ModelState{}.decode(std::string_view(bytes).substr(0, size)));
  Store store;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x7f);
    ModelState state;
    std::uint64_t evicted = 0;
    if (state.decode(damaged))
      step(state, seen_of({{.digest = "e"}}, kStart + kDay), kStart + kDay + kMinute,
           {kMinute, kHour, kHour, false}, evicted);
    EXPECT_LE(state.versions.size(), ModelState::kMostVersions + 1);
  }
}

}  // namespace
}  // namespace vedette::model_change
