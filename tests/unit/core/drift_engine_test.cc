#include <gtest/gtest.h>

#include <algorithm>

#include "core/drift_observer.h"
#include "unit/core/drift_rows.h"

namespace vedette::drift_test {
namespace {

/// Learns 4,000 events; then 1,000 as before, 1,500 changed, 2,500 as before.
std::unique_ptr<DriftRig> episode(const RigOptions& options, const std::function<void(Row&, Noise&)>& change,
                                  std::uint64_t seed = 1) {
  auto rig = std::make_unique<DriftRig>(kind(), options);
  rig->learn(rows_of({.seed = seed, .from = kStart, .events = 4000, .gap = Duration{500}, .change = {}}));
  const Time from = kStart + Duration{4000 * 500};
  int number = 0;
  rig->watch(rows_of({.seed = seed + 100,
                      .from = from,
                      .events = 5000,
                      .gap = Duration{500},
                      .change = [&](Row& row, Noise& noise) {
                        if (++number > 1000 && number <= 2500) change(row, noise);
                      }}));
  return rig;
}

TEST(DriftDetector, stays_quiet_on_its_own_baseline) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed)
    EXPECT_TRUE(episode(
                    recorded(), [](Row&, Noise&) {}, seed)
                    ->findings()
                    .empty())
        << seed;
}

TEST(DriftDetector, opens_on_a_shift_and_closes_after_it) {
  const auto rig = episode(recorded(), shift_age);
  ASSERT_GE(rig->findings().size(), 2U);
  const Finding& first = rig->findings().front().second;
  const Finding& last = rig->findings().back().second;
  EXPECT_EQ(first.phase, Finding::Phase::raised);
  EXPECT_EQ(first.subject, "age");
  EXPECT_GT(first.ratio, 1);
  EXPECT_GT(first.effect, first.effect_threshold);
  EXPECT_TRUE(first.provisional);
  EXPECT_EQ(first.reasons.front(), "MEAN_SHIFT");
  EXPECT_EQ(first.entity.model, "m");
  EXPECT_NEAR(static_cast<double>(to_ms(*first.change_since)),
              static_cast<double>(to_ms(kStart + Duration{5000 * 500})), 60e3);
  EXPECT_EQ(last.phase, Finding::Phase::recovered);
  EXPECT_EQ(last.group, first.group);
  EXPECT_EQ(rig->findings().front().first, first.at + RigOptions{}.common.lateness);
}

struct Spoilt {
  const char* name;
  std::size_t column;
  const char* subject;
  const char* reason;
  std::function<void(Row&, Noise&)> change;
};

TEST(DriftDetector, tells_what_is_wrong_with_a_feature) {
  const std::vector<Spoilt> cases = {
      {"null", 0, "age", "NULLS",
       [](Row& row, Noise& noise) {
         if (noise.uniform() < .2) row.values[0].second = std::monostate{};
       }},
      {"missing", 1, "amount", "MISSING",
       [](Row& row, Noise& noise) {
         if (noise.uniform() < .2) row.values.erase(row.values.begin() + 1);
       }},
      {"type", 0, "age", "TYPE",
       [](Row& row, Noise& noise) {
         if (noise.uniform() < .2) row.values[0].second = std::string("31");
       }},
      {"new", 2, "region", "NEW_VALUES",
       [](Row& row, Noise& noise) {
         if (noise.uniform() < .2) row.values[2].second = std::string("mars");
       }},
      {"unit", 1, "amount", "FAR_OUTLIERS", [](Row& row, Noise&) { row.values[1].second = 1e5; }},
      {"mix", 2, "region", "MIX", [](Row& row, Noise&) { row.values[2].second = std::string("us"); }},
      {"flag", 3, "vip", "MIX", [](Row& row, Noise& noise) { row.values[3].second = noise.uniform() < .6; }},
      {"scale", 0, "age", "SCALE",
       [](Row& row, Noise& noise) { row.values[0].second = 30 + 20 * noise.normal(); }},
      {"stuck", 0, "age", "STUCK", [](Row& row, Noise&) { row.values[0].second = 30.5; }},
  };
  for (const Spoilt& spoilt : cases) {
    const auto rig = episode(recorded(), spoilt.change);
    ASSERT_FALSE(rig->findings().empty()) << spoilt.name;
    const Finding& first = rig->findings().front().second;
    EXPECT_EQ(first.subject, spoilt.subject) << spoilt.name;
    EXPECT_EQ(first.reasons.front(), spoilt.reason) << spoilt.name << ": " << first.what;
    EXPECT_FALSE(first.top.empty());
    EXPECT_NE(first.what.find(spoilt.subject), std::string::npos);
  }
}

