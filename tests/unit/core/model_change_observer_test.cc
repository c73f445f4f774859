#include "core/model_change_observer.h"

#include <gtest/gtest.h>

#include <deque>

namespace vedette::model_change {
namespace {

constexpr Time kStart = from_ms(1'773'619'200'000);

struct Answer {
  std::string model = "m";
  std::string version = "1";
  std::string digest = {};
  Time time = kStart;
  std::int32_t status = 200;
};

/// Events with a score, as a decoder leaves them.
class AnswerBatch {
 public:
  const Batch& of(const std::vector<Answer>& answers, Time watermark = kDawn) {
    batch_.clear();
    texts_.clear();
    for (const Answer& answer : answers) append(answer, std::max(watermark, answer.time));
    return batch_;
  }
  Dictionary& names() { return names_; }

 private:
  void append(const Answer& answer, Time watermark) {
    Event event;
    event.time = answer.time;
    event.watermark = watermark;
    event.model = names_.symbol(answer.model);
    event.version = names_.symbol(answer.version);
    event.status = answer.status;
    if (!answer.digest.empty()) {
      texts_.push_back(answer.digest);
      batch_.words.push_back({hash_of(answer.digest), texts_.back()});
      event.model_digest = static_cast<WordIndex>(batch_.words.size() - 1);
    }
    event.first = static_cast<std::uint32_t>(batch_.values.size());
    event.count = 3;
    const std::vector<FieldId> fields = {names_.field(Section::output, "score"),
                                         names_.field(Section::probability, "yes"),
                                         names_.field(Section::probability, "no")};
    for (const FieldId field : fields) {
      batch_.keys.push_back(field);
      batch_.values.emplace_back(0.5);
    }
    event.shape = names_.shape(fields);
    batch_.events.push_back(event);
  }
  Dictionary names_{HashKey{3, 4}};
  Batch batch_{names_};
  std::deque<std::string> texts_;
};

class Partial final : public Partials {
 public:
  std::map<std::pair<Time, std::string>, std::string> panes;
  void put(Time pane_end, std::string_view scope, std::string_view bytes) override {
    panes[{pane_end, std::string(scope)}] = bytes;
  }
  void add(Time /*pane_end*/, std::string_view /*scope*/, std::string_view /*bytes*/) override {
    ADD_FAILURE() << "partials are left whole";
  }
  void find(Time /*ripe*/, const Finding& /*finding*/) override {}
};

Partial saved(ChangeObserver& observer) {
  Partial partial;
  observer.save(partial);
  return partial;
}

Seen observed(const std::vector<Answer>& answers, const ModelChangeSettings& settings = {}) {
  ChangeObserver observer(settings, Common{});
  AnswerBatch batch;
  observer.observe(batch.of(answers), {0, answers.size()});
  const Partial partial = saved(observer);
  EXPECT_EQ(partial.panes.size(), 1U);
  auto seen = decode_seen(partial.panes.begin()->second);
  EXPECT_TRUE(seen.ok());
  return std::move(*seen);
}

TEST(ModelChangeObserver, notes_versions_digests_and_output_types) {
  const Seen seen = observed({{.version = "7", .digest = "sha256:aa"}, {.version = ""}, {.version = "7"}});
  EXPECT_EQ(seen.events, 3U);
  EXPECT_EQ(seen.versions.find(hash_of("7"))->count, 2U);
  EXPECT_EQ(seen.versions.find(hash_of(""))->count, 1U);
  ASSERT_EQ(seen.digests.slots().size(), 1U);
  EXPECT_EQ(seen.digests.slots()[0].second.text, "sha256:aa");
  EXPECT_EQ(seen.outputs.find(hash_of("score"))->counts, (TypeCounts{3, 0, 0, 0, 0}));
  EXPECT_EQ(seen.outputs.find(hash_of("probabilities"))->counts, (TypeCounts{0, 0, 0, 3, 0}));
}

TEST(ModelChangeObserver, knows_outputs_by_name_when_the_dictionary_has_grown) {
  ChangeObserver observer({}, Common{});
  AnswerBatch batch;
  observer.observe(batch.of({{}}), {0, 1});
  for (int i = 0; i < 1000; ++i) batch.names().field(Section::feature, "f" + std::to_string(i));
  observer.observe(batch.of({{.model = "n"}}), {0, 1});
  const Partial partial = saved(observer);
  for (const auto& [key, bytes] : partial.panes) {
    const auto seen = decode_seen(bytes);
    ASSERT_TRUE(seen.ok());
    EXPECT_EQ(seen->outputs.find(hash_of("score"))->text, "score");
  }
}

TEST(ModelChangeObserver, requests_that_failed_are_left_out) {
  EXPECT_EQ(observed({{}, {.version = "99", .status = 404}}).versions.find(hash_of("99")), nullptr);
}

TEST(ModelChangeObserver, digests_are_compared_with_the_list) {
  ModelChangeSettings settings;
  settings.approved = {"sha256:aa*", "7@sha256:bb"};
  const Seen seen = observed({{.digest = "sha256:aaa"},
                              {.version = "7", .digest = "sha256:bb"},
                              {.version = "8", .digest = "sha256:bb"}},
                             settings);
  std::map<std::string, SeenDigest::Approval> found;
  for (const auto& [version, digest] :
       {std::pair("1", "sha256:aaa"), std::pair("7", "sha256:bb"), std::pair("8", "sha256:bb")})
    found[version] = seen.digests.find(digest_key(hash_of(version), hash_of(digest)))->approval;
  EXPECT_EQ(found["1"], SeenDigest::Approval::approved);
  EXPECT_EQ(found["7"], SeenDigest::Approval::approved);
  EXPECT_EQ(found["8"], SeenDigest::Approval::refused);
}

TEST(ModelChangeObserver, keeps_the_same_models_in_any_order) {
  Common common;
  common.max_keys = 10;
  std::vector<Answer> answers;
  for (int i = 0; i < 500; ++i) answers.push_back({.model = "m" + std::to_string(i % 100)});
  std::map<std::pair<Time, std::string>, std::string> kept;
  for (const bool reversed : {false, true}) {
    if (reversed) std::reverse(answers.begin(), answers.end());
    ChangeObserver observer({}, common);
    AnswerBatch batch;
    observer.observe(batch.of(answers), {0, answers.size()});
    const Partial partial = saved(observer);
    EXPECT_EQ(partial.panes.size(), 10U);
    EXPECT_GT(observer.tally().unwatched, 0U);
    EXPECT_TRUE(!reversed || partial.panes == kept);
    kept = partial.panes;
  }
}

TEST(ModelChangeObserver, restarts_change_nothing) {
  std::vector<Answer> answers;
  for (int i = 0; i < 600; ++i)
    answers.push_back({.version = std::to_string(i % 90), .digest = "sha256:" + std::to_string(i % 7)});
  AnswerBatch batch;
  auto observer = std::make_unique<ChangeObserver>(ModelChangeSettings{}, Common{});
  Partial partial;
  for (std::size_t at = 0; at < answers.size(); at += 50) {
    const auto from = answers.begin() + static_cast<std::ptrdiff_t>(at);
    observer->observe(batch.of({from, from + 50}), {0, 50});
    observer->save(partial);
    observer = std::make_unique<ChangeObserver>(ModelChangeSettings{}, Common{});
    for (const auto& [key, bytes] : partial.panes)
      ASSERT_TRUE(observer->load(key.first, key.second, bytes).ok());
  }
  EXPECT_EQ(partial.panes.begin()->second, encode(observed(answers)));
}

TEST(ModelChangeObserver, late_events_are_counted_and_judged_panes_go) {
  ChangeObserver observer({}, Common{});
  AnswerBatch batch;
  observer.observe(batch.of({{}}, kStart + kHour), {0, 1});
  EXPECT_EQ(observer.tally().late, 1U);
  EXPECT_TRUE(saved(observer).panes.empty());
  observer.observe(batch.of({{}}), {0, 1});
  EXPECT_EQ(observer.tally().panes, 1U);
  observer.judged(kStart + kHour);
  EXPECT_EQ(observer.tally().panes, 0U);
}

TEST(ModelChangeObserver, damaged_partials_are_refused) {
  ChangeObserver observer({}, Common{});
  EXPECT_FALSE(observer.load(kStart, "m", "damaged").ok());
  EXPECT_FALSE(observer.load(kStart + kSecond, "m", encode(Seen{})).ok());
}

}  // namespace
}  // namespace vedette::model_change
