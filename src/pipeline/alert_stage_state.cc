// What of alerts is durable, and how it comes back.
#include <algorithm>
#include <iterator>

#include "pipeline/alert_stage.h"
#include "pipeline/keys.h"

namespace vedette {
namespace {

constexpr std::string_view kAlertPrefix = "a/alert/";
constexpr std::string_view kIncidentPrefix = "a/incident/";
constexpr std::string_view kStormPrefix = "a/storm/";
constexpr std::string_view kTotalsPrefix = "a/totals/";

/// What stands at `key` now; nothing: erased.
template <class Entries>
void save_entry(Changes& changes, std::string_view prefix, const std::string& key, const Entries& entries) {
  const std::string stored = std::string(prefix) + key;
  const auto found = entries.find(key);
  if (found == entries.end()) return changes.erase(stored);
  std::string bytes;
  ByteWriter out(bytes);
  found->second.save(out);
  changes.put(stored, bytes);
}

template <class Entries>
Status load_entries(const Store& store, std::string_view prefix, Entries& entries) {
  bool intact = true;
  const Status scanned =
      store.scan(prefix, keys::after(std::string(prefix)), [&](std::string_view key, std::string_view value) {
        ByteReader in(value);
        entries[std::string(key.substr(prefix.size()))].load(in);
        intact = intact && in.ok();
        return true;
      });
  return intact ? scanned : Status::stop("saved alerts are damaged");
}

}  // namespace

void AlertStage::Record::save(ByteWriter& out) const {
  for (const Time time : {told_at, news_at, closed_at}) out.i64(to_ms(time));
  out.u64(folded);
  out.i64(cooldown.count());
  out.flag(closed);
  out.flag(silent);
  encode(alert, out);
}

void AlertStage::Record::load(ByteReader& in) {
  for (Time* time : {&told_at, &news_at, &closed_at}) *time = from_ms(in.i64());
  folded = in.u64();
  cooldown = Duration{in.i64()};
  closed = in.flag();
  silent = in.flag();
  alert = decode_alert(in);
}

void AlertStage::Incident::save(ByteWriter& out) const {
  out.text(uid);
  out.i64(to_ms(last));
}

void AlertStage::Incident::load(ByteReader& in) {
  uid = in.text();
  last = from_ms(in.i64());
}

void AlertStage::Storm::save(ByteWriter& out) const {
  out.i64(hour);
  out.i64(created);
}

void AlertStage::Storm::load(ByteReader& in) {
  hour = in.i64();
  created = in.i64();
}

void AlertStage::Totals::save(ByteWriter& out) const {
  for (const std::uint64_t sum : {created, updated, closed, folded, suppressed, dry_run}) out.u64(sum);
}

void AlertStage::Totals::load(ByteReader& in) {
  for (std::uint64_t* sum : {&created, &updated, &closed, &folded, &suppressed, &dry_run}) *sum = in.u64();
}

void AlertStage::save(Changes& changes, std::vector<Alert>& transitions) {
  for (const std::string& key : changed_) save_entry(changes, kAlertPrefix, key, records_);
  for (const std::string& key : changed_incidents_) {
    save_entry(changes, kIncidentPrefix, key, incidents_);
    save_entry(changes, kStormPrefix, key, storms_);
  }
  if (!changed_.empty())
    for (const auto& [name, sum] : totals_) save_entry(changes, kTotalsPrefix, name, totals_);
  changed_.clear();
  changed_incidents_.clear();
  std::move(transitions_.begin(), transitions_.end(), std::back_inserter(transitions));
  transitions_.clear();
}

Status AlertStage::load(const Store& store) {
  Status status = load_entries(store, kAlertPrefix, records_);
  if (status.ok()) status = load_entries(store, kIncidentPrefix, incidents_);
  if (status.ok()) status = load_entries(store, kStormPrefix, storms_);
  if (status.ok()) status = load_entries(store, kTotalsPrefix, totals_);
  if (!status.ok()) return status;
  for (auto& [key, record] : records_) {
    queue(key, record);
    if (!record.closed) ++open_;
    if (!record.silent && !record.alert.test) causes_.add(record.alert);
  }
  return status;
}

}  // namespace vedette
