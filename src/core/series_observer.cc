#include "core/series_observer.h"

#include <algorithm>
#include <cmath>

#include "core/event_names.h"

namespace vedette::series {
namespace {

constexpr std::size_t kPrefetchAhead = 8;
constexpr std::size_t kSpareNames = 1024;
/// Not a secret: whoever makes models collide only mixes up his own.
constexpr HashKey kNameKey{0x7665646574746531ULL, 0x736572696573ULL};

Symbol symbol_of(SeriesOf kind, const Event& event) {
  return kind == SeriesOf::model ? event.model : event.tenant;
}

}  // namespace

std::string_view scope_of(SeriesOf kind) {
  switch (kind) {
    case SeriesOf::model:
      return "model";
    case SeriesOf::tenant:
      return "tenant";
    case SeriesOf::principal:
      return "principal";
    case SeriesOf::metric:
      return "metric";
  }
  return {};
}

std::string encode_keys(const std::vector<std::uint64_t>& keys) {
  std::string bytes;
  ByteWriter out(bytes);
  out.u64(keys.size());
  for (const std::uint64_t key : keys) out.fixed64(key);
  return bytes;
}

Result<std::vector<std::uint64_t>> decode_keys(std::string_view bytes) {
  ByteReader in(bytes);
  std::vector<std::uint64_t> keys(in.count(8));
  for (std::uint64_t& key : keys) key = in.fixed64();
  if (!in.done()) return Status::reject("damaged keys");
  return keys;
}

SeriesObserver::SeriesObserver(const SeriesSource& source, const Common& common)
    : source_(source),
      common_(common),
      gate_(common.lateness),
      admits_all_(common.except.empty()),
      bins_(source.bins() > 0),
      samples_(source.bins() == 0 && source.law() != SeriesLaw::count) {
  const Scope& scope = common.scope;
  admits_all_ = admits_all_ && scope.model.empty() && scope.version.empty() && scope.tenant.empty();
  for (const SeriesOf kind : source.kinds()) kinds_.emplace_back(kind);
}

void SeriesObserver::observe(const Batch& batch, Rows rows) {
  if (epoch_ != batch.dictionary->epoch()) {
    epoch_ = batch.dictionary->epoch();
    admits_.clear();
    for (Kind& kind : kinds_) kind.key_of.clear();
  }
  const bool principals = !kinds_.empty() && kinds_.back().of == SeriesOf::principal;
  for (std::size_t row = rows.begin; row < rows.end; ++row) {
    const Event& event = batch.events[row];
    if (principals && current_ != nullptr && row + kPrefetchAhead < rows.end)
      current_->tables.back().prefetch(batch.events[row + kPrefetchAhead].principal);
    if (!source_.counts(event)) continue;
    if (!admits_all_ && !admitted(batch, event)) continue;
    if (current_ == nullptr || event.time < current_->start || event.time >= current_->start + common_.window)
      current_ = pane_at(event.time);
    const Time start = current_ != nullptr ? current_->start : floor_to(event.time, common_.window);
    const auto answer = gate_.check(start + common_.window, event.watermark);
    if (answer == PaneGate::Answer::open) {
      if (current_ == nullptr) current_ = &open(start);
      count(batch, event, *current_);
    } else {
      ++(answer == PaneGate::Answer::late ? tally_.late : tally_.late_after_idle);
    }
  }
}

SeriesObserver::OpenPane* SeriesObserver::pane_at(Time time) {
  const auto found = panes_.find(floor_to(time, common_.window) + common_.window);
  return found == panes_.end() ? nullptr : &found->second;
}

SeriesObserver::OpenPane& SeriesObserver::open(Time start) {
  OpenPane& pane = panes_[start + common_.window];
  pane.start = start;
  for (const Kind& kind : kinds_) {
    const auto after = kind.watched.upper_bound(start);
    const KeySet* watched = after == kind.watched.begin() ? nullptr : &std::prev(after)->second;
    pane.tables.emplace_back(start + common_.window, watched, static_cast<std::size_t>(common_.max_keys),
                             source_.bins());
  }
  tally_.panes = panes_.size();
  return pane;
}

bool SeriesObserver::admitted(const Batch& batch, const Event& event) {
  const std::uint64_t key = names_key(event);
  const auto known = admits_.find(key);
  if (known != admits_.end()) return known->second;
  if (admits_.size() >= Dictionary::kMaxNames) admits_.clear();
  return admits_[key] = common_.admits(named_entity(batch, event));
}

std::uint64_t SeriesObserver::key_of(Kind& kind, const Batch& batch, const Event& event) {
  if (kind.of == SeriesOf::principal) return event.principal;
  if (kind.of == SeriesOf::metric)
    return std::max<std::uint64_t>(1, siphash(kNameKey, metric_.of(batch, event)));
  const Symbol symbol = symbol_of(kind.of, event);
  if (symbol == 0) return 0;
  if (symbol >= kind.key_of.size()) kind.key_of.resize(symbol + 1);
  std::uint64_t& key = kind.key_of[symbol];
  if (key == 0) key = std::max<std::uint64_t>(1, siphash(kNameKey, batch.name(symbol)));
  return key;
}

void SeriesObserver::count(const Batch& batch, const Event& event, OpenPane& pane) {
  ++tally_.counted;
  pane.changed = true;
  for (std::size_t i = 0; i < kinds_.size(); ++i) {
    const std::uint64_t key = key_of(kinds_[i], batch, event);
    if (key == 0) continue;
    CountTable::Slot* slot = pane.tables[i].touch(key);
    if (slot == nullptr) continue;
    if (slot->count == 0) name(kinds_[i], batch, event, key);
    const double sample = samples_ ? source_.sample(event) : 0;
    if (std::isnan(sample)) continue;
    ++slot->count;
    if (samples_) slot->sum.add(sample);
    if (bins_) pane.tables[i].add_to_bin(*slot, source_.bin(event));
  }
}

void SeriesObserver::name(Kind& kind, const Batch& batch, const Event& event, std::uint64_t key) {
  if (kind.of == SeriesOf::metric) {
    kind.names.try_emplace(key, metric_.bounded(key));
    return;
  }
  const std::string_view text = kind.of == SeriesOf::principal ? batch.text(event.principal_name)
                                                               : batch.name(symbol_of(kind.of, event));
  if (!text.empty()) kind.names.try_emplace(key, text);
}

void SeriesObserver::save(Partials& out) {
  std::string bytes;
  tally_.keys = 0;
  for (auto& [end, pane] : panes_) {
    for (std::size_t i = 0; i < kinds_.size(); ++i) {
      tally_.keys += pane.tables[i].size();
      if (!pane.changed) continue;
      PaneCounts counts = pane.tables[i].snapshot();
      tally_.unwatched += pane.tables[i].take_dropped();
      for (PaneCounts::Entry& entry : counts.entries) {
        const auto named = kinds_[i].names.find(entry.key);
        if (named != kinds_[i].names.end()) entry.name = named->second;
      }
      if (counts.entries.empty()) continue;
      bytes.clear();
      ByteWriter writer(bytes);
      counts.save(writer);
      out.put(end, scope_of(kinds_[i].of), bytes);
    }
    pane.changed = false;
  }
}

Status SeriesObserver::load(Time pane_end, std::string_view scope, std::string_view bytes) {
  const auto kind =
      std::find_if(kinds_.begin(), kinds_.end(), [&](const Kind& k) { return scope_of(k.of) == scope; });
  if (kind == kinds_.end()) return Status::reject("counts of an unknown kind");
  Result<PaneCounts> counts = PaneCounts::load(bytes);
  if (!counts.ok()) return counts.status();
  if (pane_end != floor_to(pane_end, common_.window)) return Status::reject("counts of another pane length");
  const auto found = panes_.find(pane_end);
  OpenPane& pane = found != panes_.end() ? found->second : open(pane_end - common_.window);
  pane.tables[static_cast<std::size_t>(kind - kinds_.begin())].restore(*counts);
  for (PaneCounts::Entry& entry : counts->entries)
    if (!entry.name.empty()) kind->names.try_emplace(entry.key, std::move(entry.name));
  return {};
}

void SeriesObserver::apply(const Directive& directive) {
  for (Kind& kind : kinds_) {
    if (scope_of(kind.of) != directive.scope) continue;
    Result<std::vector<std::uint64_t>> keys = decode_keys(directive.bytes);
    if (keys.ok()) kind.watched.insert_or_assign(directive.effective, KeySet(std::move(*keys)));
  }
}

void SeriesObserver::judged(Time watermark) {
  gate_.judged(watermark);
  current_ = nullptr;
  while (!panes_.empty() && panes_.begin()->first + common_.lateness <= watermark) {
    for (CountTable& table : panes_.begin()->second.tables) tally_.unwatched += table.take_dropped();
    panes_.erase(panes_.begin());
  }
  tally_.panes = panes_.size();
  for (Kind& kind : kinds_) {
    trim_names(kind, static_cast<std::size_t>(&kind - kinds_.data()));
    // A pane that opens from now on ends after the judged ones: older decisions are void.
    while (kind.watched.size() > 1 &&
           std::next(kind.watched.begin())->first + common_.window + common_.lateness <= watermark)
      kind.watched.erase(kind.watched.begin());
  }
}

/// Names of keys that no open pane holds any more go, now and then.
void SeriesObserver::trim_names(Kind& kind, std::size_t index) {
  std::size_t held = kSpareNames;
  for (const auto& [end, pane] : panes_) held += 2 * pane.tables[index].size();
  if (kind.names.size() <= held) return;
  std::erase_if(kind.names, [&](const auto& name) {
    return std::none_of(panes_.begin(), panes_.end(),
                        [&](const auto& pane) { return pane.second.tables[index].has(name.first); });
  });
}

}  // namespace vedette::series
