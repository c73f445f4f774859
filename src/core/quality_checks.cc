#include "core/quality_checks.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace vedette::quality {
namespace {

constexpr std::uint32_t kFewRows = 20;
constexpr double kSome = 0.2;  ///< Of rows, that must usually be of a form for its checks to make sense.
constexpr double kNearlyAll = 0.95;
constexpr double kHalf = 0.5;
constexpr double kMoreStuck = 0.25;  ///< Than blocks ever were.
constexpr double kMoreTied = 0.1;
constexpr double kMostOf = 0.8;
constexpr double kStray = 0.1;
constexpr double kLeastLogShift = 0.6;  ///< Fourfold: no drift is that large so often as units are.
constexpr double kLogTolerance = 0.15;
constexpr double kLeastOffset = 0.25;  ///< Of the range, outside of it.
constexpr double kSampleRows = 64;     ///< That the sample of values is worth, since values come in runs.
constexpr std::uint64_t kFewestUnseenBlocks = 4;
/// Units that are mistaken for another: metric prefixes, time, angle, length, weight.
constexpr std::array<double, 15> kFactors{10, 100,    1000, 1e4,   1e5,  1e6,      1e9,     12,
                                          60, 3600.0, 24,   86400, 25.4, 57.29578, 28.34952};

struct Case {
  const View& view;
  const Column column;
  const NameHash field;
  const Norm& norm;
  const Facts facts;
  const Known& clients;
  const Limits& limits;
};

template <class Predicate>
std::vector<bool> marks(const Case& at, Predicate predicate) {
  std::vector<bool> broken;
  broken.reserve(at.column.cells.size());
  for (const Cell* cell : at.column.cells) broken.push_back(predicate(cell));
  return broken;
}

bool is_number(const Cell* cell) { return cell != nullptr && cell->form == Form::number; }

/// How a break may be the doing of one client.
enum class Alone : unsigned char {
  told,      ///< Whoever sends that is wrong.
  if_known,  ///< Who was not there before has his own way.
  never,     ///< One client's burst is no broken field.
};

/// Completes a break by who and since when; false: it is none.
bool settle(const Case& at, const std::vector<bool>& broken, Alone alone, Break& one) {
  const Broken rows = broken_rows(at.view, broken);
  if (!rows.lasts) return false;
  if (rows.client != 0) {
    if (alone == Alone::never) return false;
    if (alone == Alone::if_known && at.clients.is_new(rows.client)) return false;
  }
  one.field = at.field;
  one.n = at.facts.n;
  one.baseline_n = static_cast<double>(at.norm.blocks) * kBlock;
  one.since = rows.since;
  one.client = rows.client;
  one.client_share = rows.client_share;
  return true;
}

/// Independent rows, or blocks, that `count` of them are worth where so many are alike.
std::uint32_t worth(std::uint64_t count, double alike) {
  return static_cast<std::uint32_t>(static_cast<double>(count) / alike);
}

/// Whether something that was as rare as `usual` says holds for too many rows now, of which `alike` are
/// worth one.
bool rises(const Case& at, const Share& usual, std::uint32_t count, std::uint32_t of, double least,
           Break& one, double alike = 1) {
  if (of < kFewRows) return false;
  one.now = static_cast<double>(count) / of;
  one.before = usual.sum == 0 ? 0 : usual.mean();
  one.effect = one.now - one.before;
  one.threshold = least;
  if (one.now - std::max(usual.mean(), usual.largest()) < least) return false;
  one.probability = usual.tail(worth(count, alike), worth(of, alike));
  return one.probability <= at.limits.level;
}

/// Of something that no number of the baseline was.
Share never(const Norm& norm, double alike = 1) {
  Share share;
  share.blocks = std::max(1U, worth(norm.number_blocks, alike));
  return share;
}

/// Whether too many numbers are now what none of the baseline was.
bool numbers_rise(const Case& at, std::uint32_t count, double least, Break& one) {
  const double alike = at.norm.alike();
  return rises(at, never(at.norm, alike), count, at.facts.count(Form::number), least, one, alike);
}

bool check_form(const Case& at, Kind kind, Form form, Alone alone, Break& one) {
  one.kind = kind;
  one.form = form;
  one.usual = at.norm.usual_form();
  const Share& usual = at.norm.forms[static_cast<std::size_t>(form)];
  if (!rises(at, usual, at.facts.count(form), at.facts.n, at.limits.min_share, one)) return false;
  return settle(at, marks(at, [&](const Cell* cell) { return at.norm.form_of(cell) == form; }), alone, one);
}

bool check_type(const Case& at, Break& one) {
  for (const Form form : {Form::number, Form::text, Form::boolean, Form::vector, Form::other_vector})
    if (form != at.norm.usual_form() && check_form(at, Kind::type_change, form, Alone::told, one))
      return true;
  return false;
}

bool check_constant(const Case& at, Break& one) {
  one.kind = Kind::constant;
  one.value = at.facts.top_cell;
  if (at.norm.top.blocks < Norm::kFewestBlocks || at.facts.top < kNearlyAll * at.facts.present())
    return false;
  if (!rises(at, at.norm.top, at.facts.top, at.facts.present(), kMoreStuck, one)) return false;
  return settle(at, marks(at, [&](const Cell* cell) { return cell != nullptr && *cell == one.value; }),
                Alone::never, one);
}

/// A number that nobody would take for one of the others, such as -999 or, where none was below 0, -1.
bool is_sentinel(const Norm& norm, double number) {
  const double far = norm.range.width() > 0 ? norm.range.width() / 2 : std::abs(norm.range.high);
  return norm.range.beyond(number) > far || (number < 0 && norm.range.low >= 0);
}

bool check_sentinel(const Case& at, Break& one) {
  std::map<std::uint64_t, std::uint32_t> counts;
  for (const Cell* cell : at.column.cells)
    if (is_number(cell) && is_sentinel(at.norm, number_of(*cell))) ++counts[cell->bits];
  const auto most = std::max_element(counts.begin(), counts.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  if (most == counts.end()) return false;
  const std::uint32_t all = at.facts.count(Form::number);
  // Where all numbers are odd, it is not one that stands for something else.
  std::uint32_t odd = 0;
  for (const auto& [bits, count] : counts) odd += count;
  if (most->second < kMostOf * odd) return false;
  one.kind = Kind::sentinel;
  one.value = {at.field, most->first, Form::number};
  if (!rises(at, never(at.norm), most->second, all, at.limits.min_share, one)) return false;
  return settle(at, marks(at, [&](const Cell* cell) { return is_number(cell) && cell->bits == most->first; }),
                Alone::told, one);
}

/// One value among the others that was not there before, such as 0 for what is not known.
bool check_new_value(const Case& at, Break& one) {
  const Cell& top = at.facts.top_cell;
  if (at.facts.top == 0 || top.form != Form::number || at.norm.top.blocks < Norm::kFewestBlocks) return false;
  if (std::find(at.norm.values.begin(), at.norm.values.end(), number_of(top)) != at.norm.values.end())
    return false;
  one.kind = Kind::sentinel;
  one.value = top;
  const double least = std::max(kMoreTied, at.limits.min_share);
  if (!rises(at, at.norm.top, at.facts.top, at.facts.present(), least, one, at.norm.alike())) return false;
  one.before = 0;
  return settle(at, marks(at, [&](const Cell* cell) { return cell != nullptr && *cell == top; }),
                Alone::never, one);
}

/// The known factor by which all numbers seem multiplied; 1: none.
double unit_factor(double shift, double tolerance) {
  double best = 1;
  double best_distance = kLogTolerance + tolerance;
  for (const double factor : kFactors)
    for (const double sign : {1.0, -1.0}) {
      const double distance = std::abs(shift - sign * std::log10(factor));
      if (distance >= best_distance) continue;
      best_distance = distance;
      best = sign > 0 ? factor : 1 / factor;
    }
  return best;
}

bool check_unit(const Case& at, Break& one) {
  const Extent& usual = at.norm.log_medians;
  if (usual.empty() || std::isnan(at.facts.log_median)) return false;
  const double beyond = usual.beyond(at.facts.log_median);
  if (beyond < std::max(kLeastLogShift, 1.5 * usual.width())) return false;
  const double shift = at.facts.log_median - usual.middle();
  one.factor = unit_factor(shift, usual.width() / 2);
  if (one.factor == 1) return false;
  // Rows that are nearer to the new middle than to the old one, before and now.
  const double between = usual.middle() + shift / 2;
  const auto moved = [&](double number) {
    return number != 0 && (std::log10(std::abs(number)) > between) == (shift > 0);
  };
  const auto before = static_cast<double>(std::count_if(at.norm.values.begin(), at.norm.values.end(), moved));
  const std::vector<bool> broken =
      marks(at, [&](const Cell* cell) { return is_number(cell) && moved(number_of(*cell)); });
  const auto count = static_cast<std::uint32_t>(std::count(broken.begin(), broken.end(), true));
  const double a = (before + kHalf) / static_cast<double>(at.norm.values.size() + 1) * kSampleRows;
  const double alike = at.norm.alike();
  one.kind = Kind::unit_change;
  one.probability = beta_binomial_tail(a, std::max(kSampleRows - a, kHalf), worth(count, alike),
                                       worth(at.facts.count(Form::number), alike));
  if (one.probability > at.limits.level) return false;
  one.before = at.norm.medians.middle();
  one.now = at.facts.median;
  one.effect = std::pow(10, std::abs(shift));
  one.threshold = std::pow(10, kLeastLogShift);
  return settle(at, broken, Alone::never, one);
}

/// Most numbers are where none was.
bool check_offset(const Case& at, Break& one) {
  const double width = at.norm.range.width();
  const double beyond = at.norm.range.beyond(at.facts.median);
  if (!(width > 0) || beyond < kLeastOffset * width) return false;
  const auto outside = [&](const Cell* cell) {
    return is_number(cell) && at.norm.range.beyond(number_of(*cell)) > 0;
  };
  const std::vector<bool> broken = marks(at, outside);
  const auto count = static_cast<std::uint32_t>(std::count(broken.begin(), broken.end(), true));
  if (!numbers_rise(at, count, kHalf, one)) return false;
  one.kind = Kind::offset;
  one.before = at.norm.medians.middle();
  one.now = at.facts.median;
  one.effect = beyond / width;
  one.threshold = kLeastOffset;
  return settle(at, broken, Alone::never, one);
}

bool check_range(const Case& at, Break& one) {
  const Extent limits = at.norm.limits();
  const auto far = [&](const Cell* cell) { return is_number(cell) && limits.beyond(number_of(*cell)) > 0; };
  const std::vector<bool> broken = marks(at, far);
  const auto count = static_cast<std::uint32_t>(std::count(broken.begin(), broken.end(), true));
  one.kind = Kind::out_of_range;
  if (!numbers_rise(at, count, at.limits.min_share, one)) return false;
  for (const Cell* cell : at.column.cells)
    if (far(cell) && (one.value.form != Form::number ||
                      limits.beyond(number_of(*cell)) > limits.beyond(number_of(one.value))))
      one.value = *cell;
  return settle(at, broken, Alone::told, one);
}

bool check_numbers(const Case& at, Break& one) {
  const bool known = at.norm.share(Form::number) >= kSome && at.norm.number_blocks >= Norm::kFewestBlocks;
  if (!known || at.facts.count(Form::number) < kFewRows || at.norm.trends()) return false;
  for (const auto look : {check_sentinel, check_unit, check_offset, check_range, check_new_value}) {
    one = {};
    if (look(at, one)) return true;
  }
  return false;
}

bool check_texts(const Case& at, Break& one) {
  if (at.norm.share(Form::text) < kSome || at.norm.unseen.blocks < kFewestUnseenBlocks) return false;
  one.kind = Kind::cardinality;
  if (!rises(at, at.norm.unseen, at.facts.unseen, at.facts.unseen_of, at.limits.min_share, one)) return false;
  const auto unseen = [&](const Cell* cell) {
    return cell != nullptr && cell->form == Form::text && at.norm.words.is_new(cell->bits);
  };
  std::set<std::uint64_t> distinct;
  for (const Cell* cell : at.column.cells)
    if (unseen(cell)) {
      distinct.insert(cell->bits);
      one.value = *cell;
    }
  one.distinct = static_cast<std::uint32_t>(distinct.size());
  return settle(at, marks(at, unseen), Alone::if_known, one);
}

bool check_values(const Case& at, Break& one) {
  if (check_constant(at, one)) return true;
  one = {};
  if (check_numbers(at, one)) return true;
  one = {};
  return check_texts(at, one);
}

/// Rows from before a break make it look like another one; so those since then have the last word. None:
/// there are too few of them yet.
std::optional<Break> sharpened(const Case& at, const Break& one) {
  const auto first = std::find_if(at.view.rows.begin(), at.view.rows.end(),
                                  [&](const Row* row) { return from_ms(row->time) >= one.since; });
  const View since{{first, at.view.rows.end()}, at.view.pane};
  if (since.rows.size() < kFewRows) return std::nullopt;
  const Column column = column_of(since.rows, at.field);
  const Case later{since, column, at.field, at.norm, at.norm.facts_of(column), at.clients, at.limits};
  Break sharper;
  return check_values(later, sharper) ? sharper : one;
}

}  // namespace

Broken broken_rows(const View& view, const std::vector<bool>& broken) {
  Broken found;
  std::uint32_t fullest = 0;
  std::map<std::int64_t, std::uint32_t> panes;
  std::map<std::uint64_t, std::uint32_t> clients;
  for (std::size_t i = 0; i < view.rows.size(); ++i) {
    if (!broken[i]) continue;
    const Time time = from_ms(view.rows[i]->time);
    if (found.count++ == 0) found.since = time;
    fullest = std::max(fullest, ++panes[to_ms(floor_to(time, view.pane))]);
    ++clients[view.rows[i]->principal];
  }
  // One pane and a stray row are not two.
  found.lasts = found.count > fullest && found.count - fullest >= kStray * found.count;
  for (const auto& [client, count] : clients) {
    if (client == 0 || count < kMostOf * found.count) continue;
    const auto all = std::count_if(view.rows.begin(), view.rows.end(),
                                   [&, who = client](const Row* row) { return row->principal == who; });
    if (static_cast<double>(all) >= kMostOf * static_cast<double>(view.rows.size())) continue;
    found.client = client;
    found.client_share = static_cast<double>(count) / found.count;
  }
  return found;
}

std::optional<Break> check(const View& view, NameHash field, const Norm& norm, const Known& clients,
                           const Limits& limits) {
  const Column column = column_of(view.rows, field);
  const Case at{view, column, field, norm, norm.facts_of(column), clients, limits};
  Break one;
  if (check_form(at, Kind::missing_field, Form::absent, Alone::if_known, one)) return one;
  one = {};
  if (check_form(at, Kind::nulls, Form::null, Alone::if_known, one)) return one;
  one = {};
  if (check_type(at, one)) return one;
  one = {};
  if (!check_values(at, one)) return std::nullopt;
  return sharpened(at, one);
}

}  // namespace vedette::quality
