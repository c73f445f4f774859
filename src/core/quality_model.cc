#include "core/quality_model.h"

#include <algorithm>
#include <tuple>

namespace vedette::quality {
namespace {

/// Rows that are looked at: few show soon what is broken altogether, many what is broken in part.
constexpr std::size_t kFewRows = 64;
constexpr std::size_t kManyRows = 256;
constexpr std::size_t kViews = 2;
constexpr double kNewShare = 0.2;  ///< Of rows that have a new field.
constexpr double kMostOf = 0.8;
constexpr std::uint32_t kFewestOfBlock = 2;  ///< Rows with a field, for it to be learned.
/// What is broken is sound again only if it is no longer odd at all.
constexpr double kLenientLevel = 0.01;
constexpr double kFewestTests = 8;

bool clearer(const Break& a, const Break& b) {
  return std::tuple(a.probability, -a.effect, a.field) < std::tuple(b.probability, -b.effect, b.field);
}

std::map<NameHash, std::uint32_t> counts_of(const std::vector<const Row*>& rows) {
  std::map<NameHash, std::uint32_t> counts;
  for (const Row* row : rows)
    for (const Cell& cell : row->cells) ++counts[cell.field];
  return counts;
}

}  // namespace

bool ModelState::learning(const Rules& rules) const {
  if (rules.recording) return true;
  const bool in_time = settled_ || pane_end_ - rules.window >= first_ + rules.learn_for;
  return !in_time || blocks_ < Norm::kFewestBlocks;
}

std::vector<Told> ModelState::step(Sample sample, Time end, const Rules& rules, std::vector<Time>& gone,
                                   std::uint64_t& left_out) {
  events_ += sample.events;
  pane_end_ = std::max(pane_end_, end);
  keep(std::move(sample), end);
  std::vector<Told> told;
  if (!learning(rules)) {
    const Kinds kinds = judge(rules);
    adopt(kinds, rules, told, left_out);
    follow(kinds, rules, told);
  }
  learn_old(rules, gone, left_out);
  return told;
}

void ModelState::keep(Sample sample, Time end) {
  for (const auto& [rank, row] : sample.rows()) first_ = std::min(first_, from_ms(row.time));
  sample.forget_names([this](NameHash hash) { return fields_.contains(hash); });
  panes_.push_back({end, std::move(sample)});
}

void ModelState::restore(Time end, Sample sample) {
  const auto place =
      std::find_if(panes_.begin(), panes_.end(), [&](const KeptPane& pane) { return pane.end > end; });
  panes_.insert(place, {end, std::move(sample)});
}

/// Where the latest panes with so many rows begin; none if there are fewer.
std::size_t ModelState::first_pane_of(std::size_t rows) const {
  std::size_t count = 0;
  for (std::size_t pane = panes_.size(); pane-- > 0;) {
    count += panes_[pane].sample.rows().size();
    if (count >= rows) return pane;
  }
  return panes_.size();
}

std::vector<const Row*> ModelState::rows_from(std::size_t pane) const {
  std::vector<const Row*> rows;
  for (; pane < panes_.size(); ++pane)
    for (const auto& [rank, row] : panes_[pane].sample.rows()) rows.push_back(&row);
  std::sort(rows.begin(), rows.end(), [](const Row* a, const Row* b) {
    return std::tie(a->time, a->rank) < std::tie(b->time, b->rank);
  });
  return rows;
}

/// Rows that left the largest view, in whole blocks.
void ModelState::learn_old(const Rules& rules, std::vector<Time>& gone, std::uint64_t& left_out) {
  const std::size_t kept = rules.recording ? panes_.size() : first_pane_of(kManyRows);
  if (kept == panes_.size() && !rules.recording) return;
  std::vector<const Row*> rows;
  for (std::size_t pane = 0; pane < kept; ++pane)
    for (const auto& [rank, row] : panes_[pane].sample.rows()) rows.push_back(&row);
  if (rows.size() < kBlock) return;
  std::sort(rows.begin(), rows.end(), [](const Row* a, const Row* b) {
    return std::tie(a->time, a->rank) < std::tie(b->time, b->rank);
  });
  for (std::size_t at = 0; at + kBlock <= rows.size(); at += kBlock) {
    const std::size_t left = rows.size() - at;
    const auto begin = rows.begin() + static_cast<std::ptrdiff_t>(at);
    const auto end = left < 2 * kBlock ? rows.end() : begin + kBlock;
    learn_block({begin, end}, left_out);
  }
  for (std::size_t pane = 0; pane < kept; ++pane) gone.push_back(panes_[pane].end);
  panes_.erase(panes_.begin(), panes_.begin() + static_cast<std::ptrdiff_t>(kept));
}

FieldState* ModelState::field_of(NameHash hash, std::uint64_t& left_out) {
  if (const auto found = fields_.find(hash); found != fields_.end()) return &found->second;
  if (fields_.size() >= kMostFields) {
    ++left_out;
    return nullptr;
  }
  const std::string text = text_of(hash);
  FieldState& field = fields_[hash];
  field.text = text;
  return &field;
}

bool ModelState::is_open(NameHash field) const {
  return std::any_of(episodes_.begin(), episodes_.end(), [&](const auto& entry) {
    const std::vector<NameHash>& fields = entry.second.fields;
    return std::find(fields.begin(), fields.end(), field) != fields.end();
  });
}

void ModelState::learn_block(const std::vector<const Row*>& block, std::uint64_t& left_out) {
  ++blocks_;
  for (const Row* row : block) {
    versions_.learn(row->version);
    if (row->principal != 0) clients_.learn(row->principal);
  }
  for (const auto& [hash, count] : counts_of(block))
    if (count >= kFewestOfBlock) field_of(hash, left_out);
  for (auto& [hash, field] : fields_)
    if (!is_open(hash) && from_ms(block.front()->time) >= field.sound_from)
      field.norm.learn(column_of(block, hash));
}

/// The budget, spread over all that is asked in a week.
double ModelState::level(const Rules& rules) const {
  const double looks = static_cast<double>(kWeek / rules.window) * kViews;
  const double tests = std::max(static_cast<double>(fields_.size()), kFewestTests) * kKinds;
  return rules.budget / (looks * tests);
}

/// What broke one field, if anything. A field that is broken already stays so, in the way that was told,
/// until nothing about it is odd: while it gets well, old and new rows together look like other breaks.
std::optional<Break> ModelState::check_field(const View& view, NameHash hash, const Norm& norm,
                                             const Limits& limits) const {
  for (const auto& [kind, episode] : episodes_) {
    if (std::find(episode.fields.begin(), episode.fields.end(), hash) == episode.fields.end()) continue;
    std::optional<Break> lasting = check(view, hash, norm, clients_, {kLenientLevel, limits.min_share / 2});
    if (lasting) lasting->kind = kind;
    return lasting;
  }
  return check(view, hash, norm, clients_, limits);
}

std::optional<Break> ModelState::first_break(const std::vector<View>& views, NameHash hash,
                                             const FieldState& field, const Limits& limits) const {
  for (const View& view : views) {
    const auto sound = std::find_if(view.rows.begin(), view.rows.end(),
                                    [&](const Row* row) { return from_ms(row->time) >= field.sound_from; });
    const auto found = sound == view.rows.begin()
                           ? check_field(view, hash, field.norm, limits)
                           : check_field({{sound, view.rows.end()}, view.pane}, hash, field.norm, limits);
    if (found) return found;
  }
  return std::nullopt;
}

void ModelState::judge_fields(const Rules& rules, Kinds& kinds) const {
  const Limits limits{level(rules), rules.min_share};
  std::vector<View> views;
  for (const std::size_t rows : {kFewRows, kManyRows})
    if (const std::size_t first = first_pane_of(rows); first < panes_.size())
      views.push_back({rows_from(first), rules.window});
  for (const auto& [hash, field] : fields_) {
    if (!field.norm.ready()) continue;
    if (const auto found = first_break(views, hash, field, limits))
      kinds[static_cast<std::size_t>(found->kind)].push_back(*found);
  }
}

/// Fields that nobody had, and now many rows have.
void ModelState::judge_new(const View& view, Kinds& kinds) const {
  for (const auto& [hash, count] : counts_of(view.rows)) {
    const double share = static_cast<double>(count) / static_cast<double>(view.rows.size());
    if (share < kNewShare || fields_.contains(hash)) continue;
    const Column column = column_of(view.rows, hash);
    std::vector<bool> broken;
    std::size_t of_new_version = 0;
    for (std::size_t i = 0; i < column.cells.size(); ++i) {
      broken.push_back(column.cells[i] != nullptr);
      if (broken.back() && versions_.is_new(column.rows[i]->version)) ++of_new_version;
    }
    const Broken rows = broken_rows(view, broken);
    if (!rows.lasts || (rows.client != 0 && clients_.is_new(rows.client))) continue;
    Break one;
    one.kind =
        static_cast<double>(of_new_version) >= kMostOf * count ? Kind::schema_evolution : Kind::new_field;
    one.field = hash;
    one.now = one.effect = share;
    one.threshold = kNewShare;
    one.n = static_cast<std::uint32_t>(view.rows.size());
    one.baseline_n = static_cast<double>(blocks_) * kBlock;
    one.probability = beta_binomial_tail(0.5, one.baseline_n + 0.5, count, one.n);
    one.since = rows.since;
    one.client = rows.client;
    one.client_share = rows.client_share;
    kinds[static_cast<std::size_t>(one.kind)].push_back(one);
  }
}

ModelState::Kinds ModelState::judge(const Rules& rules) const {
  Kinds kinds;
  judge_fields(rules, kinds);
  if (const std::size_t first = first_pane_of(kFewRows); first < panes_.size())
    judge_new({rows_from(first), rules.window}, kinds);
  for (std::vector<Break>& breaks : kinds) std::sort(breaks.begin(), breaks.end(), clearer);
  // What was renamed, or lost, did not only grow.
  auto& evolved = kinds[static_cast<std::size_t>(Kind::schema_evolution)];
  if (!evolved.empty() && !kinds[static_cast<std::size_t>(Kind::missing_field)].empty()) {
    for (Break& one : evolved) {
      one.kind = Kind::new_field;
      kinds[static_cast<std::size_t>(Kind::new_field)].push_back(one);
    }
    evolved.clear();
  }
  return kinds;
}

std::string ModelState::text_of(NameHash hash) const {
  if (const auto field = fields_.find(hash); field != fields_.end()) return field->second.text;
  for (auto pane = panes_.rbegin(); pane != panes_.rend(); ++pane)
    if (const auto text = pane->sample.texts().find(hash); text != pane->sample.texts().end())
      return text->second;
  return {};
}

Told ModelState::tell(Kind kind, std::vector<Break> breaks, const Rules& rules) const {
  Told told;
  told.kind = kind;
  told.level = level(rules);
  told.since = breaks.front().since;
  for (const Break& one : breaks) {
    told.since = std::min(told.since, one.since);
    told.fields.push_back(text_of(one.field));
  }
  const Break& first = breaks.front();
  if (first.value.form == Form::text) told.value = text_of(first.value.bits);
  told.client = first.client == 0 ? std::string() : text_of(first.client);
  if (kind == Kind::schema_evolution) {
    const std::vector<const Row*> rows = rows_from(first_pane_of(kFewRows));
    for (const Row* row : rows)
      if (versions_.is_new(row->version)) told.version = text_of(row->version);
  }
  const std::size_t many = first_pane_of(kManyRows);
  const std::size_t few = first_pane_of(kFewRows);
  told.start = panes_[many < panes_.size() ? many : few].end - rules.window;
  told.breaks = std::move(breaks);
  return told;
}

/// New fields are told once, and learned from then on.
void ModelState::adopt(const Kinds& kinds, const Rules& rules, std::vector<Told>& told,
                       std::uint64_t& left_out) {
  for (const Kind kind : {Kind::new_field, Kind::schema_evolution}) {
    std::vector<Break> breaks;
    for (const Break& one : kinds[static_cast<std::size_t>(kind)])
      if (breaks.size() < kMostFieldsOfEpisode && field_of(one.field, left_out) != nullptr)
        breaks.push_back(one);
    if (breaks.empty()) continue;
    told.push_back(tell(kind, std::move(breaks), rules));
  }
}

void ModelState::told_over(Kind kind, Told::What what, const Episode& episode,
                           std::vector<Told>& told) const {
  Told& over = told.emplace_back();
  over.kind = kind;
  over.what = what;
  for (const NameHash field : episode.fields) over.fields.push_back(text_of(field));
  over.since = episode.since;
  over.start = episode.opened;
}

void ModelState::follow(Kinds kinds, const Rules& rules, std::vector<Told>& told) {
  for (std::size_t i = 0; i < kKinds; ++i) {
    const Kind kind = static_cast<Kind>(i);
    if (kind == Kind::new_field || kind == Kind::schema_evolution) continue;
    std::vector<Break>& breaks = kinds[i];
    if (breaks.size() > kMostFieldsOfEpisode) breaks.resize(kMostFieldsOfEpisode);
    const auto open = episodes_.find(kind);
    if (breaks.empty()) {
      if (open == episodes_.end()) continue;
      const Episode over = open->second;
      episodes_.erase(open);
      told_over(kind, Told::What::sound_again, over, told);
      end(over);
      continue;
    }
    if (open != episodes_.end() && pane_end_ >= open->second.opened + rules.accept_after) {
      const Episode over = open->second;
      episodes_.erase(open);
      told_over(kind, Told::What::accepted, over, told);
      accept(over);
      continue;
    }
    Episode& episode = episodes_[kind];
    bool news = episode.fields.empty();
    for (const Break& one : breaks) {
      if (std::find(episode.fields.begin(), episode.fields.end(), one.field) != episode.fields.end())
        continue;
      if (episode.fields.size() >= kMostFieldsOfEpisode) break;
      episode.fields.push_back(one.field);
      news = true;
    }
    if (!news) continue;
    told.push_back(tell(kind, std::move(breaks), rules));
    if (open != episodes_.end()) continue;
    episode.since = told.back().since;
    episode.opened = pane_end_;
  }
}

/// Its fields are sound again. Rows so far hold the end of what was wrong: they are neither looked at again
/// nor learned.
void ModelState::end(const Episode& episode) {
  for (const NameHash hash : episode.fields)
    if (const auto field = fields_.find(hash); field != fields_.end()) field->second.sound_from = pane_end_;
}

/// Learns the fields of an episode anew, from the rows at hand.
void ModelState::accept(const Episode& episode) {
  const std::vector<const Row*> rows = rows_from(first_pane_of(kFewRows));
  const std::map<NameHash, std::uint32_t> counts = counts_of(rows);
  for (const NameHash hash : episode.fields) {
    const auto field = fields_.find(hash);
    if (field == fields_.end()) continue;
    if (!counts.contains(hash))
      fields_.erase(field);
    else
      field->second.norm = {};
  }
}

void ModelState::end_baseline() { settled_ = true; }

}  // namespace vedette::quality
