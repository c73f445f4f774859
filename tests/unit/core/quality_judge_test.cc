#include "core/quality_judge.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <random>

#include "unit/core/label_store.h"
#include "vedette/hash.h"

namespace vedette::quality {
namespace {

using labels_test::Store;

constexpr Time kStart = from_ms(1'773'619'200'000);
constexpr int kRows = 32;

/// Fields of one row, by name, beside an amount and a place.
using Spoil = std::function<void(std::map<std::string, Cell>& fields, Row& row, std::mt19937_64& random)>;

Cell text(const std::string& word) { return {0, hash_of(word), Form::text}; }

/// A judge that is fed 32 rows per pane and takes up its own state again after each, if `restarts`. Its
/// baseline are 90 minutes, learned live or `recorded`.
class Bench {
 public:
  explicit Bench(bool restarts = false, Duration accept_after = kDay, bool recorded = false)
      : restarts_(restarts) {
    settings_.learn_for = kHour;
    settings_.accept_after = accept_after;
    common_.recorded = recorded;
    judge_ = std::make_unique<QualityJudge>(settings_, common_);
    if (recorded) judge_->sampled(kStart, store);
    panes(90);
    if (recorded) judge_->learned(kStart + 90 * kMinute, store);
  }
  void panes(int count, const Spoil& spoil = nullptr) {
    for (int i = 0; i < count; ++i) pane(spoil);
  }
  std::vector<std::string> told() const {
    std::vector<std::string> all;
    for (const auto& [ripe, finding] : store.findings) {
      std::string line = finding.reasons.back() + " " + finding.subject;
      if (finding.phase == Finding::Phase::recovered) line += " over";
      all.push_back(line);
    }
    return all;
  }

  Store store;

 private:
  void pane(const Spoil& spoil) {
    const Time end = kStart + (++panes_) * kMinute;
    Sample sample(kRows);
    for (int i = 0; i < kRows; ++i) {
      Row row{random_(),
              to_ms(end - kMinute) + i,
              hash_of("1"),
              hash_of("c" + std::to_string(random_() % 6)),
              {}};
      std::map<std::string, Cell> fields;
      fields["amount"] = number_cell(0, std::normal_distribution<>(50, 5)(random_));
      fields["age"] = number_cell(0, static_cast<double>(20 + random_() % 50));
      fields["place"] = text("p" + std::to_string(random_() % 6));
      if (spoil) spoil(fields, row, random_);
      add(fields, std::move(row), sample);
    }
    sample.events = kRows;
    EXPECT_TRUE(judge_->merge(end, "m", sample.encode()).ok());
    judge_->advance(end + common_.lateness, store);
    judge_->save(store);
    if (restarts_) restart();
  }
  static void add(const std::map<std::string, Cell>& fields, Row row, Sample& sample) {
    for (const auto& [name, cell] : fields) {
      row.cells.push_back(cell);
      row.cells.back().field = field_hash(Section::feature, name);
      sample.name(row.cells.back().field, field_text(Section::feature, name));
    }
    std::sort(row.cells.begin(), row.cells.end());
    sample.add(std::move(row));
  }
  void restart() {
    judge_ = std::make_unique<QualityJudge>(settings_, common_);
    for (const auto& [key, bytes] : store.state) ASSERT_TRUE(judge_->load(key, bytes).ok()) << key;
  }

