#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "core/drift_observer.h"
#include "unit/core/drift_rig.h"
#include "vedette/drift.h"

namespace vedette::drift_test {
namespace {

/// Watches every feature.
class Everything final : public ColumnSource {
 public:
  Use use_of(const Field& field) const override {
    return {field.section == Section::feature ? field.name : std::string{}, false};
  }
};
struct Params {
  DriftSettings drift;
  void describe(Settings& table) { drift.describe(table); }
  Result<std::unique_ptr<Detector>> build(const Common& common) const {
    return make_drift_detector(std::make_unique<Everything>(), drift, common);
  }
};
DetectorKind kind() {
  DetectorKind result{};
  result.name = "drift";
  result.plan = plan_of<Params>;
  return result;
}

constexpr Time kStart = from_ms(1'772'409'600'000);

/// Reproducible noise without the standard library's distributions.
class Noise {
 public:
  explicit Noise(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15ULL + 1) {}
  double uniform() { return static_cast<double>(mix64(state_ += 0x9e3779b97f4a7c15ULL) >> 11) * 0x1p-53; }
  double normal() { return std::sqrt(-2 * std::log(1 - uniform())) * std::cos(2 * M_PI * uniform()); }

 private:
  std::uint64_t state_;
};

struct Plan {
  std::uint64_t seed = 1;
  Time from = kStart;
  int events = 4000;
  Duration gap{500};
  std::function<void(Row&, Noise&)> change;
};

std::vector<Row> rows_of(const Plan& plan) {
  Noise noise(plan.seed);
  std::vector<Row> rows;
  for (int i = 0; i < plan.events; ++i) {
    Row row;
    row.time = plan.from + i * plan.gap;
    row.identity = mix64(plan.seed * 1'000'003 + static_cast<std::uint64_t>(i));
    row.values = {{{Section::feature, "age"}, 30 + 8 * noise.normal()},
                  {{Section::feature, "amount"}, std::exp(noise.normal())},
                  {{Section::feature, "region"}, std::string(noise.uniform() < .6 ? "eu" : "us")},
                  {{Section::feature, "vip"}, noise.uniform() < .1}};
    if (plan.change) plan.change(row, noise);
    rows.push_back(std::move(row));
  }
  return rows;
}

RigOptions recorded() {
  RigOptions options;
  options.common.recorded = true;
  return options;
}

std::vector<std::string> encoded(const DriftRig& rig) {
  std::vector<std::string> all;
  for (const auto& [ripe, finding] : rig.findings()) {
    ByteWriter out(all.emplace_back());
    out.i64(to_ms(ripe));
    encode(finding, out);
  }
  return all;
}

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

void shift_age(Row& row, Noise&) { row.values[0].second = std::get<double>(row.values[0].second) + 10; }

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

TEST(DriftDetector, features_that_drift_together_share_an_alert) {
  const auto rig = episode(recorded(), [](Row& row, Noise& noise) {
    shift_age(row, noise);
    row.values[1].second = std::get<double>(row.values[1].second) * 5;
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

RigOptions live() {
  RigOptions options;
  options.settings = {{"learn_for", "1h"}};
  return options;
}

/// Six hours of one event per second; `change` applies to the last `changed` of them.
std::vector<Row> live_rows(int changed, const std::function<void(Row&, Noise&)>& change,
                           std::uint64_t seed = 3) {
  constexpr int kEvents = 6 * 3600;
  int number = 0;
  return rows_of({.seed = seed,
                  .from = kStart,
                  .events = kEvents,
                  .gap = Duration{1000},
                  .change = [=](Row& row, Noise& noise) mutable {
                    if (++number > kEvents - changed) change(row, noise);
                  }});
}

TEST(DriftLive, learns_by_itself_and_then_finds_a_shift) {
  DriftRig rig(kind(), live());
  rig.watch(live_rows(3000, shift_age));
  ASSERT_EQ(rig.directives().size(), 2U);
  ASSERT_FALSE(rig.findings().empty());
  EXPECT_EQ(rig.findings().front().second.subject, "age");
  EXPECT_TRUE(rig.findings().front().second.provisional);
  EXPECT_EQ(rig.observed().unwatched, 0U);
}

TEST(DriftLive, directives_leave_observers_their_horizon) {
  DriftRig rig(kind(), live());
  rig.watch(live_rows(0, shift_age));
  for (const Directive& directive : rig.directives()) {
    EXPECT_EQ(directive.effective, floor_to(directive.effective, 10 * kSecond));
    EXPECT_GT(directive.effective, kStart + kHorizon);
  }
  EXPECT_TRUE(rig.findings().empty());
}

TEST(DriftLive, split_and_restarts_change_nothing) {
  DriftRig straight(kind(), live());
  straight.watch(live_rows(3000, shift_age));
  ASSERT_FALSE(straight.findings().empty());
  RigOptions options = live();
  options.partitions = 3;
  options.batch_rows = 100;
  options.restart_each_step = true;
  DriftRig carried(kind(), options);
  carried.watch(live_rows(3000, shift_age));
  EXPECT_EQ(carried.directives().size(), straight.directives().size());
  for (std::size_t i = 0; i < straight.directives().size(); ++i) {
    EXPECT_EQ(carried.directives()[i].bytes, straight.directives()[i].bytes);
    EXPECT_EQ(carried.directives()[i].effective, straight.directives()[i].effective);
  }
  EXPECT_EQ(encoded(carried), encoded(straight));
}

TEST(DriftLive, invented_models_push_out_no_watched_one) {
  RigOptions options = live();
  options.common.max_keys = 4;
  DriftRig rig(kind(), options);
  std::vector<Row> rows = live_rows(3000, shift_age);
  for (std::size_t i = 0; i < rows.size(); i += 7) rows[i].model = "invented" + std::to_string(i);
  rig.watch(rows);
  ASSERT_FALSE(rig.findings().empty());
  for (const auto& [ripe, finding] : rig.findings()) EXPECT_EQ(finding.entity.model, "m");
  EXPECT_GT(rig.judged().evicted, 0U);
  EXPECT_LE(rig.judged().keys, 4U);
}

/// Keeps the last bytes of each pane.
struct LastPartials final : Partials {
  std::vector<std::string> bytes;
  void put(Time, std::string_view, std::string_view partial) override { bytes.emplace_back(partial); }
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
