#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/model_change_partial.h"
#include "vedette/model_change.h"

namespace vedette::model_change {

/// Notes per pane and model which versions, artifacts and output types answered. One per (partition,
/// detector), owned by it, used by one worker at a time. Memory: per open pane at most max_keys
/// models, of more those with the smallest hashes. Damaged partials are refused.
class ChangeObserver final : public Observer {
 public:
  ChangeObserver(const ModelChangeSettings& settings, const Common& common);

  void observe(const Batch& batch, Rows rows) override;
  void save(Partials& out) override;
  Status load(Time pane_end, std::string_view scope, std::string_view bytes) override;
  void apply(const Directive& /*directive*/) override {}
  void judged(Time watermark) override;

 private:
  struct Open {
    std::string scope;
    Seen seen;
    bool changed = false;
  };
  using Pane = std::map<NameHash, Open>;
  /// Who answers, by model, version and tenant.
  struct Who {
    bool admitted = false;
    NameHash model = 0;
    NameHash version = 0;
    /// Where it was noted last, as long as pane and era are the same.
    Open* open = nullptr;
    Time end{};
    std::uint64_t era = 0;
  };
  struct Column {
    std::size_t place = 0;  ///< Among the values of an event.
    NameHash output = 0;
    bool classes = false;  ///< Probabilities by class: together one output.
    FieldId field = 0;
  };

  Who& who_of(const Batch& batch, const Event& event);
  Pane* pane_of(const Event& event);
  Open* open_of(const Batch& batch, const Event& event, Who& who);
  void note(const Batch& batch, const Event& event, const Who& who, Open& open);
  void note_digest(const Batch& batch, const Event& event, const Who& who, Seen& seen);
  void note_outputs(const Batch& batch, const Event& event, Seen& seen);
  const std::vector<Column>& columns_of(const Batch& batch, const Event& event);
  static std::string_view name_of(const Batch& batch, const Column& column);
  SeenDigest::Approval approval_of(std::string_view version, std::string_view digest) const;

  const Common common_;
  std::vector<Scope> approved_;  ///< Pattern of the digest in place of the model's.
  PaneGate gate_;
  std::uint32_t epoch_ = 0;
  std::unordered_map<std::uint64_t, Who> who_;
  std::vector<std::vector<Column>> shapes_;  ///< By shape; empty: not looked at yet.
  std::vector<bool> known_shapes_;
  std::vector<Column> loose_;   ///< Of an event without a shape.
  std::map<Time, Pane> panes_;  ///< By end.
  std::uint64_t era_ = 0;       ///< Goes up whenever models leave a pane.
  Pane* current_ = nullptr;
  Time current_end_{};
};

}  // namespace vedette::model_change