  bool restarts_;
  Common common_;
  QualitySettings settings_;
  std::unique_ptr<QualityJudge> judge_;
  std::mt19937_64 random_{11};
  int panes_ = 0;
};

using Lines = std::vector<std::string>;

TEST(QualityJudge, sound_rows_are_silent) {
  Bench bench;
  bench.panes(500);
  EXPECT_EQ(bench.told(), Lines{});
}

TEST(QualityJudge, a_field_that_goes_missing_is_told_until_it_is_back) {
  Bench bench;
  bench.panes(5, [](auto& fields, Row&, auto&) { fields.erase("amount"); });
  EXPECT_EQ(bench.told(), Lines{"MISSING_FIELD amount"});
  bench.panes(20);
  EXPECT_EQ(bench.told(), (Lines{"MISSING_FIELD amount", "MISSING_FIELD amount over"}));
}

TEST(QualityJudge, rows_of_what_is_over_are_not_told_again) {
  const Spoil tenfold = [](auto& fields, Row&, auto&) {
    fields["amount"] = number_cell(0, number_of(fields["amount"]) * 10);
  };
  Bench bench(false, kDay,
              true);  // Less than 256 rows at first, then all of them with those that were broken.
  bench.panes(3, tenfold);
  bench.panes(15);
  EXPECT_EQ(bench.told(), (Lines{"UNIT_CHANGE amount", "UNIT_CHANGE amount over"}));
  bench.panes(3, tenfold);
  EXPECT_EQ(bench.told().size(), 3U) << "the tenfold is not normal";
}

TEST(QualityJudge, fields_that_break_together_are_one_alert) {
  Bench bench;
  bench.panes(4, [](auto& fields, Row&, auto&) { fields["amount"] = fields["age"] = Cell{}; });
  ASSERT_EQ(bench.store.findings.size(), 1U);
  EXPECT_EQ(bench.store.findings[0].second.reasons, Lines{"NULLS"});
  EXPECT_EQ(bench.store.findings[0].second.subjects.size(), 2U);
}

TEST(QualityJudge, tells_types_sentinels_stuck_and_unknown_texts) {
  const std::map<std::string, Spoil> cases = {
      {"TYPE_CHANGE amount", [](auto& fields, Row&, auto&) { fields["amount"] = text("50"); }},
      {"SENTINEL age",
       [](auto& fields, Row&, auto& random) {
         if (random() % 8 == 0) fields["age"] = number_cell(0, -1);
       }},
      {"SENTINEL amount",
       [](auto& fields, Row&, auto& random) {
         if (random() % 3 == 0) fields["amount"] = number_cell(0, 50);
       }},
      {"CONSTANT age", [](auto& fields, Row&, auto&) { fields["age"] = number_cell(0, 33); }},
      {"CONSTANT place", [](auto& fields, Row&, auto&) { fields["place"] = text("p3"); }},
      {"CARDINALITY place",
       [](auto& fields, Row&, auto& random) { fields["place"] = text("x" + std::to_string(random())); }},
      {"NEW_FIELD height", [](auto& fields, Row&, auto&) { fields["height"] = number_cell(0, 1); }}};
  for (const auto& [line, spoil] : cases) {
    Bench bench;
    bench.panes(12, spoil);
    EXPECT_EQ(bench.told(), Lines{line});
  }
}

TEST(QualityJudge, tells_units_offsets_and_far_numbers) {
  const auto moved = [](double factor, double offset, unsigned of) {
    return [=](std::map<std::string, Cell>& fields, Row&, std::mt19937_64& random) {
      if (random() % of == 0)
        fields["amount"] = number_cell(0, number_of(fields["amount"]) * factor + offset);
    };
  };
  for (const auto& [line, spoil] : std::map<std::string, Spoil>{{"UNIT_CHANGE amount", moved(0.001, 0, 1)},
                                                                {"OFFSET amount", moved(1, 60, 1)},
                                                                {"OUT_OF_RANGE amount", moved(31, 0, 5)}}) {
    Bench bench;
    bench.panes(12, spoil);
    EXPECT_EQ(bench.told(), Lines{line});
  }
}

TEST(QualityJudge, a_spell_of_numbers_that_run_is_no_other_unit) {
  // Rows of a pane are alike, as prices of one hour are.
  const auto prices = [](double factor) {
    return [=](std::map<std::string, Cell>& fields, Row& row, std::mt19937_64& random) {
      std::mt19937_64 of_pane(static_cast<std::uint64_t>(to_ms(floor_to(from_ms(row.time), kMinute))));
      const double level = 50 * std::exp(std::normal_distribution<>(0, 0.2)(of_pane));
      fields["amount"] = number_cell(0, level * factor * std::normal_distribution<>(1, 0.02)(random));
    };
  };
  for (const auto& [panes, told] : {std::pair(3, Lines{}), std::pair(12, Lines{"UNIT_CHANGE amount"})}) {
    Bench bench;
    bench.panes(400, prices(1));
    bench.panes(panes, prices(25));
    if (panes == 3) bench.panes(20, prices(1));
    EXPECT_EQ(bench.told(), told) << panes;
  }
}

TEST(QualityJudge, a_version_that_adds_a_field_is_told_from_one_that_renames) {
  Bench bench;
  const auto of_version = [](auto& fields, Row& row, auto&) {
    row.version = hash_of("2");
    fields["height"] = number_cell(0, 1);
  };
  bench.panes(4, of_version);
  EXPECT_EQ(bench.told(), Lines{"SCHEMA_EVOLUTION height"});
  Bench other;
  other.panes(4, [&](auto& fields, Row& row, auto& random) {
    of_version(fields, row, random);
    fields.erase("age");
  });
  EXPECT_EQ(other.told(), (Lines{"NEW_FIELD height", "MISSING_FIELD age"}));
}

TEST(QualityJudge, names_the_client_who_sends_it) {
  Bench bench;
  bench.panes(12, [](auto& fields, Row& row, auto&) {
    if (row.principal == hash_of("c1")) fields["amount"] = Cell{};
  });
  ASSERT_EQ(bench.told(), Lines{"NULLS amount"});
  EXPECT_EQ(bench.store.findings[0].second.top.back().kind, "client");
}

TEST(QualityJudge, a_new_client_has_its_own_fields) {
  Bench bench;
  bench.panes(60, [](auto& fields, Row& row, auto& random) {
    if (random() % 3 != 0) return;
    row.principal = hash_of("newcomer");
    fields.erase("age");
    fields["campaign"] = text("a");
  });
  EXPECT_EQ(bench.told(), Lines{});
}

TEST(QualityJudge, one_bad_pane_is_no_break) {
  Bench bench;
  bench.panes(1, [](auto& fields, Row&, auto&) { fields.erase("amount"); });
  bench.panes(10);
  EXPECT_EQ(bench.told(), Lines{});
}

TEST(QualityJudge, what_lasts_becomes_normal) {
  Bench bench(false, kHour);
  bench.panes(200, [](auto& fields, Row&, auto&) { fields["amount"] = number_cell(0, 7); });
  EXPECT_EQ(bench.told(), (Lines{"CONSTANT amount", "ACCEPTED amount over"}));
}

TEST(QualityJudge, restarts_change_nothing) {
  const Spoil spoil = [](auto& fields, Row&, auto& random) {
    if (random() % 10 == 0) fields["amount"] = Cell{};
  };
  Bench steady;
  Bench shaken(true);
  for (Bench* bench : {&steady, &shaken}) {
    bench->panes(15, spoil);
    bench->panes(20);
  }
  EXPECT_EQ(steady.told(), (Lines{"NULLS amount", "NULLS amount over"}));
  EXPECT_EQ(shaken.told(), steady.told());
  EXPECT_EQ(shaken.store.state, steady.store.state);
}

TEST(QualityJudge, refuses_damaged_state) {
  Bench bench;
  for (const auto& [key, bytes] : bench.store.state) {
    QualityJudge judge({}, {});
    EXPECT_EQ(judge.load(key, bytes).ok(), key.starts_with('m'));
    for (std::size_t size = 1; size < bytes.size(); size += 7)
      EXPECT_FALSE(judge.load(key, bytes.substr(0, size)).ok());
  }
}

}  // namespace
}  // namespace vedette::quality
