#include "core/series_judge.h"

#include <algorithm>
#include <charconv>

#include "core/series_observer.h"

namespace vedette::series {
namespace {

constexpr std::uint64_t kVersion = 1;
constexpr std::int64_t kSnapshotEvery = 64;  ///< Panes.
/// Panes without any event at all that count as silence; what follows is a gap. Bounds the
/// work of a long jump, and does so by panes, not by how watermarks are stepped.
constexpr std::int64_t kSilentPanes = 60;
constexpr std::string_view kProgress = "progress";
constexpr std::string_view kLog = "log/";
constexpr std::string_view kSeries = "series/";

std::string hex(std::uint64_t value) {
  std::string digits(16, '0');
  for (int i = 15; i >= 0; --i, value >>= 4)
    digits[static_cast<std::size_t>(i)] = "0123456789abcdef"[value & 15];
  return digits;
}

bool unhex(std::string_view digits, std::uint64_t& value) {
  const auto end = digits.data() + digits.size();
  return digits.size() == 16 && std::from_chars(digits.data(), end, value, 16).ptr == end;
}

/// Ordered as text as it is as time, for all times of this and the next millennia.
std::string time_key(Time time) { return hex(static_cast<std::uint64_t>(to_ms(time)) ^ (1ULL << 63)); }

}  // namespace

SeriesJudge::SeriesJudge(const SeriesSource& source, const SeriesSettings& settings, const Common& common)
    : source_(source), settings_(settings), common_(common) {
  for (const SeriesOf of : source.kinds()) fleets_.emplace_back(of, source, settings, common);
}

Fleet* SeriesJudge::fleet_of(std::string_view scope) {
  for (Fleet& fleet : fleets_)
    if (scope_of(fleet.of()) == scope) return &fleet;
  return nullptr;
}

SeriesJudge::Counted& SeriesJudge::pending(Time pane_end) {
  Counted& counted = pending_[pane_end];
  counted.resize(fleets_.size());
  return counted;
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
    for (std::size_t i = 0; i < fleets_.size(); ++i) {
      Result<PaneCounts> counts = PaneCounts::load(in.text());
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
  return in.done() ? Status{} : Status::reject("damaged progress");
}

Status SeriesJudge::merge(Time pane_end, std::string_view scope, std::string_view partial) {
  replay();
  const Fleet* fleet = fleet_of(scope);
  if (fleet == nullptr) return Status::reject("counts of an unknown kind");
  Result<PaneCounts> counts = PaneCounts::load(partial);
  if (!counts.ok()) return counts.status();
  if (pane_end <= judged_) return Status::reject("counts of a judged pane");
  const auto at = static_cast<std::size_t>(fleet - fleets_.data());
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
  for (const Fleet& fleet : fleets_) tally_.keys += fleet.size();
}

void SeriesJudge::run_to(Time pane_end, Verdicts* out) {
  while (judged_ < pane_end) {
    const bool more = !pending_.empty() && pending_.begin()->first <= pane_end;
    const Time counted = more ? pending_.begin()->first : kForever;
    const Time silent = judged_ + common_.window;
    const bool in_silence = last_counted_ != kDawn && silent <= last_counted_ + kSilentPanes * common_.window;
    if (in_silence && silent <= pane_end && silent < counted) {
      judge_pane(silent, Counted(fleets_.size()), out);
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
  for (const Fleet& fleet : fleets_)
    if (fleet.of() == SeriesOf::model) models = fleet.size();
  for (std::size_t i = 0; i < fleets_.size(); ++i) {
    Fleet& fleet = fleets_[i];
    const std::uint64_t gone = fleet.step(
        start, counts[i], models,
        [&](std::uint64_t key, Live& live, const SeriesPoint& point, const std::optional<Assessment>& said) {
          const bool shown = source_.is_count() || live.seen == start;
          if (tap_ != nullptr && shown)
            tap_->point(entity_of(fleet, key, live), source_.subject(), start, point);
          if (said && out != nullptr)
            out->find(pane_end + common_.lateness, finding(fleet, key, live, *said));
        });
    if (out != nullptr) tally_.evicted += gone + counts[i].evicted;
  }
  if (out != nullptr) ++tally_.panes;
  watch(pane_end, out);
  if (out != nullptr && to_ms(pane_end) / common_.window.count() % kSnapshotEvery == 0)
    snapshot(pane_end, *out);
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
  for (Fleet& fleet : fleets_) {
    const std::string prefix = std::string(kSeries) + std::string(scope_of(fleet.of())) + "/";
    fleet.save([&](std::uint64_t key, std::string_view series) { out.put(prefix + hex(key), series); });
    bytes.clear();
    ByteWriter writer(bytes);
    writer.i64(to_ms(pane_end));
    writer.i64(to_ms(last_counted_));
    fleet.save_governor(writer);
    out.put(prefix + std::string(kProgress), bytes);
  }
  for (const Time logged : logs_) out.put(std::string(kLog) + time_key(logged), {});
  logs_.clear();
}

/// New keys are announced in steps so far apart that no more than two decisions matter at a time.
void SeriesJudge::watch(Time pane_end, Verdicts* out) {
  const Duration step = ceil_to(Time{} + common_.lateness + kHorizon, common_.window) - Time{};
  if (floor_to(pane_end, step) <= pane_end - common_.window) return;
  const Time effective = ceil_to(pane_end + common_.lateness + kHorizon, common_.window);
  for (Fleet& fleet : fleets_) {
    const bool news = std::any_of(fleet.live().begin(), fleet.live().end(),
                                  [](const auto& live) { return live.second.watched_from == kForever; });
    if (!news) continue;
    const std::vector<std::uint64_t> keys = fleet.watch_from(effective);
    if (out != nullptr) out->direct({std::string(scope_of(fleet.of())), effective, encode_keys(keys)});
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
      entity.principal = live.name.empty() ? common_.principal_prefix + hex(key) : live.name;
      break;
    case SeriesOf::metric:
      entity.series = live.name;
      break;
  }
  return entity;
}

}  // namespace vedette::series
