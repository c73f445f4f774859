#include "core/label_watch.h"

#include <algorithm>

#include "core/label_explain.h"

namespace vedette::labels {
namespace {

constexpr std::size_t kFollowed = 2;
constexpr std::size_t kTimeKey = 8;

Common inner_of(const Common& outer) {
  Common inner = outer;
  inner.scope = {};
  inner.except.clear();
  inner.lateness = Duration{0};
  return inner;
}

}  // namespace

class RowWatch::Columns final : public ColumnSource {
 public:
  Use use_of(const Field& field) const override { return {field.name, false}; }
  /// No column here has many cells that were empty before.
  bool specials() const override { return false; }
};

/// Takes the observer's panes as they are now.
class RowWatch::Collector final : public Partials {
 public:
  explicit Collector(std::map<PaneKey, Held>& held) : held_(held) {}
  void put(Time pane_end, std::string_view scope, std::string_view bytes) override {
    held_[{pane_end, std::string(scope)}] = {std::string(bytes)};
  }
  void add(Time pane_end, std::string_view scope, std::string_view bytes) override {
    const auto before = held_.find({pane_end, std::string(scope)});
    if (before == held_.end()) return put(pane_end, scope, bytes);
    auto whole = drift::decode_partial(before->second.bytes, 0);
    const auto more = drift::decode_partial(bytes, 0);
    if (!whole.ok() || !more.ok()) return;
    whole->merge(*more).ignore("its own observer's");
    before->second = {drift::encode(drift::view_of(*whole))};
  }
  void find(Time /*ripe*/, const Finding& /*finding*/) override {}

 private:
  std::map<PaneKey, Held>& held_;
};

/// What the inner judge leaves goes out under its letter, ripe when the outer pane is.
class RowWatch::InnerVerdicts final : public Verdicts {
 public:
  InnerVerdicts(RowWatch& watch, Verdicts& out) : watch_(watch), out_(out) {}

  void put(std::string_view key, std::string_view bytes) override { out_.put(named(key), bytes); }
  std::string get(std::string_view key) const override { return out_.get(named(key)); }
  std::vector<std::pair<std::string, std::string>> range(std::string_view from,
                                                         std::string_view to) const override {
    auto found = out_.range(named(from), to.empty() ? "j" : named(to));
    for (auto& [key, bytes] : found) key.erase(0, 1);
    return found;
  }
  void find(Time ripe, Finding finding) override {
    watch_.retell_(finding);
    const Common& outer = watch_.outer_;
    out_.find(ceil_to(ripe, outer.window) + outer.lateness, std::move(finding));
  }
  void direct(Directive directive) override { watch_.follow(directive, out_); }

 private:
  static std::string named(std::string_view key) { return "i" + std::string(key); }
  RowWatch& watch_;
  Verdicts& out_;
};

RowWatch::RowWatch(const DriftSettings& settings, const Common& common, Retell retell)
    : outer_(common),
      inner_(inner_of(common)),
      retell_(std::move(retell)),
      columns_(std::make_unique<Columns>()),
      judge_(*columns_, settings, inner_, explain_labels),
      observer_(std::make_unique<drift::DriftObserver>(*columns_, inner_)) {}

RowWatch::~RowWatch() = default;

void RowWatch::feed(std::span<const Row> rows) {
  while (!rows.empty()) {
    const std::size_t size = std::min(rows.size(), RowBatch::kMostRows);
    observer_->observe(batch_.fill(rows.first(size)), {0, size});
    rows = rows.subspan(size);
  }
}

void RowWatch::collect() {
  Collector collector(held_);
  observer_->save(collector);
}

std::string RowWatch::pane_name(const PaneKey& key) { return "o" + drift::time_key(key.first) + key.second; }

void RowWatch::merge_until(Time until, Verdicts& out) {
  InnerVerdicts inner(*this, out);
  collect();
  while (!held_.empty() && held_.begin()->first.first <= until) {
    const Time end = held_.begin()->first.first;
    for (; !held_.empty() && held_.begin()->first.first == end; held_.erase(held_.begin())) {
      const auto& [key, pane] = *held_.begin();
      judge_.merge(end, key.second, pane.bytes)
          .ignore("its own observer's, or refused when they were loaded");
      out.put(pane_name(key), {});
    }
    judge_.advance(end, inner);
  }
}

void RowWatch::advance(Time until, Verdicts& out) {
  merge_until(until, out);
  InnerVerdicts inner(*this, out);
  judge_.advance(until, inner);
  observer_->judged(until);
}

void RowWatch::follow(const Directive& directive, Verdicts& out) {
  observer_->apply(directive);
  std::vector<Directive>& kept = followed_[directive.scope];
  if (directive.bytes.empty()) {
    followed_.erase(directive.scope);
    out.put("d" + directive.scope, {});
    return;
  }
  kept.push_back(directive);
  if (kept.size() > kFollowed) kept.erase(kept.begin());
  std::string bytes;
  ByteWriter writer(bytes);
  for (const Directive& one : kept) {
    writer.i64(to_ms(one.effective));
    writer.text(one.bytes);
  }
  out.put("d" + directive.scope, bytes);
}

void RowWatch::save(Verdicts& out) {
  collect();
  for (auto& [key, pane] : held_) {
    if (pane.changed) out.put(pane_name(key), pane.bytes);
    pane.changed = false;
  }
  InnerVerdicts inner(*this, out);
  judge_.save(inner);
}

/// A second pass begins at the first event again, where this observer has closed all panes.
void RowWatch::begin_again() {
  observer_ = std::make_unique<drift::DriftObserver>(*columns_, inner_);
  for (const auto& [scope, directives] : followed_)
    for (const Directive& directive : directives) observer_->apply(directive);
}

void RowWatch::sampled(Time end, Verdicts& out) {
  merge_until(kForever, out);
  InnerVerdicts inner(*this, out);
  judge_.sampled(end, inner);
  begin_again();
}

void RowWatch::learned(Time end, Verdicts& out) {
  merge_until(kForever, out);
  InnerVerdicts inner(*this, out);
  judge_.learned(end, inner);
  begin_again();
}

Status RowWatch::adopt(const StoredKeys& keys, Time from, Verdicts& out) {
  InnerVerdicts inner(*this, out);
  return judge_.adopt(keys, from, inner);
}

void RowWatch::forget(std::string_view model, Verdicts& out) {
  InnerVerdicts inner(*this, out);
  judge_.forget(model, inner);
}

Status RowWatch::load(char part, std::string_view rest, std::string_view bytes) {
  if (part == 'i') return judge_.load(rest, bytes);
  if (part == 'o') {
    if (rest.size() < kTimeKey) return Status::reject("damaged key of joined labels");
    const Time end = std::clamp(drift::time_of_key(rest.substr(0, kTimeKey)), kDawn, kForever);
    const std::string scope(rest.substr(kTimeKey));
    held_[{end, scope}] = {std::string(bytes), false};
    return observer_->load(end, scope, bytes);
  }
  ByteReader in(bytes);
  while (in.ok() && !in.rest().empty()) {
    Directive directive{std::string(rest), from_ms(in.i64()), std::string(in.text())};
    if (!in.ok()) break;
    observer_->apply(directive);
    followed_[directive.scope].push_back(std::move(directive));
  }
  return in.done() ? Status{} : Status::reject("damaged cells of joined labels");
}

}  // namespace vedette::labels