TEST(DriftDetector, names_what_moved_as_well_but_not_enough_for_an_alert) {
  const auto rig = episode(recorded(), [](Row& row, Noise&) {
    row.values[0].second = std::get<double>(row.values[0].second) + 8;
    row.values[1].second = std::get<double>(row.values[1].second) * 2.0;
  });
  ASSERT_FALSE(rig->findings().empty());
  const Finding& opened = rig->findings().front().second;
  EXPECT_EQ(opened.subjects, std::vector<std::string>{"age"});
  ASSERT_FALSE(opened.top.empty());
  EXPECT_EQ(opened.top.back().kind, "column");
  EXPECT_EQ(opened.top.back().name, "amount");
  EXPECT_GT(opened.top.back().share, 0);
  EXPECT_LT(opened.top.back().share, 0.5);
}

TEST(DriftDetector, features_that_drift_together_share_an_alert) {
  const auto rig = episode(recorded(), [](Row& row, Noise& noise) {
    shift_age(row, noise);
    row.values[1].second = std::get<double>(row.values[1].second) * 2.0;
  });
  std::vector<std::string> groups;
  std::size_t subjects = 0;
  for (const auto& [ripe, finding] : rig->findings()) {
    groups.push_back(finding.group);
    subjects = std::max(subjects, finding.subjects.size());
  }
  ASSERT_FALSE(groups.empty());
  EXPECT_EQ(std::count(groups.begin(), groups.end(), groups.front()),
            static_cast<std::ptrdiff_t>(groups.size()));
  EXPECT_EQ(subjects, 2U);
}

TEST(DriftDetector, split_and_batch_size_change_nothing) {
  const auto straight = episode(recorded(), shift_age);
  ASSERT_FALSE(straight->findings().empty());
  for (const std::size_t partitions : {2U, 5U}) {
    RigOptions options = recorded();
    options.partitions = partitions;
    options.batch_rows = 37 * partitions;
    EXPECT_EQ(encoded(*episode(options, shift_age)), encoded(*straight)) << partitions;
  }
}

TEST(DriftDetector, restart_after_every_batch_changes_nothing) {
  const auto straight = episode(recorded(), shift_age);
  DriftRig rig(kind(), recorded());
  rig.learn(rows_of({}));
  RigOptions options = recorded();
  options.common.recorded = false;
  options.restart_each_step = true;
  options.partitions = 2;
  DriftRig carried(kind(), options);
  carried.adopt(rig);
  int number = 0;
  carried.watch(rows_of({.seed = 101,
                         .from = kStart + Duration{4000 * 500},
                         .events = 5000,
                         .gap = Duration{500},
                         .change = [&](Row& row, Noise& noise) {
                           if (++number > 1000 && number <= 2500) shift_age(row, noise);
                         }}));
  EXPECT_EQ(encoded(carried), encoded(*straight));
}

TEST(DriftDetector, versions_are_judged_apart) {
  DriftRig rig(kind(), recorded());
  auto versioned = [](int shifted) {
    return [shifted, number = 0](Row& row, Noise&) mutable {
      row.version = ++number % 2 == 0 ? "1" : "2";
      if (row.version == "2") row.values[0].second = std::get<double>(row.values[0].second) + shifted;
    };
  };
  rig.learn(
      rows_of({.seed = 1, .from = kStart, .events = 8000, .gap = Duration{250}, .change = versioned(0)}));
  rig.watch(rows_of({.seed = 2,
                     .from = kStart + Duration{8000 * 250},
                     .events = 4000,
                     .gap = Duration{250},
                     .change = versioned(20)}));
  ASSERT_FALSE(rig.findings().empty());
  for (const auto& [ripe, finding] : rig.findings()) EXPECT_EQ(finding.entity.version, "2");
}

TEST(DriftDetector, a_small_scope_is_as_restless_as_the_large_one_of_its_model) {
  // Rows of the large version come in runs of one age, or not; those of the small one are the same.
  const auto alerts = [](int run) {
    const auto both = [&](std::uint64_t seed, Time from, int events, double shift) {
      double common = 0;
      int at = 0;
      return rows_of({.seed = seed,
                      .from = from,
                      .events = events,
                      .gap = Duration{500},
                      .change = [=](Row& row, Noise& noise) mutable {
                        const bool small = at % 8 == 0;
                        if (at++ % run == 0) common = 30 + 8 * noise.normal();
                        row.version = small ? "2" : "1";
                        std::get<double>(row.values[0].second) += small ? shift : common - 30;
                      }});
    };
    DriftRig rig(kind(), recorded());
    rig.learn(both(1, kStart, 6000, 0));
    rig.watch(both(2, kStart + kHour, 4000, 5));
    return std::count_if(rig.findings().begin(), rig.findings().end(), [](const auto& found) {
      return found.second.entity.version == "2" && found.second.subject == "age";
    });
  };
  EXPECT_GT(alerts(1), 0);
  EXPECT_EQ(alerts(400), 0);
}

TEST(DriftDetector, short_baseline_judges_nothing) {
  DriftRig rig(kind(), recorded());
  rig.learn(rows_of({.seed = 1, .from = kStart, .events = 200, .gap = Duration{500}, .change = {}}));
  rig.watch(rows_of({.seed = 2,
                     .from = kStart + Duration{200 * 500},
                     .events = 2000,
                     .gap = Duration{500},
                     .change = shift_age}));
  EXPECT_TRUE(rig.findings().empty());
}

