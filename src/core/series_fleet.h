#pragma once

#include <functional>
#include <map>
#include <memory>

#include "core/series_counts.h"
#include "core/series_model.h"
#include "core/series_watch.h"

namespace vedette::series {

/// One watched series. The model comes when there are enough events to pay for it.
struct Live {
  std::string name;
  Time watched_from = kForever;  ///< Observers count it whatever the sample, in panes from here on.
  Time first = kForever;         ///< Start of the first pane with events.
  Time seen = kDawn;             ///< Start of the last one.
  std::uint32_t panes_seen = 0;
  double previous = kUnknown;  ///< Last value of a cumulative series.
  Average traffic;             ///< Events per pane, where the value does not say.
  Watch watch;
  std::unique_ptr<SeriesModel> model;
};

/// The live series of one kind of key and one statistic, stepped pane by pane, at most `max_keys`. Owned by
/// the judge. Who must go when there are too many: first those seen in fewer than three
/// panes or not for a day, then the others, the least recently seen first; so invented
/// keys push out each other, and hardly a key that works.
class Fleet {
 public:
  /// Told of every series of a pane, in order of key.
  using Visit =
      std::function<void(std::uint64_t key, Live&, const SeriesPoint&, const std::optional<Assessment>&)>;
  Fleet(SeriesOf of, std::size_t statistic, const SeriesSource& source, const SeriesSettings& settings,
        const Common& common);

  SeriesOf of() const { return of_; }
  std::size_t statistic() const { return statistic_; }
  /// `model`, `model.1`: in keys of the Store.
  std::string name() const;
  std::size_t size() const { return live_.size(); }
  bool absent_is_zero() const { return absent_is_zero_; }
  /// Closes the pane with what was counted in it; absent keys had no event, or, beyond
  /// the sample, are not known. Answers the number of keys that had to go.
  std::uint64_t step(Time pane_start, const PaneCounts& counts, std::size_t models, const Visit& visit);
  /// Keys to watch from `effective` on.
  std::vector<std::uint64_t> watch_from(Time effective);

  /// All series in order of their keys, some hundred to a chunk; empty bytes: there are fewer chunks than
  /// the last time.
  void save(const std::function<void(std::uint64_t chunk, std::string_view bytes)>& put);
  /// In order of the chunks.
  Status load(std::uint64_t chunk, std::string_view bytes);
  const std::map<std::uint64_t, Live>& live() const { return live_; }
  void save_governor(ByteWriter& out) const { out.f64(raised_); }
  void load_governor(ByteReader& in) { raised_ = in.f64(); }

 private:
  void save_one(const Live& live, ByteWriter& out) const;
  Status load_chunk(std::string_view bytes);
  Status load_one(Live& live, ByteReader& in) const;
  void admit(Time pane_start, const PaneCounts& counts);
  std::uint64_t evict(Time pane_start);
  void grow(Live& live);
  SeriesShape shape() const;
  double value_of(Live& live, std::uint64_t key, Time pane_start, const PaneCounts::Entry* entry,
                  std::uint64_t bound) const;
  double traffic_of(const Live& live) const;
  Learning learning(const Live& live, Time pane_start) const;
  Limits limits(std::size_t models) const;
  Limits paced(const Limits& limits, Duration pace) const;

  SeriesOf of_;
  std::size_t statistic_;
  bool absent_is_zero_;
  const SeriesSource& source_;
  SeriesSettings settings_;
  Common common_;
  double raised_ = 0;  ///< Decaying count of alerts of a week.
  std::map<std::uint64_t, Live> live_;
  std::uint64_t chunks_ = 0;  ///< That are stored.
};

}  // namespace vedette::series
