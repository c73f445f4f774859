#pragma once

#include <string>
#include <vector>

#include "core/model_change_state.h"
#include "vedette/finding.h"

namespace vedette::model_change {

enum class Reason : unsigned char {
  new_version,
  not_approved,
  new_digest,
  two_versions,
  roll_back,
  output_type,
};

/// Something about a model that is not what it was.
struct Change {
  Reason reason{};
  Finding::Phase phase = Finding::Phase::raised;
  std::string version;  ///< Which one; empty: none, or it has no name.
  std::string subject;  ///< Digest or output; of two versions, both.
  std::string before;   ///< The version, digest or types that were usual.
  std::string now;      ///< Types.
  double effect = 0;    ///< Events; of two versions and of returns hours; of types their share.
  std::uint64_t n = 0;  ///< Events that it is about.
  Time since{};
  bool listed = false;      ///< A digest that is on the list of approved ones.
  bool beyond_cap = false;  ///< There is no room to remember it.
  std::size_t others = 0;   ///< Of the same kind at once, which it stands for.
};

struct Rules {
  Duration window{};
  Duration settle{};
  Duration overlap{};
  bool recording = false;  ///< Everything is learned.
};

/// Takes up what a model answered in the pane that ends at `end`; panes come in order. Answers what
/// changed, in an order that depends on nothing else. `evicted`: versions, digests and outputs that
/// were dropped for others, or were not taken up for want of room.
std::vector<Change> step(ModelState& state, const Seen& seen, Time end, const Rules& rules,
                         std::uint64_t& evicted);

/// The pane at hand, for the parts of a step.
struct Moment {
  Time start{};
  Time end{};
  Duration tick{};  ///< By which it moved the model's clock.
  bool learning = false;
};
void step_digests(ModelState& state, const Seen& seen, const Moment& now, std::vector<Change>& changes,
                  std::uint64_t& evicted);
void step_together(ModelState& state, const Moment& now, const Rules& rules, std::vector<Change>& changes);
void step_outputs(ModelState& state, const Seen& seen, const Moment& now, const Rules& rules,
                  std::vector<Change>& changes, std::uint64_t& evicted);

/// What lasts is told again only now and then, so that its alert stays open.
bool due(Time& told, Time now);
/// The smallest part of a model's events that counts: 5 %.
constexpr bool is_part(std::uint64_t count, std::uint64_t of) {
  return count > 0 && count >= of / 20 + (of % 20 == 0 ? 0 : 1);
}

}  // namespace vedette::model_change
