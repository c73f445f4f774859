#pragma once

#include <array>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "core/quality_checks.h"

namespace vedette::quality {

struct Rules {
  Duration window{};  ///< Of a pane.
  Duration learn_for{};
  Duration accept_after{};
  double min_share = 0;
  double budget = 0;       ///< False alerts per model and week.
  bool recording = false;  ///< Everything is learned, nothing judged.
};

struct FieldState {
  std::string text;  ///< Its section and name.
  Time sound_from =
      kDawn;  ///< Rows before may be broken in a way that is over: they are not looked at again.
  Norm norm;
};

/// Fields that are broken in one way, for as long as they are.
struct Episode {
  Time since{};
  Time opened{};
  std::vector<NameHash> fields;
};

/// What is to be told about a model: one kind, all fields that it concerns.
struct Told {
  enum class What : unsigned char { raised, sound_again, accepted };
  Kind kind{};
  What what = What::raised;
  std::vector<Break> breaks;        ///< The clearest one first; none if it is over.
  std::vector<std::string> fields;  ///< Their texts, in the same order.
  std::string value;                ///< Text of the first one's value.
  std::string client;               ///< Who sends it, where that is one.
  std::string version;              ///< Of a schema that evolves.
  Time since{};
  Time start{};  ///< Of the rows that were looked at.
  double level = 0;
};

struct KeptPane {
  Time end{};
  Sample sample{0};
};

/// What is known of one model, and its latest rows. Owned by the judge. Rows are judged first and learned
/// when they leave, if their field was sound meanwhile. Bounded by the limits below.
class ModelState {
 public:
  static constexpr std::size_t kMostFields = 256;
  static constexpr std::size_t kMostFieldsOfEpisode = 64;

  /// Takes up what came in the pane that ends at `end`; panes come in order. `gone`: ends of panes whose
  /// rows are not needed any longer; `left_out`: fields for which there was no room.
  std::vector<Told> step(Sample sample, Time end, const Rules& rules, std::vector<Time>& gone,
                         std::uint64_t& left_out);
  /// What was recorded has been run through.
  void end_baseline();
  bool learning(const Rules& rules) const;

  Time first() const { return first_; }
  Time pane_end() const { return pane_end_; }
  std::uint64_t events() const { return events_; }
  const std::map<NameHash, FieldState>& fields() const { return fields_; }
  const std::deque<KeptPane>& panes() const { return panes_; }

  std::string encode() const;
  bool decode(std::string_view bytes);
  /// Takes back a pane, in order, after `decode`.
  void restore(Time end, Sample sample);

 private:
  using Kinds = std::array<std::vector<Break>, kKinds>;

  void keep(Sample sample, Time end);
  std::vector<const Row*> rows_from(std::size_t pane) const;
  std::size_t first_pane_of(std::size_t rows) const;
  void learn_old(const Rules& rules, std::vector<Time>& gone, std::uint64_t& left_out);
  void learn_block(const std::vector<const Row*>& block, std::uint64_t& left_out);
  FieldState* field_of(NameHash hash, std::uint64_t& left_out);
  bool is_open(NameHash field) const;
  Kinds judge(const Rules& rules) const;
  std::optional<Break> check_field(const View& view, NameHash hash, const Norm& norm,
                                   const Limits& limits) const;
  std::optional<Break> first_break(const std::vector<View>& views, NameHash hash, const FieldState& field,
                                   const Limits& limits) const;
  void judge_fields(const Rules& rules, Kinds& kinds) const;
  void judge_new(const View& view, Kinds& kinds) const;
  void follow(Kinds kinds, const Rules& rules, std::vector<Told>& told);
  void adopt(const Kinds& kinds, const Rules& rules, std::vector<Told>& told, std::uint64_t& left_out);
  void end(const Episode& episode);
  void accept(const Episode& episode);
  void told_over(Kind kind, Told::What what, const Episode& episode, std::vector<Told>& told) const;
  double level(const Rules& rules) const;
  Told tell(Kind kind, std::vector<Break> breaks, const Rules& rules) const;
  std::string text_of(NameHash hash) const;

  Time first_ = kForever;
  Time pane_end_ = kDawn;
  bool settled_ = false;  ///< By recorded events.
  std::uint64_t events_ = 0;
  std::uint64_t blocks_ = 0;
  Known versions_;
  Known clients_;
  std::map<NameHash, FieldState> fields_;
  std::map<Kind, Episode> episodes_;
  std::deque<KeptPane> panes_;
};

}  // namespace vedette::quality
