#include "core/drift_open_pane.h"

#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <string>
#include <vector>

namespace vedette::drift {
namespace {

/// Merges what a pane leaves, as the judge does.
class Left final : public Partials {
 public:
  void put(Time /*pane_end*/, std::string_view /*scope*/, std::string_view bytes) override {
    whole_.reset();
    merge(bytes);
  }
  void add(Time /*pane_end*/, std::string_view /*scope*/, std::string_view bytes) override {
    ++additions;
    merge(bytes);
  }
  void find(Time /*ripe*/, const Finding& /*finding*/) override {}
  const PanePartial& whole() const { return *whole_; }
  int additions = 0;

 private:
  void merge(std::string_view bytes) {
    Result<PanePartial> part = decode_partial(bytes, 0);
    ASSERT_TRUE(part.ok());
    if (whole_)
      ASSERT_TRUE(whole_->merge(*part).ok());
    else
      whole_ = std::move(*part);
  }
  std::optional<PanePartial> whole_;
};

/// A number and a word, which come in either order.
struct OpenPaneTest : testing::Test {
  OpenPaneTest() {
    ColumnSpec age;
    age.name = "age";
    age.edges = {20, 40, 60};
    ColumnSpec plan;
    plan.name = "plan";
    plan.numeric = false;
    plan.types = kHasWords;
    plan.words = {{7, 0}, {9, 1}};
    profile.id = 1;
    profile.specs = {age, plan};
    profile.compile();
    columns.emplace(profile);
    batch.words = {{}, {7, "basic"}, {9, "gold"}, {11, "new"}};
    forth.steps = {{0, 0}, {1, 1}};
    back.steps = {{0, 1}, {1, 0}};
  }

  /// The observer's part of one event.
  NotedRows& note(OpenPane& pane, const CountPlan& plan, Value number, Value word) {
    pane.begin_event(profile.cells());
    ++pane.n;
    NotedRows& noted = pane.note(plan);
    for (const CountPlan::Step& step : plan.steps) noted.add(step.column == 0 ? number : word, batch);
    return noted;
  }

  Profile profile;
  std::optional<Columns> columns;
  Dictionary names{HashKey{1, 2}};
  Batch batch{names};
  CountPlan forth;
  CountPlan back;
};

TEST_F(OpenPaneTest, every_event_is_counted_once_whenever_the_pane_is_left) {
  const std::vector<std::uint64_t> hashes{0, 7, 9, 11};
  for (const unsigned leave_every : {1U, 3U, 50U, 5000U}) {
    BoundProfile bound{*columns, profile};
    OpenPane pane;
    pane.bound = &bound;
    pane.profile = profile.id;
    std::vector<std::uint32_t> expected(profile.cells());
    std::mt19937_64 random(5);
    Left left;
    for (unsigned i = 1; i <= 5000; ++i) {
      // Most fall into one cell, so that it holds more than eight bits could.
      const Value number(random() % 10 == 0 ? static_cast<double>(random() % 80) : 30.0);
      const Value word = Value::word(static_cast<WordIndex>(1 + random() % 3));
      ++expected[profile.cell(profile.line(0), number, hashes)];
      ++expected[profile.cell(profile.line(1), word, hashes)];
      note(pane, random() % 4 == 0 ? back : forth, number, word);
      if (i % leave_every == 0 || i == 5000) pane.leave("scope", left);
    }
    EXPECT_EQ(left.whole().n, 5000U);
    EXPECT_EQ(left.whole().cells, expected) << leave_every;
    EXPECT_EQ(left.additions > 0, leave_every <= 3) << leave_every;
  }
}

TEST_F(OpenPaneTest, a_witness_has_the_cells_of_its_own_event) {
  BoundProfile bound{*columns, profile};
  OpenPane pane;
  pane.bound = &bound;
  for (std::uint64_t i = 0; i < 6; ++i) {
    NotedRows& noted = note(pane, forth, Value(i == 4 ? 70.0 : 30.0), Value::word(i == 4 ? 2 : 1));
    if (i == 4) noted.add(Witness{.rank = 3, .principal = 12, .name = {}, .segments = {}, .cells = {}});
  }
  EXPECT_TRUE(pane.witnesses.empty());
  pane.settle();
  ASSERT_EQ(pane.witnesses.rows().size(), 1U);
  const std::vector<std::uint64_t> hashes{9};
  const std::vector<std::uint16_t> cells{
      static_cast<std::uint16_t>(profile.cell(profile.line(0), Value(70.0), hashes)),
      static_cast<std::uint16_t>(profile.cell(profile.line(1), Value::word(0), hashes))};
  EXPECT_EQ(pane.witnesses.rows()[0].cells, cells);
  EXPECT_EQ(pane.witnesses.rows()[0].principal, 12U);
}

}  // namespace
}  // namespace vedette::drift
