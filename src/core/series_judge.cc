#include "core/series_judge.h"

#include <algorithm>
#include <charconv>

#include "core/series_observer.h"
#include "core/short_text.h"

namespace vedette::series {
namespace {

constexpr std::uint64_t kVersion = 2;
constexpr std::int64_t kSnapshotEvery = 64;  ///< Panes.
/// Panes without any event at all that count as silence; what follows is a gap. Bounds the
/// work of a long jump, and does so by panes, not by how watermarks are stepped.
constexpr std::int64_t kSilentPanes = 60;
constexpr std::string_view kProgress = "progress";
constexpr std::string_view kLog = "log/";
constexpr std::string_view kSeries = "series/";

bool unhex(std::string_view digits, std::uint64_t& value) {
  const auto end = digits.data() + digits.size();
  return digits.size() == 16 && std::from_chars(digits.data(), end, value, 16).ptr == end;
}

/// Ordered as text as it is as time, for all times of this and the next millennia.
std::string time_key(Time time) {
  return hexadecimal(static_cast<std::uint64_t>(to_ms(time)) ^ (1ULL << 63));
}

}  // namespace

SeriesJudge::SeriesJudge(const SeriesSource& source, const SeriesSettings& settings, const Common& common)
    : source_(source), settings_(settings), common_(common), statistics_(source.statistics()) {
  for (const SeriesOf of : source.kinds()) {
    Kind& kind = kinds_.emplace_back();
    kind.of = of;
    for (std::size_t i = 0; i < statistics_.size(); ++i)
      kind.fleets.emplace_back(of, i, source, settings, common);
  }
}

SeriesJudge::Kind* SeriesJudge::kind_of(std::string_view scope) {
  for (Kind& kind : kinds_)
    if (scope_of(kind.of) == scope) return &kind;
  return nullptr;
}

Fleet* SeriesJudge::fleet_of(std::string_view name) {
  for (Kind& kind : kinds_)
    for (Fleet& fleet : kind.fleets)
      if (fleet.name() == name) return &fleet;
  return nullptr;
}

SeriesJudge::Counted& SeriesJudge::pending(Time pane_end) {
  Counted& counted = pending_[pane_end];
  counted.resize(kinds_.size());
  return counted;
}

/// Counts of one kind, as observers saved them.
Result<PaneCounts> SeriesJudge::read_counts(std::string_view bytes) const {
  Result<PaneCounts> counts = PaneCounts::load(bytes);
  if (!counts.ok()) return counts;
  for (const PaneCounts::Entry& entry : counts->entries)
    if (entry.cell.bins.size() != source_.bins()) return Status::reject("counts of other bins");
  return counts;
}

Status SeriesJudge::load(std::string_view key, std::string_view bytes) {
  ByteReader in(bytes);
  if (key == kProgress) {
    if (in.u64() != kVersion) return Status::reject("progress of another version");
    stored_ = from_ms(in.i64());
    return in.ok() ? Status{} : Status::reject("damaged progress");
  }
  if (key.starts_with(kLog)) {
    std::uint64_t end = 0;
    if (!unhex(key.substr(kLog.size()), end)) return Status::reject("unknown key");
    Counted counted;
    for (std::size_t i = 0; i < kinds_.size(); ++i) {
      Result<PaneCounts> counts = read_counts(in.text());
      if (!counts.ok()) return counts.status();
      counted.push_back(std::move(*counts));
    }
    const Time pane_end = from_ms(static_cast<std::int64_t>(end ^ (1ULL << 63)));
    logged_[pane_end] = std::move(counted);
    logs_.push_back(pane_end);
    return {};
  }
  if (!key.starts_with(kSeries)) return Status::reject("unknown key");
  key.remove_prefix(kSeries.size());
  const std::size_t slash = key.find('/');
  Fleet* fleet = fleet_of(key.substr(0, slash));
  if (fleet == nullptr || slash == std::string_view::npos) return Status::reject("unknown key");
  std::uint64_t id = 0;
  if (unhex(key.substr(slash + 1), id)) return fleet->load(id, bytes);
  if (key.substr(slash + 1) != kProgress) return Status::reject("unknown key");
  judged_ = from_ms(in.i64());
  last_counted_ = from_ms(in.i64());
  fleet->load_governor(in);
  if (fleet->statistic() == 0) kind_of(scope_of(fleet->of()))->crowd.load(in);
  return in.done() ? Status{} : Status::reject("damaged progress");
}

Status SeriesJudge::merge(Time pane_end, std::string_view scope, std::string_view partial) {
  replay();
  const Kind* kind = kind_of(scope);
  if (kind == nullptr) return Status::reject("counts of an unknown kind");
  Result<PaneCounts> counts = read_counts(partial);
  if (!counts.ok()) return counts.status();
  if (pane_end <= judged_) return Status::reject("counts of a judged pane");
  const auto at = static_cast<std::size_t>(kind - kinds_.data());
  pending(pane_end)[at].merge(std::move(*counts), pane_end, static_cast<std::size_t>(common_.max_keys));
  return {};
}

void SeriesJudge::replay() {
  if (stored_ == kDawn) return;
  const Time to = std::exchange(stored_, kDawn);
  for (auto& [end, counted] : logged_)
    if (end > judged_ && end <= to) pending_[end] = std::move(counted);
  logged_.clear();
  SeriesTap* const tap = std::exchange(tap_, nullptr);
  run_to(to, nullptr);
  tap_ = tap;
}

void SeriesJudge::advance(Time watermark, Verdicts& out) {
  replay();
  run_to(floor_to(watermark - common_.lateness, common_.window), &out);
}

void SeriesJudge::save(Verdicts& out) {
  if (judged_ == saved_) return;
  saved_ = judged_;
  std::string bytes;
  ByteWriter writer(bytes);
  writer.u64(kVersion);
  writer.i64(to_ms(judged_));
  out.put(kProgress, bytes);
  tally_.keys = 0;
  for (const Kind& kind : kinds_) tally_.keys += kind.fleets.front().size();
}

void SeriesJudge::run_to(Time pane_end, Verdicts* out) {
  while (judged_ < pane_end) {
    const bool more = !pending_.empty() && pending_.begin()->first <= pane_end;
    const Time counted = more ? pending_.begin()->first : kForever;
    const Time silent = judged_ + common_.window;
    const bool in_silence = last_counted_ != kDawn && silent <= last_counted_ + kSilentPanes * common_.window;
    if (in_silence && silent <= pane_end && silent < counted) {
      judge_pane(silent, Counted(kinds_.size()), out);
    } else if (more) {
      auto pane = pending_.extract(pending_.begin());
      last_counted_ = counted;
      judge_pane(counted, std::move(pane.mapped()), out);
    } else {
      return;
    }
  }
}

void SeriesJudge::judge_pane(Time pane_end, Counted counts, Verdicts* out) {
  judged_ = pane_end;
  const Time start = pane_end - common_.window;
  if (out != nullptr) log(pane_end, counts, *out);
  std::size_t models = 0;
  for (const Kind& kind : kinds_)
    if (kind.of == SeriesOf::model) models = kind.fleets.front().size();
  for (std::size_t i = 0; i < kinds_.size(); ++i) {
    std::vector<Said> all;
    std::uint64_t gone = 0;
    for (Fleet& fleet : kinds_[i].fleets) {
      const auto visit = [&](std::uint64_t key, Live& live, const SeriesPoint& point,
                             const std::optional<Assessment>& said) {
        const bool shown = source_.modelled() && (live.seen == start || fleet.absent_is_zero());
        if (tap_ != nullptr && shown)
          tap_->point(entity_of(fleet, key, live), statistics_[fleet.statistic()].name, start, point);
        if (said) all.push_back({&fleet, key, &live, *said});
      };
      gone = fleet.step(start, counts[i], models, visit);
    }
    tell(kinds_[i], std::move(all), out);
    if (out != nullptr) tally_.evicted += gone + counts[i].evicted;
  }
  if (out != nullptr) ++tally_.panes;
  watch(pane_end, out);
  if (out != nullptr && to_ms(pane_end) / common_.window.count() % kSnapshotEvery == 0)
    snapshot(pane_end, *out);
}

/// Many keys at once are one finding about the fleet; each still closes what it had opened.
void SeriesJudge::tell(Kind& kind, std::vector<Said> said, Verdicts* out) {
  std::stable_sort(said.begin(), said.end(), [](const Said& a, const Said& b) { return a.key < b.key; });
  std::vector<Said> raised;
  for (const Said& one : said)
    if (one.what.phase == Finding::Phase::raised && !one.what.notice) raised.push_back(one);
  std::uint64_t keys_raised = 0;
  for (std::size_t i = 0; i < raised.size(); ++i)
    keys_raised += i == 0 || raised[i].key != raised[i - 1].key ? 1 : 0;
  const bool crowd = kind.crowd.step(keys_raised, kind.fleets.front().size());
  const Time ripe = judged_ + common_.lateness;
  if (crowd) {
    std::erase_if(said, [](const Said& one) { return one.what.phase == Finding::Phase::raised; });
    if (out != nullptr && !raised.empty()) out->find(ripe, crowd_finding(kind, raised));
    std::uint64_t open = 0;
    for (const Fleet& fleet : kind.fleets)
      for (const auto& [key, live] : fleet.live()) open += live.watch.open() ? 1 : 0;
    if (kind.crowd.over(open) && out != nullptr) out->find(ripe, crowd_over(kind));
  }
  if (out != nullptr) tell_each(kind, said, *out);
}

/// Of statistics that share an alert the worst speaks; the alert closes with the last of them.
std::vector<SeriesJudge::Said> SeriesJudge::one_voice(const Kind& kind, const std::vector<Said>& said) const {
  std::vector<Said> voices;
  for (const Said& one : said) {
    const bool recovered = one.what.phase == Finding::Phase::recovered;
    if (recovered && !open_subjects(kind, one.key).empty()) continue;
    const bool again = !voices.empty() && voices.back().key == one.key;
    if (!again) {
      voices.push_back(one);
    } else if (one.what.ratio > voices.back().what.ratio) {
      voices.back() = one;
    }
  }
  return voices;
}

void SeriesJudge::tell_each(const Kind& kind, const std::vector<Said>& said, Verdicts& out) const {
  const bool together = !source_.together().empty();
  for (const Said& one : together ? one_voice(kind, said) : said) {
    Finding found = finding(one);
    if (together && !one.what.notice) found.subjects = open_subjects(kind, one.key);
    out.find(judged_ + common_.lateness, std::move(found));
  }
}

std::vector<std::string> SeriesJudge::open_subjects(const Kind& kind, std::uint64_t key) const {
  std::vector<std::string> open;
  for (const Fleet& fleet : kind.fleets) {
    const auto found = fleet.live().find(key);
    if (found != fleet.live().end() && found->second.watch.open())
      open.push_back(statistics_[fleet.statistic()].name);
  }
  return open;
}

void SeriesJudge::log(Time pane_end, const Counted& counts, Verdicts& out) {
  const bool empty =
      std::all_of(counts.begin(), counts.end(), [](const auto& c) { return c.entries.empty(); });
  if (empty) return;
  std::string bytes;
  std::string one;
  ByteWriter writer(bytes);
  for (const PaneCounts& each : counts) {
    one.clear();
    ByteWriter inner(one);
    each.save(inner);
    writer.text(one);
  }
  out.put(std::string(kLog) + time_key(pane_end), bytes);
  logs_.push_back(pane_end);
}

void SeriesJudge::snapshot(Time pane_end, Verdicts& out) {
  std::string bytes;
  for (Kind& kind : kinds_) {
    for (Fleet& fleet : kind.fleets) {
      const std::string prefix = std::string(kSeries) + fleet.name() + "/";
      fleet.save([&](std::uint64_t chunk, std::string_view series) {
        out.put(prefix + hexadecimal(chunk), series);
      });
      bytes.clear();
      ByteWriter writer(bytes);
      writer.i64(to_ms(pane_end));
      writer.i64(to_ms(last_counted_));
      fleet.save_governor(writer);
      if (fleet.statistic() == 0) kind.crowd.save(writer);
      out.put(prefix + std::string(kProgress), bytes);
    }
  }
  for (const Time logged : logs_) out.put(std::string(kLog) + time_key(logged), {});
  logs_.clear();
}

/// New keys are announced in steps so far apart that no more than two decisions matter at a time.
void SeriesJudge::watch(Time pane_end, Verdicts* out) {
  const Duration step = ceil_to(Time{} + common_.lateness + kHorizon, common_.window) - Time{};
  if (floor_to(pane_end, step) <= pane_end - common_.window) return;
  const Time effective = ceil_to(pane_end + common_.lateness + kHorizon, common_.window);
  for (Kind& kind : kinds_) {
    const auto& live = kind.fleets.front().live();
    const bool news = std::any_of(live.begin(), live.end(),
                                  [](const auto& one) { return one.second.watched_from == kForever; });
    if (!news) continue;
    std::vector<std::uint64_t> keys;
    for (Fleet& fleet : kind.fleets) keys = fleet.watch_from(effective);
    if (out != nullptr) out->direct({std::string(scope_of(kind.of)), effective, encode_keys(keys)});
  }
}

Entity SeriesJudge::entity_of(const Fleet& fleet, std::uint64_t key, const Live& live) const {
  Entity entity;
  switch (fleet.of()) {
    case SeriesOf::model:
      entity.model = live.name;
      break;
    case SeriesOf::tenant:
      entity.tenant = live.name;
      break;
    case SeriesOf::principal:
      entity.principal = live.name.empty() ? common_.principal_prefix + hexadecimal(key) : live.name;
      break;
    case SeriesOf::metric:
      entity.series = live.name;
      break;
  }
  return entity;
}

}  // namespace vedette::series
