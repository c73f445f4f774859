#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "vedette/bytes.h"
#include "vedette/status.h"
#include "vedette/time.h"
#include "vedette/value.h"

namespace vedette::labels {

/// A class or label, by a hash of its text; 0: none. Whoever makes two of them collide only
/// mixes up his own model's.
using Name = std::uint32_t;
Name name_of(std::string_view text);

/// What people read for names. Bounded: names beyond the limit have no text.
class NameTexts {
 public:
  static constexpr std::size_t kMostOfPane = 4096;
  static constexpr std::size_t kMostOfModel = 1024;
  static constexpr std::size_t kBytes = 22;  ///< Of a text; two of them make a confusion.

  explicit NameTexts(std::size_t most) : most_(most) {}
  /// Whether it is new.
  bool add(Name name, std::string_view text);
  void add_all(const NameTexts& other);
  std::size_t size() const { return texts_.size(); }
  bool has(Name name) const { return texts_.contains(name); }
  std::string_view text(Name name) const;  ///< `?` if it has none.
  void encode(ByteWriter& out) const;
  void decode(ByteReader& in);

 private:
  std::size_t most_;
  std::map<Name, std::string> texts_;
};

/// -ln of the probability that an answer gave to a class, in thousandths; at most kMostLoss.
struct Loss {
  Name name = 0;
  std::uint16_t thousandths = 0;
  bool operator==(const Loss&) const = default;
};
inline constexpr std::uint16_t kMostLoss = 9210;  ///< Of a probability of 1e-4.
inline constexpr std::size_t kMostClasses = 16;
inline constexpr std::size_t kMostGroups = 4;  ///< Of one prediction.

/// What a model answered, as far as a label can prove it wrong.
struct Prediction {
  std::uint64_t id = 0;  ///< Hash of the inference's id.
  Time time{};
  Name said = 0;
  double score = kUnknown;
  std::vector<Loss> losses;
  std::vector<Name> groups = {};  ///< That it is about, where outcomes are compared between groups.
};

/// What was right, as its label says.
struct Truth {
  std::uint64_t id = 0;  ///< Hash of the id of the inference that it is about.
  Time time{};
  Name label = 0;
  double number = kUnknown;
};

/// Records of one model version, or labels of one model, in one pane.
struct Records {
  /// Of one pane; of more, those with the smallest ids are kept. Predictions and labels of one
  /// inference have the same id, so they are kept or left out together, in any order and split.
  static constexpr std::size_t kMostPredictions = 128;
  static constexpr std::size_t kMostTruths = 4096;  ///< More, since labels may come in heaps.

  std::vector<Prediction> predictions;
  std::vector<Truth> truths;
  NameTexts names{NameTexts::kMostOfPane};

  /// Keeps the smallest ids, and brings what is kept into an order that is free of arrival.
  void settle();
  /// More of the same pane; what cannot be among the smallest goes.
  void merge(Records more);
};

/// By id first; an id may come twice.
struct Rank {
  std::uint64_t id = 0;
  Time time{};
  Name name = 0;
  auto operator<=>(const Rank&) const = default;
};
inline Rank rank_of(const Prediction& p) { return {p.id, p.time, p.said}; }
inline Rank rank_of(const Truth& t) { return {t.id, t.time, t.label}; }

/// The smallest `most` of the ranks that it was shown, and for a while some that are not among them:
/// sorting out many at once costs less than a heap.
class SmallestRanks {
 public:
  explicit SmallestRanks(std::size_t most) : most_(most) {}
  /// Whether a record of this id may be among them: the one question that many events cost.
  bool wants(std::uint64_t id) const { return id <= largest_.id; }
  /// False: it is not among them.
  bool take(const Rank& rank);
  /// Leaves the smallest alone; `has` knows then.
  void sort_out();
  bool has(const Rank& rank) const { return rank <= largest_; }
  std::size_t most() const { return most_; }
  std::size_t size() const { return std::min(ranks_.size(), most_); }

 private:
  std::size_t most_;
  std::vector<Rank> ranks_;
  Rank largest_{~std::uint64_t{0}, kForever, ~Name{0}};  ///< That can be among them.
};

/// Calls `visit` with every name in a record.
template <class Visit>
void for_names(const Prediction& prediction, Visit&& visit) {
  if (prediction.said != 0) visit(prediction.said);
  for (const Loss& loss : prediction.losses) visit(loss.name);
}
template <class Visit>
void for_names(const Truth& truth, Visit&& visit) {
  if (truth.label != 0) visit(truth.label);
}

/// Of many names, those that no record has are left out.
std::string encode(const Records& records);
/// Total; no more records than panes may have.
Result<Records> decode_records(std::string_view bytes);

}  // namespace vedette::labels
