#include "core/label_explain.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/drift_text.h"
#include "core/label_rows.h"

namespace vedette::labels {
namespace {

constexpr double kFewLabels = 20;  ///< Fewer since the change say nothing of their own.
constexpr double kNotable = 0.01;  ///< Of accuracy; and beyond two standard errors.
constexpr double kNotableMistake = 0.005;

std::optional<std::size_t> column_of(const drift::Story& story, std::string_view name) {
  const std::vector<drift::ColumnSpec>& specs = story.binning.profile.specs;
  const auto found = std::find_if(specs.begin(), specs.end(),
                                  [&](const drift::ColumnSpec& spec) { return spec.name == name; });
  if (found == specs.end()) return std::nullopt;
  return static_cast<std::size_t>(found - specs.begin());
}

/// Shares of a categorical column's cells among the rows that have it, before and now.
struct Shares {
  drift::Cells before = drift::Cells::Zero();
  drift::Cells now = drift::Cells::Zero();
  double n = 0;  ///< Labels that `now` is of.
};

enum class Over : unsigned char { window, since_change };

std::optional<Shares> shares_of(const drift::Story& story, std::size_t column, int level, Over over) {
  const auto evidence = story.watch.look(column, level);
  if (!evidence) return std::nullopt;
  Shares shares{evidence->expected.share, drift::judged(evidence->observed), evidence->n};
  const drift::Bank::Suffix since = story.watch.since_change(column, drift::View::full);
  const double n = std::accumulate(since.slots.begin(), since.slots.end(), 0.0);
  if (over == Over::since_change && n >= kFewLabels) {
    shares.now = drift::judged(since.cells);
    shares.n = n;
  }
  const auto comparable = [](drift::Cells& cells) {
    cells[drift::kNull] = 0;
    if (cells.sum() > 0) cells /= cells.sum();
  };
  comparable(shares.before);
  comparable(shares.now);
  return shares;
}

/// How often answers were wrong, and are.
struct Errors {
  double before = 0;
  double now = 0;
  double n = 0;
  bool notable() const {
    const double error = std::sqrt(std::max(before * (1 - before), now * (1 - now)) / std::max(n, 1.0));
    return std::abs(now - before) >= std::max(kNotable, 2 * error);
  }
};

std::optional<Errors> errors_of(const drift::Story& story, int level, Over over) {
  const auto column = column_of(story, kError);
  const auto shares = column ? shares_of(story, *column, level, over) : std::nullopt;
  if (!shares) return std::nullopt;
  const std::vector<std::string>& texts = story.binning.texts[*column].cells;
  const auto wrong = std::find(texts.begin(), texts.end(), "true");
  // Where the baseline knows no mistake, one is a new value.
  const auto cell = wrong == texts.end() ? drift::kNew : static_cast<int>(wrong - texts.begin());
  return Errors{shares->before[cell], shares->now[cell], shares->n};
}

bool is_mistake(const std::string& confusion) {
  constexpr std::string_view kBetween = " > ";
  if (confusion.size() <= kBetween.size()) return false;
  const std::size_t half = (confusion.size() - kBetween.size()) / 2;
  return confusion.substr(0, half) + std::string(kBetween) + confusion.substr(0, half) != confusion;
}

/// The mistake that grew, or shrank, most; empty if none is worth a word.
std::string mistake(const drift::Story& story, int level, bool more) {
  const auto column = column_of(story, kConfusion);
  const auto shares = column ? shares_of(story, *column, level, Over::since_change) : std::nullopt;
  if (!shares) return {};
  const std::vector<std::string>& texts = story.binning.texts[*column].cells;
  double most = kNotableMistake;
  std::string text;
  for (std::size_t i = 0; i < std::min<std::size_t>(texts.size(), drift::kBins); ++i) {
    const auto cell = static_cast<Eigen::Index>(i);
    const double growth = (shares->now[cell] - shares->before[cell]) * (more ? 1 : -1);
    if (growth <= most || !is_mistake(texts[i])) continue;
    most = growth;
    text = "; most of it (said > true) " + texts[i] + ": " + drift::percent(shares->before[cell]) + " to " +
           drift::percent(shares->now[cell]) + " of labels";
  }
  return text;
}

void headline(const drift::Story& story, const drift::Transition& transition, const Errors& errors,
              Finding& finding) {
  const std::string rates =
      " from " + drift::percent(1 - errors.before) + " to " + drift::percent(1 - errors.now);
  if (!errors.notable()) {
    finding.what += "; accuracy went" + rates;
    return;
  }
  const bool worse = errors.now > errors.before;
  const auto error = std::find(finding.subjects.begin(), finding.subjects.end(), kError);
  if (error == finding.subjects.end()) finding.subjects.insert(finding.subjects.begin(), std::string(kError));
  finding.subject = kError;
  std::erase(finding.reasons, "MIX");
  finding.reasons.insert(finding.reasons.begin(), worse ? "MORE_ERRORS" : "FEWER_ERRORS");
  finding.what = std::string("accuracy ") + (worse ? "fell" : "rose") + rates;
  if (finding.change_since) finding.what += " since " + drift::clock_text(*finding.change_since);
  finding.what += mistake(story, transition.level, worse);
}

}  // namespace

Finding explain_labels(const drift::Story& story, const drift::Transition& transition) {
  Finding finding = drift::explain(story, transition);
  const bool closed = transition.kind == drift::Transition::Kind::closed;
  const auto errors = errors_of(story, transition.level, closed ? Over::window : Over::since_change);
  if (errors) {
    finding.numbers.emplace_back("error_rate", errors->now);
    finding.numbers.emplace_back("error_rate_baseline", errors->before);
    finding.numbers.emplace_back("labels", errors->n);
  }
  if (closed) {
    if (errors)
      finding.what += ": accuracy is " + drift::percent(1 - errors->now) + ", in the baseline " +
                      drift::percent(1 - errors->before);
    return finding;
  }
  if (errors) headline(story, transition, *errors, finding);
  finding.next_steps =
      "Look at the labelled cases since that time, and ask whether labels are still given in the same way; "
      "if the world has changed, train again; if the change is meant to stay, promote a new baseline.";
  return finding;
}

}  // namespace vedette::labels
