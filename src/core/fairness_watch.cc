#include "core/fairness_watch.h"

#include <algorithm>
#include <functional>

#include "core/drift_quantiles.h"

namespace vedette::fairness {
namespace {

/// Shorter windows are not looked at, nor those below this part of a shorter history: one client that asks
/// odd questions for some minutes must not fill one.
constexpr Duration kShortest = kHour;
constexpr std::int64_t kShortestPart = 24;
/// Blocks grow no further than that unless a model answers seldom.
constexpr Duration kLongestBlock = 30 * kMinute;
constexpr std::uint64_t kFewEvents = 20'000;  ///< In all blocks.
constexpr Duration kMostHistory = 90 * kDay;
constexpr Duration kRemind = 7 * kDay;

double deviate(int level, Duration block, double tests, double budget) {
  const double looks =
      static_cast<double>(kWeek.count()) / static_cast<double>((quarter_blocks(level) * block).count());
  return drift::normal_deviate(std::min(0.05, budget / (kMostLevels * looks * tests)));
}

}  // namespace

std::vector<labels::Name> Watch::chosen(std::size_t field, const Rules& rules) const {
  std::vector<std::pair<std::uint64_t, labels::Name>> all;
  for (const auto& [name, group] : groups_)
    // The settings may have named other fields before.
    if (group.field == field && group.text.starts_with(rules.fields[field].shown + "="))
      all.emplace_back(group.events, name);
  std::sort(all.begin(), all.end(), std::greater<>());
  all.resize(std::min(all.size(), static_cast<std::size_t>(rules.settings.max_groups)));
  std::vector<labels::Name> names;
  for (const auto& [events, name] : all) names.push_back(name);
  std::sort(names.begin(), names.end());
  return names;
}

Cells& Watch::block_of(Time pane_start) {
  const Time start = floor_to(pane_start, block_);
  dirty_.insert(start);
  return blocks_[start];
}

void Watch::add(labels::Name group, Metric metric, const Count& count) {
  block_of(seen_)[group][index_of(metric)].add(count);
  if (!baseline_) totals_[group][index_of(metric)].add(count);
}

void Watch::drop_group(labels::Name name) {
  for (auto& [start, cells] : blocks_)
    if (cells.erase(name) > 0) dirty_.insert(start);
  totals_.erase(name);
  groups_.erase(name);
}

/// Null: there are groups enough that have more events than this one in its first pane.
Group* Watch::place(labels::Name name, const GroupCount& count, const Rules& rules, std::uint64_t& left_out) {
  if (const auto found = groups_.find(name); found != groups_.end()) return &found->second;
  std::int64_t known = 0;
  auto least = groups_.end();
  for (auto group = groups_.begin(); group != groups_.end(); ++group) {
    if (group->second.field != count.field) continue;
    ++known;
    if (least == groups_.end() || group->second.events < least->second.events) least = group;
  }
  if (known >= kCandidates * rules.settings.max_groups) {
    ++left_out;
    if (count.events <= least->second.events) return nullptr;
    drop_group(labels::Name{least->first});
  }
  return &groups_.emplace(name, Group{count.field, count.text, 0, {}}).first->second;
}

std::uint64_t Watch::count(const GroupCounts& counts, const Rules& rules) {
  std::uint64_t left_out = 0;
  for (const auto& [hash, count] : counts.slots()) {
    if (count.field >= rules.fields.size()) continue;
    const auto name = static_cast<labels::Name>(hash);
    Group* const group = place(name, count, rules, left_out);
    if (group == nullptr) continue;
    group->events += count.events;
    group->last = seen_;
    add(name, Metric::selection, {count.events, count.favourable});
  }
  return left_out;
}

void Watch::labelled(const std::vector<labels::Name>& groups, bool said, bool truth) {
  const Metric metric = truth ? Metric::true_positive : Metric::false_positive;
  for (const labels::Name group : groups)
    if (groups_.contains(group)) add(group, metric, {1, said ? 1U : 0U});
}

void Watch::coarsen() {
  for (const auto& [start, cells] : blocks_) dirty_.insert(start);
  block_ *= 2;
  Blocks coarse;
  for (const auto& [start, cells] : blocks_) fairness::add(coarse[floor_to(start, block_)], cells);
  blocks_ = std::move(coarse);
  for (const auto& [start, cells] : blocks_) dirty_.insert(start);
  from_ = from_ == kDawn ? from_ : ceil_to(from_, block_);
}

/// Blocks become longer, or the oldest go, and with them groups that were not seen since.
void Watch::make_room() {
  while (blocks_.size() >= kMostBlocks) {
    std::uint64_t events = 0;
    for (const auto& [start, cells] : blocks_)
      for (const auto& [name, cell] : cells) events += cell[index_of(Metric::selection)].n;
    const bool seldom = events < kFewEvents && seen_ - blocks_.begin()->first < kMostHistory;
    if (2 * block_ <= kLongestBlock || seldom) {
      coarsen();
      continue;
    }
    dirty_.insert(blocks_.begin()->first);
    blocks_.erase(blocks_.begin());
  }
  std::vector<labels::Name> gone;
  for (const auto& [name, group] : groups_)
    if (!blocks_.empty() && group.last < blocks_.begin()->first) gone.push_back(name);
  for (const labels::Name name : gone) drop_group(name);
}

void Watch::learn(Time until) {
  baseline_ = Baseline{first_, until, std::move(totals_)};
  totals_.clear();
  from_ = ceil_to(until, block_);
}

void Watch::end_recording() {
  if (!baseline_ && first_ != kDawn) learn(floor_to(seen_, block_) + block_);
}

void Watch::resume(Time from) {
  from_ = std::max(from_, ceil_to(from, block_));
  courses_.clear();
  waits_ = false;
}

std::vector<News> Watch::begin(Time pane_start, const Rules& rules) {
  std::vector<News> news;
  if (pane_start == seen_) return news;
  if (first_ == kDawn) {
    first_ = pane_start;
    block_ = rules.pane;
  }
  const bool new_block = !blocks_.empty() && blocks_.rbegin()->first < floor_to(pane_start, block_);
  if (new_block && !rules.recording) {
    const Time now = floor_to(pane_start, block_);
    const Time last = blocks_.rbegin()->first + block_;
    const Duration span = last - blocks_.begin()->first;
    for (int level = 0; level < kMostLevels; ++level) {
      const Time end = ceil_to(last, quarter_blocks(level) * block_);
      const Duration length = window_blocks(level) * block_;
      if (end <= now && length >= std::min(kShortest, span / kShortestPart))
        look_level(level, end, rules, news);
    }
  }
  if (!baseline_ && !rules.recording && pane_start >= first_ + rules.settings.learn_for) {
    learn(pane_start);
    waits_ = rules.approval;
  }
  seen_ = pane_start;
  if (new_block) make_room();
  return news;
}

void Watch::look_level(int level, Time end, const Rules& rules, std::vector<News>& news) {
  const Time start = end - window_blocks(level) * block_;
  if (start < from_ || start < blocks_.begin()->first) return;
  const Window window(blocks_, start, end);
  for (std::size_t field = 0; field < rules.fields.size(); ++field) {
    const std::vector<labels::Name> groups = chosen(field, rules);
    if (groups.size() < 2) continue;
    const double z = deviate(
        level, block_, rules.tests(groups.size()) * static_cast<double>(rules.fields.size()), rules.budget);
    for (const Metric metric : kAllMetrics) {
      const Course& course = courses_[{field, metric}];
      if (start < course.from) continue;
      Spans told = course.told;
      if (course.open) told.emplace_back(course.open->since, end);
      Look look = compare(window, groups, metric, z, in_force(), told, rules);
      look.field = field;
      decide(std::move(look), rules, news);
    }
  }
}

void Watch::decide(Look look, const Rules& rules, std::vector<News>& news) {
  Course& course = courses_[{look.field, look.metric}];
  // The alert has closed by itself.
  if (course.open && look.end > course.open->told + kQuietCloses) course.open.reset();
  if (course.open) {
    look.since = course.open->since;
    return go_on(course, std::move(look), news);
  }
  if (look.broken.empty()) return;
  look.since = onset(blocks_, look, rules);
  Open& open = course.open.emplace(Open{look.end - look.start, look.end, look.end, look.since, {}});
  for (const Comparison& pair : look.broken) open.groups.insert(pair.group);
  std::vector<labels::Name> groups(open.groups.begin(), open.groups.end());
  news.push_back({Finding::Phase::raised, std::move(look), std::move(groups)});
}

/// While an alert is open: further groups join it, it is confirmed, or it is over.
void Watch::go_on(Course& course, Look look, std::vector<News>& news) {
  Open& open = *course.open;
  const Duration length = look.end - look.start;
  const std::size_t before = open.groups.size();
  for (const Comparison& pair : look.broken) open.groups.insert(pair.group);
  const bool joined = open.groups.size() > before;
  std::vector<labels::Name> groups(open.groups.begin(), open.groups.end());
  if (!look.broken.empty()) {
    const bool due = length >= open.length && look.end >= open.seen + length;
    if (!joined && !due) return;
    open.seen = look.end;
    const bool remind = look.end >= open.told + kRemind;
    if (remind) open.told = look.end;
    news.push_back({remind ? Finding::Phase::raised : Finding::Phase::notice, std::move(look), groups});
    return;
  }
  const bool over = std::all_of(groups.begin(), groups.end(), [&look](labels::Name group) {
    const auto has = [group](const std::vector<labels::Name>& all) {
      return std::find(all.begin(), all.end(), group) != all.end();
    };
    return has(look.judged) && !has(look.unclear);
  });
  if (length < open.length || !over) return;
  // What the alert told is not told again by longer windows.
  course.from = look.start;
  course.told.emplace_back(open.since, look.start);
  if (course.told.size() > kMostTold) course.told.erase(course.told.begin());
  course.open.reset();
  news.push_back({Finding::Phase::recovered, std::move(look), std::move(groups)});
}

}  // namespace vedette::fairness
