#pragma once

#include <map>
#include <set>
#include <string>

#include "core/model_change_explain.h"
#include "vedette/model_change.h"

namespace vedette::model_change {

/// Compares what models answered in each pane with what is known of them. One per detector, used by
/// the judge's thread. What is stored: the state of each model under `m` and its name, as of the
/// last pane that it was in. Damaged bytes are refused.
class ChangeJudge final : public Judge {
 public:
  ChangeJudge(const ModelChangeSettings& settings, const Common& common);

  Status load(std::string_view key, std::string_view bytes) override;
  Status merge(Time pane_end, std::string_view scope, std::string_view partial) override;
  void advance(Time watermark, Verdicts& out) override;
  void save(Verdicts& out) override;
  void learned(Time end, Verdicts& out) override;
  std::vector<BaselineView> baselines() override;

 private:
  struct Pending {
    std::string model;
    Seen seen;
  };
  using Pane = std::map<NameHash, Pending>;

  void close_pane(Time end, const Pane& pane, Verdicts& out);
  void make_room();
  bool learning(const ModelState& state) const;

  const Common common_;
  Rules rules_;
  std::map<Time, Pane> pending_;  ///< Merged, not closed yet, by end.
  std::map<std::string, ModelState> models_;
  std::set<std::string> touched_;  ///< To be saved, or erased if there is no such model.
};

/// What a model is called in partials and state: names of any length are bounded.
std::string scope_of(std::string_view model);

/// Takes up one more, of which only the `most` with the smallest hashes matter: the same ones in any
/// order and split. Null: it is left out.
template <class Entry>
Entry* place_of(std::map<NameHash, Entry>& entries, NameHash hash, std::size_t most) {
  const auto found = entries.lower_bound(hash);
  if (found != entries.end() && found->first == hash) return &found->second;
  if (entries.size() >= most) {
    if (found == entries.end()) return nullptr;
    entries.erase(std::prev(entries.end()));
  }
  return &entries[hash];
}

}  // namespace vedette::model_change
