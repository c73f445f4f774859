#pragma once

#include <map>
#include <memory>
#include <unordered_map>

#include "core/metric_name.h"
#include "core/series_counts.h"

namespace vedette::series {

/// `model`, `tenant`, `principal` or `metric`: scope of partials and directives.
std::string_view scope_of(SeriesOf kind);

/// Keys that observers count whatever the sample: what a directive holds.
std::string encode_keys(const std::vector<std::uint64_t>& keys);
Result<std::vector<std::uint64_t>> decode_keys(std::string_view bytes);

/// Counts the events of a SeriesSource per pane and key. One per (partition, detector),
/// owned by it, used by one worker at a time. Memory: per open pane and kind at most
/// 2 x max_keys candidates and the watched keys. Damaged partials are refused.
class SeriesObserver final : public Observer {
 public:
  SeriesObserver(const SeriesSource& source, const Common& common);

  void observe(const Batch& batch, Rows rows) override;
  void save(Partials& out) override;
  Status load(Time pane_end, std::string_view scope, std::string_view bytes) override;
  void apply(const Directive& directive) override;
  void judged(Time watermark) override;

 private:
  struct Kind {
    explicit Kind(SeriesOf of_) : of(of_) {}
    SeriesOf of;
    std::map<Time, KeySet> watched;  ///< By the start of the first pane that follows it; the last two.
    std::unordered_map<std::uint64_t, std::string> names;  ///< Of keys in open panes.
    std::vector<std::uint64_t> key_of;                     ///< By symbol; 0 = not yet known.
  };
  struct OpenPane {
    Time start{};
    std::vector<CountTable> tables;  ///< One per kind.
    bool changed = false;
  };
  OpenPane* pane_at(Time time);
  OpenPane& open(Time start);
  bool admitted(const Batch& batch, const Event& event);
  std::uint64_t key_of(Kind& kind, const Batch& batch, const Event& event);
  void count(const Batch& batch, const Event& event, OpenPane& pane);
  void trim_names(Kind& kind, std::size_t index);
  void name(Kind& kind, const Batch& batch, const Event& event, std::uint64_t key);

  const SeriesSource& source_;
  Common common_;
  PaneGate gate_;
  bool admits_all_;
  bool bins_;
  bool samples_;
  std::uint32_t epoch_ = 0;
  MetricName metric_;  ///< Of the last event that was asked for.
  std::vector<Kind> kinds_;
  std::unordered_map<std::uint64_t, bool> admits_;  ///< By model, version and tenant.
  std::map<Time, OpenPane> panes_;                  ///< By end.
  OpenPane* current_ = nullptr;
};

}  // namespace vedette::series