double number_of(const Finding& finding, const std::string& name) {
  for (const auto& [key, value] : finding.numbers)
    if (key == name) return value;
  return -1;
}

TEST(DriftDetector, last_panes_that_nobody_judged_are_no_quiet_part_of_the_baseline) {
  const auto only_flag = [](double often) {
    return [often](Row& row, Noise& noise) {
      row.values = {{{Section::feature, "flag"}, noise.uniform() < often}};
    };
  };
  const auto blocks_of = [&](int events, bool to_the_end) {
    RigOptions options = recorded();
    options.common.lateness = 10 * kMinute;
    options.learn_to_the_end = to_the_end;
    DriftRig rig(kind(), options);
    rig.learn(rows_of(
        {.seed = 1, .from = kStart, .events = events, .gap = Duration{500}, .change = only_flag(.3)}));
    rig.watch(rows_of({.seed = 2,
                       .from = kStart + Duration{6000 * 500},
                       .events = 4000,
                       .gap = Duration{500},
                       .change = only_flag(.9)}));
    return rig.findings().empty() ? 0 : number_of(rig.findings().front().second, "effective_blocks");
  };
  // 119 panes of 20 seconds are 10 minutes old at the end of 6,000 events.
  EXPECT_GT(blocks_of(6000, false), 0);
  EXPECT_NEAR(blocks_of(6000, false), blocks_of(119 * 40, true), 1e-9);
}

TEST(DriftDetector, late_events_are_counted_and_left_out) {
  DriftRig rig(kind(), recorded());
  rig.learn(rows_of({}));
  std::vector<Row> rows = rows_of(
      {.seed = 2, .from = kStart + Duration{4000 * 500}, .events = 2000, .gap = Duration{500}, .change = {}});
  Row late = rows[10];
  late.identity = 77;
  rows.push_back(late);
  rig.watch(rows);
  EXPECT_EQ(rig.observed().late, 1U);
  EXPECT_EQ(rig.observed().counted, 2000U);
}

/// Keeps the last bytes of each pane.
struct LastPartials final : Partials {
  std::vector<std::string> bytes;
  void put(Time, std::string_view, std::string_view partial) override { bytes.emplace_back(partial); }
  void add(Time, std::string_view, std::string_view partial) override { bytes.emplace_back(partial); }
  void find(Time, const Finding&) override {}
};

TEST(DriftObserver, cells_sum_to_events_beyond_sixteen_bits) {
  constexpr std::size_t kEvents = 140'000;
  Dictionary names(HashKey{1, 2});
  Batch batch(names);
  const FieldId field = names.field(Section::feature, "flag");
  const ShapeId shape = names.shape(std::vector<FieldId>{field});
  for (std::size_t i = 0; i < 1000; ++i) {
    Event event;
    event.time = event.watermark = kStart + Duration{1};
    event.model = names.symbol("m");
    event.first = static_cast<std::uint32_t>(i);
    event.count = 1;
    event.shape = i % 2 == 0 ? shape : 0;
    batch.events.push_back(event);
    batch.values.push_back(Value::boolean(true));
    batch.keys.push_back(field);
  }
  drift::Profile profile;
  profile.id = 5;
  drift::ColumnSpec spec;
  spec.name = "flag";
  spec.numeric = false;
  spec.types = drift::kHasBooleans;
  spec.words = {{drift::hash_of(true), 0}, {drift::hash_of(false), 1}};
  profile.specs = {spec};
  profile.compile();
  Directive directive{drift::scope_key("m", ""), kDawn, {}};
  ByteWriter out(directive.bytes);
  profile.encode(out);

  const Everything source;
  drift::DriftObserver observer(source, Common{});
  observer.apply(directive);
  for (std::size_t seen = 0; seen < kEvents; seen += batch.events.size())
    observer.observe(batch, {0, batch.events.size()});
  LastPartials saved;
  observer.save(saved);
  ASSERT_EQ(saved.bytes.size(), 1U);
  const auto partial = drift::decode_partial(saved.bytes[0], 0);
  ASSERT_TRUE(partial.ok());
  EXPECT_EQ(partial->profile, 5U);
  EXPECT_EQ(partial->n, kEvents);
  EXPECT_EQ(partial->cells[0], kEvents);
  LastPartials again;
  observer.save(again);
  EXPECT_TRUE(again.bytes.empty());
}

TEST(DriftObserver, loads_back_what_it_saved_whether_profile_or_partial_comes_first) {
  const Everything source;
  drift::DriftObserver observer(source, Common{});
  EXPECT_FALSE(observer.load(kStart, "\x01m\x01x", "damaged").ok());
  EXPECT_EQ(observer.tally().panes, 0U);
}

}  // namespace
}  // namespace vedette::drift_test
