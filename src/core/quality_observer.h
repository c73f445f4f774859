#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/quality_rows.h"
#include "vedette/quality.h"

namespace vedette::quality {

inline constexpr std::size_t kRecordedRows = 4096;  ///< That a pane keeps of recorded events.
/// Rows that a pane keeps.
std::size_t rows_of_pane(const QualitySettings& settings, const Common& common);

/// Samples rows per pane and model; once a pane has its rows an event costs one comparison. One per
/// (partition, detector), owned by it, used by one worker at a time. Memory: per open pane at most
/// max_keys models, of more those with the smallest hashes. Damaged partials are refused.
class QualityObserver final : public Observer {
 public:
  QualityObserver(const QualitySettings& settings, const Common& common);

  void observe(const Batch& batch, Rows rows) override;
  void save(Partials& out) override;
  Status load(Time pane_end, std::string_view scope, std::string_view bytes) override;
  void apply(const Directive& /*directive*/) override {}
  void judged(Time watermark) override;

 private:
  struct Open {
    std::string scope;
    Sample sample;
    std::vector<std::uint64_t> fresh;  ///< Ranks of rows that were not left yet.
    std::uint64_t fresh_events = 0;
  };
  using Pane = std::map<NameHash, Open>;
  /// Who answers, by model, version and tenant.
  struct Who {
    bool admitted = false;
    NameHash model = 0;
    NameHash version = 0;
    /// Where its rows went last, as long as pane and era are the same.
    Open* open = nullptr;
    Time end{};
    std::uint64_t era = 0;
  };

  Who& who_of(const Batch& batch, const Event& event);
  Pane* pane_of(const Event& event);
  Open* open_of(const Batch& batch, const Event& event, Who& who);
  Open* place(Pane& pane, NameHash model);
  void keep(const Batch& batch, const Event& event, const Who& who, Open& open);

  const Common common_;
  const std::size_t capacity_;
  PaneGate gate_;
  std::uint32_t epoch_ = 0;
  std::unordered_map<std::uint64_t, Who> who_;
  RowReader rows_;
  std::map<Time, Pane> panes_;  ///< By end.
  std::uint64_t era_ = 0;       ///< Goes up whenever models leave a pane.
  Pane* current_ = nullptr;
  Time current_end_{};
};

}  // namespace vedette::quality
