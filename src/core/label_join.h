#pragma once

#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/label_records.h"
#include "vedette/detector.h"

namespace vedette::labels {

/// A label with the prediction that it is about.
struct Joined {
  std::string version;
  Prediction prediction;
  Truth truth;
  Time at{};  ///< The later of the two.
};

/// Predictions of one model that wait for their labels, and labels that came a little too
/// early. Fed pane by pane, in order; what it answers depends on nothing else. Durable: one
/// key per version and pane, which goes when nothing waits in it any more. Owned by the
/// judge; one thread. Damaged bytes are refused.
class ModelJoin {
 public:
  struct Bounds {
    Duration join_for = 7 * kDay;
    std::size_t predictions = 100'000;
  };
  static constexpr Duration kEarly = 2 * kMinute;  ///< A label may come before its prediction.
  static constexpr std::size_t kMostEarly = 512;   ///< Of one pane.

  ModelJoin(std::string model, const Bounds& bounds) : model_(std::move(model)), bounds_(bounds) {}

  /// Predictions of a pane, settled. Of an id that waits already the first counts. Answers how many wait.
  std::size_t put(Time pane_end, const std::string& version, std::vector<Prediction> predictions);
  /// Labels of the same pane, settled, after all its predictions.
  std::vector<Joined> join(Time pane_end, const std::vector<Truth>& truths);
  /// Lets go what has waited too long at the end of a pane.
  void expire(Time pane_end);
  /// Leaves out every second one from now on, of predictions and labels alike.
  void thin();
  std::size_t size() const { return waiting_.size() + early_count_; }
  bool labelled() const { return labelled_; }
  Time seen() const { return seen_; }

  void save(Verdicts& out);
  void forget(Verdicts& out) const;
  /// Parts in this order: m what is left out, p predictions, w early labels.
  Status load(char part, std::string_view rest, std::string_view bytes);
  /// What keys of a model go by, behind their letter.
  static std::string key_of(std::string_view model);

 private:
  using BlockKey = std::pair<Time, std::string>;  ///< End of the pane, version.
  struct Waiting {
    Prediction prediction;
    const BlockKey* block = nullptr;  ///< The map's.
  };

  bool keeps(std::uint64_t id) const;
  bool take(const Truth& truth, std::vector<Joined>& out);
  void relax();
  std::string block_key(const BlockKey& block) const;
  void save_block(const BlockKey& key, Verdicts& out);
  Status load_block(std::string_view rest, std::string_view bytes);
  Status load_early(std::string_view rest, std::string_view bytes);

  std::string model_;
  Bounds bounds_;
  int level_ = 0;  ///< One in 2^level is kept.
  bool labelled_ = false;
  Time seen_ = kDawn;
  std::size_t early_count_ = 0;
  std::unordered_map<std::uint64_t, Waiting> waiting_;
  std::map<BlockKey, std::vector<std::uint64_t>> blocks_;  ///< Ids, some of which wait no more.
  std::map<Time, std::vector<Truth>> early_;               ///< By the end of their pane.
  std::set<BlockKey> dirty_blocks_;
  std::set<Time> dirty_early_;
};

}  // namespace vedette::labels
