#include "core/drift_explain.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "core/drift_quantiles.h"
#include "core/drift_text.h"
#include "vedette/drift.h"

namespace vedette::drift {
namespace {

constexpr double kNotable = 0.2;      ///< Part of the shift that makes a reason.
constexpr double kMeanShift = 0.1;    ///< In standard deviations.
constexpr double kScaleShift = 0.14;  ///< In logarithms: 15 %.
constexpr double kShortBaseline = 8;  ///< Effective blocks.
constexpr double kFewEvents = 20;     ///< Fewer show no shape.
constexpr std::size_t kTop = 5;
constexpr std::size_t kFellows = 3;
constexpr double kFellow = 0.5;  ///< Part of its limit from which another column is named.
constexpr double kMostOfJoint =
    0.5;  ///< Effect of a relation, as a part of that of `joint`, that makes it the subject.
constexpr std::string_view kJoint = "joint";  ///< Made of all numbers, so that others tell where it is from.

/// A column's window as shares of events, with what people read about it.
struct Picture {
  const ColumnSpec& spec;
  const ColumnText& text;
  StoredCells stored;
  Cells observed;
  Cells expected;
  Cells parts;             ///< Each cell's part of the shift; sums to 1.
  Cells since;             ///< As observed since the change; the window begins before it.
  std::int64_t panes = 0;  ///< Since the change; 0: not known.
};

Picture picture_of(const Story& story, std::size_t column, const Watch::Evidence& evidence) {
  Picture picture{story.binning.profile.specs[column],    story.binning.texts[column], evidence.observed,
                  judged(evidence.observed) / evidence.n, evidence.expected.share,     Cells::Zero(),
                  judged(evidence.observed) / evidence.n};
  for (double& count : picture.stored) count /= evidence.n;
  const Bank::Suffix since = story.watch.since_change(column, evidence.view);
  const double n = std::accumulate(since.slots.begin(), since.slots.end(), 0.0);
  if (n >= kFewEvents) picture.since = judged(since.cells) / n;
  picture.panes = since.panes;
  picture.parts = (picture.observed.sqrt() - picture.expected.sqrt()).square();
  if (picture.parts.sum() > 0) picture.parts /= picture.parts.sum();
  return picture;
}

std::string cell_name(const Picture& picture, int cell) {
  if (cell == kNull) return picture.stored[kStoredMissing] > picture.stored[kStoredNull] ? "missing" : "null";
  if (cell == kNew)
    return picture.stored[kStoredType] > picture.stored[kStoredNew] ? "other type" : "new value";
  const auto at = static_cast<std::size_t>(cell);
  if (!picture.spec.numeric)
    return at < picture.text.cells.size() ? "= " + picture.text.cells[at] : "other values";
  if (cell == kFarBelow) return "far below";
  if (cell == kFarAbove) return "far above";
  const auto edge = [&](std::size_t i) { return number(picture.spec.origin + picture.spec.edges[i]); };
  const std::size_t bin = at - 1;
  if (picture.spec.edges.empty()) return "any number";
  if (bin == 0) return "below " + edge(0);
  if (bin >= picture.spec.edges.size()) return edge(picture.spec.edges.size() - 1) + " and above";
  return edge(bin - 1) + " .. " + edge(bin);
}

std::vector<Contribution> top_of(const Picture& picture) {
  std::array<int, kJudged> order{};
  for (int cell = 0; cell < kJudged; ++cell) order[static_cast<std::size_t>(cell)] = cell;
  std::stable_sort(order.begin(), order.end(),
                   [&](int a, int b) { return picture.parts[a] > picture.parts[b]; });
  std::vector<Contribution> top;
  for (const int cell : order) {
    if (top.size() == kTop || picture.parts[cell] <= 0) break;
    const double p = picture.expected[cell];
    const double q = picture.observed[cell];
    top.push_back(
        {"bin", cell_name(picture, cell), q < p ? -picture.parts[cell] : picture.parts[cell], p, q});
  }
  return top;
}

/// Mean and spread as the bins' centres show them; far, new and null left out.
struct Moments {
  double mean = 0;
  double sd = 0;
};
Moments moments_of(const Picture& picture, const Cells& shares) {
  double mass = 0;
  double sum = 0;
  double squares = 0;
  for (std::size_t bin = 0; bin < picture.text.centre.size(); ++bin) {
    const double share = shares[static_cast<Eigen::Index>(bin) + 1];
    const double x = picture.text.centre[bin] - picture.spec.origin;
    mass += share;
    sum += share * x;
    squares += share * x * x;
  }
  if (mass <= 0) return {picture.spec.origin, 0};
  const double mean = sum / mass;
  return {picture.spec.origin + mean, std::sqrt(std::max(0.0, squares / mass - mean * mean))};
}

double wasserstein(const Picture& picture, double sd) {
  if (!picture.spec.numeric || sd <= 0) return 0;
  const auto bins = static_cast<Eigen::Index>(picture.text.centre.size());
  const double q_mass = picture.observed.segment(1, bins).sum();
  const double p_mass = picture.expected.segment(1, bins).sum();
  double ahead = 0;
  double total = 0;
  for (Eigen::Index bin = 0; bin + 1 < bins && q_mass > 0 && p_mass > 0; ++bin) {
    ahead += picture.observed[bin + 1] / q_mass - picture.expected[bin + 1] / p_mass;
    const auto at = static_cast<std::size_t>(bin);
    total += std::abs(ahead) * (picture.text.centre[at + 1] - picture.text.centre[at]);
  }
  return total / sd;
}

void add_numbers(const Picture& picture, const Watch::Evidence& evidence, Finding& finding) {
  const double floor = 0.5 / (evidence.n + kJudged);  // So that an empty cell does not decide.
  const Cells q = picture.observed.max(floor);
  const Cells p = picture.expected.max(floor);
  const Cells middle = (picture.observed + picture.expected) / 2;
  const auto divergence = [&](const Cells& x) {
    return (x > 0).select(x * (x.max(1e-300) / middle.max(1e-300)).log(), 0.0).sum();
  };
  finding.numbers = {
      {"psi", ((q - p) * (q / p).log()).sum()},
      {"jsd", (divergence(picture.observed) + divergence(picture.expected)) / (2 * std::log(2.0))},
      {"wasserstein_sd", wasserstein(picture, moments_of(picture, picture.expected).sd)},
      {"null_rate", picture.observed[kNull]},
      {"null_rate_baseline", picture.expected[kNull]},
  };
}

struct Reason {
  std::string code;
  double part = 0;
};

Reason shape_of(const Picture& picture, double part) {
  if (!picture.spec.numeric) return {"MIX", part};
  int fullest = 0;
  const double share = picture.since.head<kOrdinary>().maxCoeff(&fullest);
  // The outermost bins are open: all values in one of them may be a far shift as well.
  const bool inner = fullest > 1 && fullest < static_cast<int>(picture.text.centre.size());
  if (inner && share > 0.95 * (1 - picture.since[kNull]) && picture.expected[fullest] < 0.5)
    return {"STUCK", part};
  const Moments before = moments_of(picture, picture.expected);
  const Moments now = moments_of(picture, picture.observed);
  const double shift = before.sd > 0 ? std::abs(now.mean - before.mean) / before.sd : 0;
  const double scale = before.sd > 0 && now.sd > 0 ? std::abs(std::log(now.sd / before.sd)) : 0;
  if (shift >= kMeanShift && shift >= scale) return {"MEAN_SHIFT", part};
  return {scale >= kScaleShift ? "SCALE" : "SHAPE", part};
}

/// Codes of what makes up the shift, the largest part first.
std::vector<Reason> reasons_of(const Picture& picture) {
  const Cells& parts = picture.parts;
  const bool missing = picture.stored[kStoredMissing] > picture.stored[kStoredNull];
  const bool type = picture.stored[kStoredType] > picture.stored[kStoredNew];
  const double far = picture.spec.numeric ? parts[kFarBelow] + parts[kFarAbove] : 0;
  std::vector<Reason> reasons = {
      {missing ? "MISSING" : "NULLS", parts[kNull]},
      {type ? "TYPE" : "NEW_VALUES", parts[kNew]},
      {"FAR_OUTLIERS", far},
      shape_of(picture, 1 - parts[kNull] - parts[kNew] - far),
  };
  std::stable_sort(reasons.begin(), reasons.end(),
                   [](const Reason& a, const Reason& b) { return a.part > b.part; });
  std::erase_if(
      reasons, [&](const Reason& reason) { return reason.part < kNotable && reason.part < reasons[0].part; });
  return reasons;
}

std::string clause(const Picture& picture, const std::string& reason) {
  const std::string& name = picture.spec.name;
  const auto rates = [](double now, double before) {
    return percent(now) + " of events (baseline " + percent(before) + ")";
  };
  const double null_now = picture.observed[kNull];
  if (reason == "NULLS") return name + " is null in " + rates(null_now, picture.expected[kNull]);
  if (reason == "MISSING") return name + " is missing from " + rates(null_now, picture.expected[kNull]);
  if (reason == "NEW_VALUES")
    return name + " has values not seen before in " + rates(picture.observed[kNew], picture.expected[kNew]);
  if (reason == "TYPE")
    return name + " has another type in " + rates(picture.observed[kNew], picture.expected[kNew]);
  if (reason == "FAR_OUTLIERS")
    return name + " is far outside its range in " +
           rates(picture.observed[kFarBelow] + picture.observed[kFarAbove],
                 picture.expected[kFarBelow] + picture.expected[kFarAbove]);
  const std::string moved = " (" + percent((picture.observed - picture.expected).abs().sum() / 2) +
                            " of events left their usual bins)";
  if (reason == "MIX") {
    const Contribution first = top_of(picture).front();
    return name + " has a new mix: " + first.name + " went from " + percent(first.expected) + " to " +
           percent(first.observed) + moved;
  }
  const Moments before = moments_of(picture, picture.expected);
  const Moments now = moments_of(picture, picture.observed);
  if (reason == "STUCK")
    return name + " is stuck near " + number(moments_of(picture, picture.since).mean) + moved;
  if (reason == "MEAN_SHIFT")
    return name + " moved from mean " + number(before.mean) + " to " + number(now.mean) + moved;
  return name + " changed its spread from " + number(before.sd) + " to " + number(now.sd) + moved;
}

/// Columns that do not belong to the alert and yet moved in the same window, the surest first. With `joint`,
/// which they are made of, all that moved, the farthest first; not what it is not made of.
std::vector<Contribution> fellows_of(const Story& story, const Transition& transition, double effect) {
  const std::vector<ColumnSpec>& specs = story.binning.profile.specs;
  const bool joint = specs[transition.column].name == kJoint;
  std::vector<std::pair<double, Contribution>> moved;
  for (std::size_t column = 0; column < specs.size(); ++column) {
    const std::string& name = specs[column].name;
    const auto& own = transition.columns;
    if (std::find(own.begin(), own.end(), column) != own.end()) continue;
    if (joint && name.ends_with(kOutcome)) continue;
    const auto evidence = story.watch.look(column, transition.level);
    if (!evidence || (!joint && evidence->ratio < kFellow)) continue;
    const double shift = evidence->distance.effect();
    if (shift < evidence->limit.min_effect) continue;
    moved.emplace_back(joint ? shift : evidence->ratio,
                       Contribution{"column", name, std::min(1.0, shift / effect)});
  }
  std::stable_sort(moved.begin(), moved.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<Contribution> fellows;
  for (auto& [rank, fellow] : moved)
    if (fellows.size() < kFellows) fellows.push_back(std::move(fellow));
  return fellows;
}

std::string advice(const std::string& reason, const std::string& subject) {
  std::string look =
      "Ask what changed upstream of " + subject + " at that time (schema, unit, source, client mix)";
  if (reason == "NULLS" || reason == "MISSING")
    look = "Find out which source or step before the model stopped to fill " + subject;
  if (reason == "TYPE") look = "Compare the schema of " + subject + " before and after that time";
  if (reason == "NEW_VALUES")
    look = "See whether the new values of " + subject + " are wanted; the model was not trained on them";
  if (reason == "FAR_OUTLIERS") look = "Check the unit and the parsing of " + subject;
  if (reason == "STUCK")
    look = "Check whether " + subject + " is still measured, or a default or cache answers";
  return look + "; if the change is meant to stay, promote a new baseline.";
}

Finding outline(const Story& story, const Transition& transition) {
  Finding finding;
  const std::vector<ColumnSpec>& specs = story.binning.profile.specs;
  const BaselineModel& model = story.watch.model();
  finding.entity = story.entity;
  finding.group = specs[transition.first].name + "@" + std::to_string(to_ms(transition.opened));
  finding.subject = specs[transition.column].name;
  for (const std::size_t column : transition.columns) finding.subjects.push_back(specs[column].name);
  finding.at = finding.end = story.pane_end;
  finding.start = story.pane_end - window_panes(transition.level) * model.pane;
  finding.effect_name = "shift";
  finding.baseline_n = model.events;
  finding.provisional = story.provisional;
  return finding;
}

/// What else has changed, for the sentence.
std::string also_changed(const Finding& finding) {
  constexpr std::size_t kNamed = 3;
  std::vector<std::string> others;
  for (const std::string& subject : finding.subjects)
    if (subject != finding.subject) others.push_back(subject);
  if (others.empty()) return {};
  std::string text = "; also changed: ";
  for (std::size_t i = 0; i < std::min(others.size(), kNamed); ++i) text += (i > 0 ? ", " : "") + others[i];
  if (others.size() > kNamed) text += " and " + std::to_string(others.size() - kNamed) + " more";
  return text;
}

void add_evidence(const Story& story, const Transition& transition, const Watch::Evidence& evidence,
                  Finding& finding) {
  const BaselineModel& model = story.watch.model();
  const Distance& x = evidence.distance;
  const double z = evidence.limit.z * evidence.limit.kept * (std::sqrt(x.d) - std::sqrt(x.m)) /
                   margin(x, evidence.limit, evidence.n);
  finding.effect = x.effect();
  finding.effect_threshold = firing_effect(x, evidence.limit, evidence.n, transition.limit);
  finding.n = evidence.n;
  finding.baseline_n = evidence.expected.n0;
  finding.p_value = normal_tail(z);
  finding.numbers.emplace_back("z", z);
  finding.numbers.emplace_back("level", transition.level);
  finding.numbers.emplace_back("window_s", static_cast<double>((finding.end - finding.start) / kSecond));
  finding.numbers.emplace_back("effective_blocks", model.effective_blocks);
  finding.numbers.emplace_back("limit", transition.limit);
}

}  // namespace

Finding explain(const Story& story, const Transition& transition) {
  Finding finding = outline(story, transition);
  const auto evidence = story.watch.look(transition.column, transition.level);
  if (transition.kind == Transition::Kind::closed) {
    finding.phase = Finding::Phase::recovered;
    finding.ratio = evidence ? evidence->ratio : 0;
    finding.effect = evidence ? evidence->distance.effect() : 0;
    finding.n = evidence ? evidence->n : 0;
    finding.reasons = {"RECOVERED"};
    finding.what = finding.subject + " is back to its baseline since " + clock_text(finding.start);
    return finding;
  }
  finding.ratio = transition.ratio;
  if (!evidence) return finding;
  const Picture picture = picture_of(story, transition.column, *evidence);
  add_numbers(picture, *evidence, finding);
  add_evidence(story, transition, *evidence, finding);
  finding.change_since =
      picture.panes > 0 ? story.pane_end - picture.panes * story.watch.model().pane : finding.start;
  finding.top = top_of(picture);
  const std::vector<Contribution> fellows = fellows_of(story, transition, evidence->distance.effect());
  finding.top.insert(finding.top.end(), fellows.begin(), fellows.end());
  const std::vector<Reason> reasons = reasons_of(picture);
  for (const Reason& reason : reasons) finding.reasons.push_back(reason.code);
  const double blocks = story.watch.model().effective_blocks;
  if (blocks > 0 && blocks < kShortBaseline) finding.reasons.emplace_back("BASELINE_SHORT");
  const bool joint = finding.subject == kJoint && !fellows.empty();
  finding.what = clause(picture, reasons[0].code) + (joint ? ", most of all " + fellows[0].name : "") +
                 " since " + clock_text(*finding.change_since) + also_changed(finding);
  if (joint && fellows[0].share >= kMostOfJoint) finding.subject = fellows[0].name;
  finding.next_steps = advice(reasons[0].code, finding.subject);
  return finding;
}

}  // namespace vedette::drift
