#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

#include "core/drift_geometry.h"
#include "core/drift_learning.h"
#include "core/drift_panes.h"
#include "core/drift_quantiles.h"
#include "core/drift_watch.h"
#include "unit/core/drift_rows.h"

namespace vedette::drift {
namespace {

Cells cells_of(std::initializer_list<double> counts) {
  Cells cells = Cells::Zero();
  std::copy(counts.begin(), counts.end(), cells.begin());
  return cells;
}

TEST(DriftPanes, length_fits_the_rate_and_the_span) {
  EXPECT_EQ(pane_length(6000, Duration{375'000}), 10 * kSecond);
  EXPECT_EQ(pane_length(20'000, kDay), 3 * kMinute);
  EXPECT_EQ(pane_length(40'000, 2 * kDay), 3 * kMinute);
  EXPECT_EQ(pane_length(54'500, 7 * kDay), 10 * kMinute);
  EXPECT_EQ(pane_length(5'000'000, 7 * kDay), 5 * kMinute);
  EXPECT_EQ(pane_length(10, 7 * kDay), kHour);
}

TEST(DriftPanes, levels_follow_the_number_of_panes) {
  const std::array<std::pair<int, int>, 6> expected = {
      {{15, 0}, {16, 1}, {31, 1}, {32, 2}, {120, 3}, {2016, 7}}};
  for (const auto& [panes, levels] : expected) EXPECT_EQ(level_count(panes), levels) << panes;
}

TEST(DriftPanes, learning_pane_divides_every_possible_pane) {
  EXPECT_EQ(learning_pane(7 * kDay), 5 * kMinute);
  EXPECT_EQ(learning_pane(kDay), kMinute);
  EXPECT_EQ(learning_pane(kHour), 10 * kSecond);
  EXPECT_EQ(learning_pane(60 * kDay), kHour);
}

TEST(DriftPanes, slots_know_the_weekend) {
  EXPECT_EQ(slot_of(from_ms(1'772'446'542'123)), 10);                  // Monday 2026-03-02 10:15
  EXPECT_EQ(slot_of(from_ms(1'772'446'542'123) + 5 * kDay), 24 + 10);  // Saturday
  EXPECT_EQ(slot_of(from_ms(0)), 0);                                   // Thursday
  EXPECT_EQ(slot_of(from_ms(-1)), 23);
}

TEST(DriftGeometry, distance_and_noise_of_a_known_window) {
  const Cells baseline = cells_of({400, 300, 200, 100, 0});
  const Distance x = distance(cells_of({30, 30, 20, 15, 5}), baseline / 1000, 100, 1000);
  EXPECT_NEAR(x.d, .248922811, 1e-9);
  EXPECT_DOUBLE_EQ(x.mc, 3);
  EXPECT_DOUBLE_EQ(x.a, .011);
  EXPECT_DOUBLE_EQ(x.m, .033);
  EXPECT_NEAR(x.effect(), .215922811, 1e-9);
  EXPECT_NEAR(noise(x, .02), .00757547, 1e-8);
}

TEST(DriftGeometry, observed_as_expected_has_no_distance) {
  const Cells counts = cells_of({40, 30, 20, 10});
  EXPECT_DOUBLE_EQ(distance(counts, counts / 100, 100, 1000).d, 0);
}

TEST(DriftGeometry, ten_times_the_events_never_raise_the_noise) {
  const Cells counts = cells_of({40, 3, 1, .02, 0, 7});
  for (double n = 30; n < 1e6; n *= 10) {
    const Distance few = distance(counts, counts / counts.sum(), n, 1e4);
    const Distance many = distance(counts, counts / counts.sum(), 10 * n, 1e5);
    EXPECT_LE(many.m, few.m) << n;
  }
}

TEST(DriftGeometry, special_view_pools_ordinary_cells_only) {
  Cells cells = Cells::Ones();
  const Cells numeric = seen(View::special, cells, true);
  EXPECT_EQ(numeric[1], 16);
  EXPECT_EQ(numeric[kFarBelow], 1);
  EXPECT_EQ(numeric[kFarAbove], 1);
  EXPECT_EQ(numeric.sum(), cells.sum());
  cells[kFarAbove] = 0;
  const Cells categorical = seen(View::special, cells, false);
  EXPECT_EQ(categorical[0], 16);
  EXPECT_EQ(categorical[kOther], 1);
  EXPECT_EQ(categorical.sum(), cells.sum());
}

TEST(DriftGeometry, coarse_view_pools_numbers_to_quarters) {
  const Cells cells = Cells::Ones();
  const Cells numeric = seen(View::coarse, cells, true);
  EXPECT_EQ(numeric[0], 5);  // Four bins and what is far below.
  EXPECT_EQ(numeric[1], 4);
  EXPECT_EQ(numeric[3], 5);
  EXPECT_EQ(numeric[4], 0);
  EXPECT_EQ(numeric[kNull], 1);
  EXPECT_EQ(numeric.sum(), cells.sum());
  EXPECT_TRUE((seen(View::coarse, cells, false) == cells).all());
}

TEST(DriftGeometry, shares_of_clients_add_up) {
  const Cells one = cells_of({60, 25, 15});
  const Cells two = cells_of({10, 10, 80});
  const Cells expected = cells_of({50, 30, 20});
  const double first = shift_share(one, expected, one + two, 2 * expected);
  const double second = shift_share(two, expected, one + two, 2 * expected);
  EXPECT_NEAR(first, -.02485953, 1e-8);
  EXPECT_NEAR(second, .36766426, 1e-8);
  EXPECT_NEAR(shift_share(one + two, 2 * expected, one + two, 2 * expected), .34280472, 1e-8);
}

TEST(DriftDecision, ratio_weighs_noise_allowance_and_effect) {
  EXPECT_NEAR(alpha_of(0, 7, 40, 5 * kMinute), 1.77154195e-6, 1e-14);
  EXPECT_NEAR(normal_deviate(alpha_of(0, 7, 40, 5 * kMinute)), 4.63652907, 1e-8);
  EXPECT_NEAR(normal_deviate(alpha_of(2, 7, 40, 5 * kMinute)), 4.34117412, 1e-8);
  EXPECT_NEAR(normal_deviate(alpha_of(6, 7, 40, 5 * kMinute)), 3.68717506, 1e-8);
  const double alpha = alpha_of(2, 7, 40, 5 * kMinute);
  EXPECT_NEAR(student_deviate(alpha, 9), 8.45633259, 1e-7);
  Wander wander;
  wander.known = true;
  wander.tau = .0004;
  wander.se = .0001;
  wander.blocks = 10;
  const std::array<double, 1> no_tail{};
  const double allowed = allowance({&wander, 1}, no_tail, alpha);
  EXPECT_NEAR(std::sqrt(allowed), .14912423, 1e-8);
  const Distance x = distance(cells_of({30, 30, 20, 15, 5}), cells_of({.4, .3, .2, .1, 0}), 100, 1000);
  const Limit limit{normal_deviate(alpha), allowed, 100, .02};
  EXPECT_NEAR(margin(x, limit, 100), .40620660, 1e-8);
  EXPECT_NEAR(ratio(x, limit, 100), .78103759, 1e-7);
}

TEST(DriftDecision, firing_effect_is_where_the_ratio_passes_the_limit) {
  Distance x = distance(cells_of({30, 30, 20, 15, 5}), cells_of({.4, .3, .2, .1, 0}), 100, 1000);
  const Limit limit{4, .01, 100, .02};
  x.d = x.m + firing_effect(x, limit, 100, 1.5);
  EXPECT_NEAR(ratio(x, limit, 100), 1.5, 1e-9);
}

TEST(DriftDecision, unknown_wander_never_fires) {
  const Distance x = distance(cells_of({0, 0, 0, 0, 100}), cells_of({1, 0, 0, 0, 0}), 100, 1000);
  EXPECT_EQ(ratio(x, Limit{4, allowance({}, {}, 1e-6), 100, .02}, 100), 0);
}

TEST(DriftLearning, tail_of_known_deviates) {
  std::vector<double> deviates{2.2, 2.4, 2.6, 2.8, 3, 3.2, 3.5, 4, 5, 7};
  for (int i = 0; i < 90; ++i) deviates.push_back(-2 + 4.0 * i / 89);
  EXPECT_NEAR(fit_tail(deviates, 1).deviate(1e-6), 25.13096735, 1e-7);
  EXPECT_NEAR(fit_tail(deviates, 1.5).deviate(1e-6), 16.86196474, 1e-7);
}

TEST(DriftLearning, slow_wander_leaves_few_effective_blocks) {
  std::vector<Wander> levels(5);
  const std::array<double, 5> tau = {.01, .009, .006, 0, .002};
  for (std::size_t l = 0; l < levels.size(); ++l) {
    levels[l].known = l != 3;
    levels[l].tau = tau[l];
  }
  set_effective_blocks(levels, 2016);
  EXPECT_NEAR(2016 / levels[0].blocks, 12.8, 1e-9);
  EXPECT_NEAR(levels[0].blocks, 157.5, 1e-9);
}

/// A column whose cells are: two bins and null.
struct OneColumn {
  BaselinePanes panes;
  OneColumn() {
    panes.start = from_ms(1'772'409'600'000);
    panes.pane = 5 * kMinute;
    panes.columns = 1;
    for (int pane = 0; pane < 64; ++pane) {
      panes.n.push_back(40);
      std::array<std::uint32_t, kJudged> cells{};
      cells[1] = pane % 2 == 0 ? 22 : 18;
      cells[2] = 40 - cells[1];
      panes.cells.insert(panes.cells.end(), cells.begin(), cells.end());
    }
  }
  static std::array<std::uint32_t, kStored> pane(int number) {
    std::array<std::uint32_t, kStored> cells{};
    const bool drifted = number > 8 && number <= 32;
    cells[1] = drifted ? 10 : number % 2 == 1 ? 22 : 18;
    cells[kStoredNull] = drifted ? 10 : 0;
    cells[2] = 40 - cells[1] - cells[kStoredNull];
    return cells;
  }
};

TEST(DriftGeometry, an_empty_cell_counts_less_when_steadied) {
  const Cells baseline = cells_of({0.05, 0.95});
  const Cells window = cells_of({0, 100});
  EXPECT_NEAR(distance(window, baseline, 100, 4000).d, .202565, 1e-6);
  EXPECT_NEAR(steady_distance(window, baseline, 100, 4000).d, .0865793, 1e-6);
  const Cells even = cells_of({5, 95});
  EXPECT_NEAR(steady_distance(even, baseline, 100, 4000).d, 0, 1e-12);
}

TEST(DriftEngine, known_series_has_known_allowances) {
  const OneColumn series;
  const BaselineModel model = learn(series.panes, {ColumnFacts{true, false}}, Budget{1, 2});
  ASSERT_EQ(model.levels, 3 + kStillLevels);
  const std::array<double, 3> full = {.18287573, .15170486, .11363011};
  const std::array<double, 3> special = {.15377955, .12756807, .09555115};
  const std::array<double, 3> z = {3.76681427, 3.58999222, 3.40510934};
  for (std::size_t level = 0; level < 3; ++level) {
    EXPECT_NEAR(std::sqrt(model.columns[0].allowance[0][level]), full[level], 1e-8);
    EXPECT_NEAR(std::sqrt(model.columns[0].allowance[2][level]), special[level], 1e-8);
    EXPECT_NEAR(model.z[level], z[level], 1e-8);
  }
  EXPECT_FALSE(model.columns[0].still);
  for (std::size_t level = 3; level < 3 + kStillLevels; ++level)
    EXPECT_TRUE(std::isinf(model.columns[0].allowance[0][level])) << level;
}

/// Two days that begin before midnight, of a column that follows the hour.
TEST(DriftLearning, two_days_show_a_daily_rhythm_wherever_they_begin) {
  BaselinePanes panes;
  panes.start = from_ms(1'772'409'600'000) + 85'500 * kSecond;  // 23:45.
  panes.pane = 15 * kMinute;
  panes.columns = 2;
  drift_test::Noise noise(5);
  for (int at = 0; at < 193; ++at) {
    panes.n.push_back(40);
    const double hour = static_cast<double>(at) / 4;
    for (const double share : {.5 + .3 * std::sin(2 * M_PI * hour / 24), .5}) {
      std::array<std::uint32_t, kJudged> cells{};
      for (int event = 0; event < 40; ++event) ++cells[noise.uniform() < share ? 1 : 2];
      panes.cells.insert(panes.cells.end(), cells.begin(), cells.end());
    }
  }
  const BaselineModel model =
      learn(panes, {ColumnFacts{true, false}, ColumnFacts{true, false}}, Budget{1, 4});
  EXPECT_EQ(model.columns[0].profile.season, Season::daily);
  for (int level = 0; level < model.levels - kStillLevels; ++level)
    EXPECT_LT(model.columns[0].allowance[0][static_cast<std::size_t>(level)], 1) << level;
  EXPECT_EQ(model.columns[1].profile.season, Season::flat);
  EXPECT_TRUE(model.columns[1].still);
}

/// Sixty-four panes of nothing but chance, then a shift.
TEST(DriftEngine, still_columns_are_judged_in_windows_of_half_and_all_of_the_baseline) {
  BaselinePanes panes;
  panes.start = from_ms(1'772'409'600'000);
  panes.pane = kMinute;
  panes.columns = 1;
  drift_test::Noise noise(3);
  const auto pane = [&noise](double share) {
    std::array<std::uint32_t, kJudged> cells{};
    for (int event = 0; event < 40; ++event) ++cells[noise.uniform() < share ? 1 : 2];
    return cells;
  };
  for (int at = 0; at < 64; ++at) {
    panes.n.push_back(40);
    const auto cells = pane(.5);
    panes.cells.insert(panes.cells.end(), cells.begin(), cells.end());
  }
  Watch watch(learn(panes, {ColumnFacts{true, false}}, Budget{1, 2}), {true}, .002);
  ASSERT_TRUE(watch.model().columns[0].still);
  EXPECT_EQ(watch.model().columns[0].allowance[0][3], 0);
  EXPECT_EQ(watch.model().columns[0].allowance[0][4], 0);
  for (int at = 1; at <= 64; ++at) {
    std::array<std::uint32_t, kStored> stored{};
    const auto cells = pane(.44);
    std::copy_n(cells.begin(), 3, stored.begin());
    watch.close_pane(at, panes.time_of(63 + at), 40, stored);
    if (at == 32) {
      EXPECT_GT(watch.look(0, 3).value().ratio, 1);
    }
  }
  EXPECT_GT(watch.look(0, 4).value().ratio, 1.2);
}

TEST(DriftEngine, known_series_opens_and_closes_where_it_must) {
  const OneColumn series;
  Watch watch(learn(series.panes, {ColumnFacts{true, false}}, Budget{1, 2}), {true}, .02);
  int opened = 0;
  int closed = 0;
  const std::array<double, 4> ratios = {.999, 1.98309 / kMarginKept, 2.49114 / kMarginKept,
                                        2.93972 / kMarginKept};
  for (int pane = 1; pane <= 72; ++pane) {
    const auto cells = OneColumn::pane(pane);
    const Time start = series.panes.time_of(63 + pane);
    for (const Transition& transition : watch.close_pane(pane, start, 40, cells)) {
      if (transition.kind == Transition::Kind::opened) opened = pane;
      if (transition.kind == Transition::Kind::closed) closed = pane;
    }
    if (pane >= 9 && pane <= 12) {
      EXPECT_NEAR(watch.life().last_ratio(0, 0), ratios[static_cast<std::size_t>(pane - 9)], 1e-5) << pane;
    }
    if (pane == 12) {
      EXPECT_EQ(watch.since_change(0, View::full).panes, 4);
    }
  }
  EXPECT_EQ(opened, 10);
  EXPECT_EQ(closed, 37);
  EXPECT_EQ(watch.life().open_alerts(), 0U);
}

TEST(DriftEngine, saved_and_loaded_watch_goes_on_alike) {
  const OneColumn series;
  const BaselineModel model = learn(series.panes, {ColumnFacts{true, false}}, Budget{1, 2});
  Watch straight(model, {true}, .02);
  Watch carried(model, {true}, .02);
  for (int pane = 1; pane <= 72; ++pane) {
    const auto cells = OneColumn::pane(pane);
    const Time start = series.panes.time_of(63 + pane);
    EXPECT_EQ(straight.close_pane(pane, start, 40, cells).size(),
              carried.close_pane(pane, start, 40, cells).size());
    std::string bytes;
    ByteWriter writer(bytes);
    model.encode(writer);
    ByteReader reader(bytes);
    Watch next(BaselineModel::decode(reader), {true}, .02);
    EXPECT_TRUE(reader.done());
    for (int block = 0; block < 3 * Bank::kBlocks; ++block) {
      std::string saved;
      ByteWriter out(saved);
      carried.bank().encode_block(block / Bank::kBlocks, block % Bank::kBlocks, out);
      ByteReader in(saved);
      ASSERT_TRUE(next.bank().decode_block(block / Bank::kBlocks, block % Bank::kBlocks, in));
    }
    next.bank().skip_to(carried.bank().at());
    std::string life;
    ByteWriter out(life);
    carried.life().encode(out);
    ByteReader in(life);
    ASSERT_TRUE(next.life().decode(in));
    carried = std::move(next);
    EXPECT_EQ(straight.life().last_ratio(0, 0), carried.life().last_ratio(0, 0));
  }
}

}  // namespace
}  // namespace vedette::drift
