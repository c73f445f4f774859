#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/unusual_look.h"
#include "core/unusual_partial.h"
#include "vedette/detector.h"

namespace vedette::unusual {

/// What is to be told of a model version.
struct News {
  enum class What : unsigned char { raised, over, alone };
  What what = What::raised;
  Look look;
  Example example;  ///< alone: this one.
};

/// One model version: samples rows, learns from them what is odd, counts how often that comes, then looks at
/// windows of several lengths. Owned by the judge; one thread. Durable under keys that end in its scope: h
/// what it is at, n how often, o what is odd, r rows of a pane that are needed yet, w windows of a length.
/// Damaged bytes are refused.
class Watch {
 public:
  enum class Stage : unsigned char { sampling, counting, watching };
  static constexpr std::size_t kLiveSample = 2048;
  static constexpr std::size_t kRecordedSample = 8192;

  /// `capacity`: rows to learn from.
  Watch(std::string scope, std::size_t capacity)
      : scope_(std::move(scope)), capacity_(capacity), sample_(capacity) {}

  /// What came in the pane that ends at `end`; panes come in order.
  std::vector<News> step(Partial pane, Time end, const Rules& rules, Duration lateness, Verdicts& out);
  /// Recorded events were sampled: learn from them what is odd.
  void end_sampling(Verdicts& out);
  /// Recorded events were counted.
  void end_counting();

  Stage stage() const { return stage_; }
  bool waits() const { return waits_; }  ///< For approval; until then nothing is judged.
  Time first() const { return first_; }
  Time seen() const { return seen_; }
  const std::optional<Oddness>& oddness() const { return oddness_; }
  const Norm& norm() const { return norm_; }

  /// Watches with what another judge has learned, panes that start at or after `from`, and tells
  /// observers; kDawn: all.
  void resume(Time from, const Rules& rules, Duration lateness, Verdicts& out);

  void save(Verdicts& out);
  /// Erases what is stored.
  void erase(Verdicts& out) const;
  /// And tells observers to sample again.
  void forget(Verdicts& out) const;
  bool load(char part, std::string_view rest, std::string_view bytes);

 private:
  void sample(const quality::Sample& rows, Time end, Verdicts& out);
  void try_learn(Time end, const Rules& rules, Duration lateness, Verdicts& out);
  bool learn(Time effective, Verdicts& out);
  void drop_rows(Verdicts& out);
  void count(const Counts& pane, Time end, const Rules& rules);
  std::vector<News> watch(const Counts& pane, Time end, const Rules& rules);
  std::optional<News> decide(int length, Time end, const Rules& rules);
  std::string head() const;
  bool load_head(std::string_view bytes);

  std::string scope_;
  std::size_t capacity_;
  Stage stage_ = Stage::sampling;
  bool waits_ = false;
  Time first_ = kForever;  ///< Start of the first pane.
  Time seen_ = kDawn;      ///< End of the last one.
  Time learn_at_ = kForever;
  Time count_from_ = kForever;
  Time look_from_ = kDawn;  ///< Windows start here at the earliest.
  quality::Sample sample_;
  std::optional<Oddness> oddness_;
  Norm norm_;
  Windows windows_;
  std::optional<Look> told_;  ///< While an alert is open; without its window.
  bool norm_changed_ = false;
};

}  // namespace vedette::unusual
