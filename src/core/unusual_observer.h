#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/quality_rows.h"
#include "core/unusual_partial.h"
#include "core/unusual_scorer.h"
#include "vedette/unusual_output.h"

namespace vedette::unusual {

inline constexpr std::size_t kLiveRows = 32;        ///< That a pane keeps, of a model version.
inline constexpr std::size_t kRecordedRows = 1024;  ///< The same of recorded events.

/// Samples rows per pane and model version until the judge says what is odd, then counts odd events. One
/// per (partition, detector), owned by it, used by one worker at a time. Memory: per open pane at most
/// max_keys model versions, of more those with the smallest hashes. Damaged partials are refused.
class UnusualObserver final : public Observer {
 public:
  explicit UnusualObserver(const Common& common);

  void observe(const Batch& batch, Rows rows) override;
  void save(Partials& out) override;
  Status load(Time pane_end, std::string_view scope, std::string_view bytes) override;
  void apply(const Directive& directive) override;
  void judged(Time watermark) override;

 private:
  struct Open {
    std::string scope;
    Partial partial;
    std::vector<std::uint64_t> fresh;  ///< Ranks of rows that were not left yet.
    Traffic traffic{};                 ///< Beside what is in `partial`.
    Scorer* scorer = nullptr;
    bool changed = false;
  };
  using Pane = std::map<NameHash, std::unique_ptr<Open>>;
  /// What is followed of one scope: the newest profile and the one before.
  struct Followed {
    Time effective{};
    std::unique_ptr<Scorer> scorer;
  };
  using Profiles = std::vector<Followed>;
  /// Who answers, by model, version and tenant.
  struct Who {
    bool admitted = false;
    std::string scope;
    NameHash key = 0;
    NameHash version = 0;
    /// Where its events went last, as long as pane and era are the same.
    Open* open = nullptr;
    Time end{};
    std::uint64_t era = 0;
  };

  Who& who_of(const Batch& batch, const Event& event);
  Pane* pane_of(const Event& event);
  Open* open_of(const Event& event, Who& who);
  Open* place(Pane& pane, NameHash key);
  void begin(const Who& who, Time start, Open& open);
  void bind(Open& open);
  static void save_rows(Time end, Open& open, Partials& out);
  static void save_counts(Time end, Open& open, Partials& out);
  void take(const Batch& batch, const Event& event, const Who& who, Open& open);

  const Common common_;
  const std::size_t capacity_;
  PaneGate gate_;
  std::uint32_t epoch_ = 0;
  std::unordered_map<std::uint64_t, Who> who_;
  Who* last_ = nullptr;  ///< Of the last event.
  std::uint64_t last_key_ = 0;
  quality::RowReader rows_;
  std::map<NameHash, Profiles> followed_;
  std::map<Time, Pane> panes_;  ///< By end.
  std::uint64_t era_ = 0;       ///< Goes up whenever what `Who` remembers may be gone.
  Pane* current_ = nullptr;
  Time current_end_{};
};

}  // namespace vedette::unusual
