#pragma once

#include <map>
#include <string>
#include <unordered_map>

#include "core/fairness_outcome.h"
#include "core/fairness_partial.h"
#include "core/label_observer.h"

namespace vedette::fairness {

/// Scopes of partials begin with what they hold.
inline constexpr char kCounts = 'c';   ///< GroupCounts
inline constexpr char kRecords = 'r';  ///< What labels are joined with.

/// Counts per pane and model version what groups got, all of them; a fair part of the answers, and labels,
/// go on to be joined. One per (partition, detector), owned by it, used by one worker at a time. Memory: per
/// open pane at most max_keys models with 256 groups, and what LabelObserver takes. Damaged partials are
/// refused.
class FairnessObserver final : public Observer {
 public:
  FairnessObserver(const FairnessSettings& settings, const Common& common);

  void observe(const Batch& batch, Rows rows) override;
  void save(Partials& out) override;
  Status load(Time pane_end, std::string_view scope, std::string_view bytes) override;
  void apply(const Directive& /*directive*/) override {}
  void judged(Time watermark) override;

 private:
  struct Open {
    std::string scope;
    GroupCounts counts;
    bool changed = false;
  };
  using Pane = std::map<NameHash, Open>;
  /// Who answers, by model, version and tenant.
  struct Who {
    bool admitted = false;
    std::string scope;
    NameHash hash = 0;
    Open* open = nullptr;  ///< Where it was counted last, as long as pane and era are the same.
    Time end{};
    std::uint64_t era = 0;
  };
  class Wrapped;

  bool is_open(const Event& event, Time end);
  Who& who_of(const Batch& batch, const Event& event);
  Open* open_of(Who& who, Time end);
  void count(const Batch& batch, const Event& event);

  const Common common_;
  const Rules rules_;
  PaneGate gate_;
  OutcomeReader outcomes_;
  labels::LabelObserver records_;
  std::uint32_t epoch_ = 0;
  std::unordered_map<std::uint64_t, Who> who_;
  std::map<Time, Pane> panes_;  ///< By end.
  std::uint64_t era_ = 0;       ///< Goes up whenever models leave a pane.
};

}  // namespace vedette::fairness
