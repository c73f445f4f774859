#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "core/label_join.h"

namespace vedette::labels {

/// Joins labels with predictions in all models: takes what the partitions saw and hands it on joined,
/// pane by pane in order of time. Bounded by max_keys models and Bounds. Durable under the letters
/// m n p w and the model's name; to be loaded in order. Owned by a judge; one thread. Damaged bytes
/// are refused.
class Joins {
 public:
  /// Predictions that wait in all models together, as a multiple of those of one.
  static constexpr std::size_t kModels = 10;

  /// Who is told what a pane brought: first all predictions, then all that was joined.
  class Reader {
   public:
    virtual ~Reader() = default;
    /// Of a model version; what only this reader needed may be taken out of them.
    virtual void predicted(Time end, const std::string& scope, std::vector<Prediction>& predictions) = 0;
    /// So many of them wait for their labels.
    virtual void waiting(Time /*end*/, const std::string& /*scope*/, std::size_t /*count*/) {}
    virtual void joined(Time end, const std::string& model, const Joined& joined, const NameTexts& names) = 0;
  };

  /// What it leaves out is counted in `tally`, its owner's.
  Joins(const Common& common, const ModelJoin::Bounds& bounds, Tally& tally)
      : common_(common), bounds_(bounds), tally_(tally) {}

  Status load(std::string_view key, std::string_view bytes);
  Status merge(Time pane_end, std::string_view scope, std::string_view partial);
  /// End of the first pane, if it is ripe.
  std::optional<Time> ripe(Time watermark) const;
  /// Closes that pane.
  void close(Reader& reader, Verdicts& out);
  void save(Verdicts& out);
  /// Forgets everything.
  void clear(Verdicts& out);

 private:
  struct Model {
    Model(const std::string& name, const ModelJoin::Bounds& bounds) : join(name, bounds) {}
    ModelJoin join;
    NameTexts names{NameTexts::kMostOfModel};
    bool names_changed = false;
  };
  using Pane = std::map<std::string, Records>;  ///< By scope: a model's versions are neighbours.
  using Truths = std::map<std::string, std::vector<Truth>>;

  Model& model_of(const std::string& name);
  Truths take(Time end, Pane& pane, Reader& reader);
  void limit_waiting(Time end);
  void make_room(Verdicts& out);
  void forget(const std::string& name, Verdicts& out);

  const Common common_;
  const ModelJoin::Bounds bounds_;
  Tally& tally_;
  std::map<Time, Pane> pending_;  ///< Not closed yet, by end.
  std::map<std::string, Model> models_;
  std::set<std::string> touched_;  ///< To be saved.
};

/// Whether it is a scope's key as drift::scope_key writes them.
bool is_scope(std::string_view scope);

/// The eighth of the entries that matters least, so that a flood of invented names costs little. `rank`
/// answers whether an entry is worth more than others, and when it was seen last.
template <class Entries, class Rank>
std::vector<std::string> least(const Entries& entries, const Rank& rank) {
  std::vector<std::tuple<bool, Time, std::string>> all;
  for (const auto& [name, entry] : entries) {
    const auto [worth, seen] = rank(entry);
    all.emplace_back(worth, seen, name);
  }
  std::sort(all.begin(), all.end());
  all.resize(std::max<std::size_t>(1, all.size() / 8));
  std::vector<std::string> names;
  for (auto& [worth, seen, name] : all) names.push_back(std::move(name));
  return names;
}

}  // namespace vedette::labels
