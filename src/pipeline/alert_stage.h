#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/detector_set.h"
#include "pipeline/alert_causes.h"
#include "vedette/alert.h"
#include "vedette/store.h"

namespace vedette {

struct AlertRules {
  std::string tenant = "default";
  std::int64_t storm_cap = 60;    ///< New alerts of one entity per hour; the rest are folded into one.
  Duration incident_gap = kHour;  ///< Alerts of one entity within this share an incident.
};

/// Turns findings into alerts: opened at once, folded while open, told again when worse,
/// when a subject joins, or after the cooldown; closed on recovery. Nothing is dropped
/// silently: what is folded or capped is counted and told. Event time only; ids follow
/// from the findings. Owned and used by the judge's thread.
class AlertStage {
 public:
  struct Totals {
    std::uint64_t created = 0;
    std::uint64_t updated = 0;
    std::uint64_t closed = 0;
    std::uint64_t folded = 0;      ///< Findings that told nothing new.
    std::uint64_t suppressed = 0;  ///< Alerts beyond the storm cap.
    std::uint64_t dry_run = 0;     ///< Transitions that a dry run kept back.
    void save(ByteWriter& out) const;
    void load(ByteReader& in);
  };

  explicit AlertStage(AlertRules rules) : rules_(std::move(rules)) {}

  Status load(const Store& store);
  /// Findings come in order of `ripe`, event time at which they could be decided; what is
  /// due before is closed first.
  void take(const BuiltDetector& from, Time ripe, Finding finding);
  /// An alert about Vedette itself, e.g. `feed_gap` of a partition.
  void meta(const std::string& kind, const std::string& subject, Time at, const std::string& what);
  /// Closes what has been quiet for long enough, forgets what closed long ago.
  void advance(Time watermark);
  /// Adds what changed to `changes` and moves the transitions out, in order.
  void save(Changes& changes, std::vector<Alert>& transitions);

  const std::map<std::string, Totals>& totals() const { return totals_; }
  std::size_t open() const { return open_; }

 private:
  struct Source {
    std::string detector;
    std::string title;
    int version = 1;
    Technique technique;
    Side side = Side::neither;
    Severity severity = Severity::medium;
    Duration cooldown{};
    bool dry_run = false;
    bool meta = false;
  };
  struct Record {
    Alert alert;  ///< As last told, with what was folded since.
    Time told_at{};
    Time news_at{};  ///< Last raised finding.
    Time closed_at{};
    std::uint64_t folded = 0;
    Duration cooldown{};
    bool closed = false;
    bool silent = false;     ///< Beyond the storm cap.
    Time queued = kForever;  ///< Where it stands in `due_`.
    void save(ByteWriter& out) const;
    void load(ByteReader& in);
  };
  struct Incident {
    std::string uid;
    Time last{};
    void save(ByteWriter& out) const;
    void load(ByteReader& in);
  };
  struct Storm {
    std::int64_t hour = 0;
    std::int64_t created = 0;
    void save(ByteWriter& out) const;
    void load(ByteReader& in);
  };

  static Time due(const Record& record);
  void queue(const std::string& key, Record& record);
  void unqueue(const std::string& key, Record& record);
  void forget_quiet_entities(Time watermark);
  void close_or_forget(const std::string& key, Time at);
  void take_from(const Source& source, Finding finding);
  void open_alert(const std::string& key, const Source& source, Finding finding);
  void fold(const std::string& key, Record& record, const Source& source, Finding finding);
  void close_alert(const std::string& key, Record& record, Finding finding);
  void tell(const std::string& key, Record& record, Alert::Activity activity, Time at);
  std::string incident_of(const Entity& entity, Time at);
  bool beyond_storm_cap(const Source& source, const Finding& finding);

  AlertRules rules_;
  std::map<std::string, Record> records_;      ///< By detector, entity, group.
  std::map<std::string, Incident> incidents_;  ///< By entity.
  std::map<std::string, Storm> storms_;        ///< By entity.
  std::map<std::string, Totals> totals_;       ///< By detector.
  AlertCauses causes_;
  std::vector<Alert> transitions_;
  std::set<std::pair<Time, std::string>> due_;  ///< Records that time closes or forgets.
  std::size_t open_ = 0;
  Time swept_ = kDawn;             ///< Quiet entities were last forgotten then.
  std::set<std::string> changed_;  ///< Keys of records_ to save.
  std::set<std::string> changed_incidents_;
};

}  // namespace vedette
