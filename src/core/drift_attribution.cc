#include "core/drift_attribution.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/drift_text.h"
#include "core/short_text.h"

namespace vedette::drift {
namespace {

constexpr std::size_t kFewWitnesses = 30;
constexpr double kNotable = 0.3;     ///< Part of the shift that is worth a name.
constexpr double kMostEvents = 0.8;  ///< Who sends more is the model's traffic, not a part of it.
constexpr double kCertain = 4;       ///< Standard errors; fewer can be luck of the witnesses.
constexpr double kVanishes = 0.5;    ///< What is left of the effect at most.

/// A client or a segment among the witnesses: how many events of the pane each stands for, by cell.
struct Part {
  const char* kind = "client";
  std::string name;
  Cells weight = Cells::Zero();
  Cells rows = Cells::Zero();  ///< Its witnesses.
};

/// The window of one column with its witnesses.
struct Scene {
  Cells observed;                ///< Counts of the window: exact.
  Cells expected;                ///< Shares of the baseline.
  Cells weight = Cells::Zero();  ///< Events that the witnesses stand for.
  Cells rows = Cells::Zero();    ///< Witnesses.
  double n = 0;
  std::map<std::string, Part> parts;  ///< By kind and identity.
};

int judged_cell(std::uint32_t stored) {
  if (stored == kStoredNew || stored == kStoredType) return kNew;
  if (stored == kStoredNull || stored == kStoredMissing) return kNull;
  return static_cast<int>(stored);
}

/// Where an event fell in a column; one that lacks it says nothing, which counts as null.
int cell_of(const Witness& row, std::size_t column) {
  for (const std::uint32_t cell : row.cells)
    if (cell / kStored == column) return judged_cell(cell % kStored);
  return kNull;
}

void add(Scene& scene, const char* kind, const std::string& key, const std::string& name, int cell,
         double weight) {
  Part& part = scene.parts[kind + key];
  part.kind = kind;
  part.name = name;
  part.weight[cell] += weight;
  ++part.rows[cell];
}

Scene scene_of(const CrowdStory& of, const Transition& transition, const Watch::Evidence& evidence) {
  Scene scene;
  scene.observed = judged(evidence.observed);
  scene.expected = evidence.expected.share;
  scene.n = evidence.n;
  const Time from = of.story.pane_end - window_panes(transition.level) * of.story.watch.model().pane;
  for (const auto& [end, pane] : of.crowd) {
    if (end <= from) continue;
    const double weight = static_cast<double>(pane.n) / static_cast<double>(pane.witnesses.rows().size());
    for (const Witness& row : pane.witnesses.rows()) {
      const int cell = cell_of(row, transition.column);
      scene.weight[cell] += weight;
      ++scene.rows[cell];
      const std::string principal = hexadecimal(row.principal);
      if (row.principal != 0)
        add(scene, "client", principal, row.name.empty() ? of.prefix + principal : row.name, cell, weight);
      for (const std::string& segment : row.segments) add(scene, "segment", segment, segment, cell, weight);
    }
  }
  return scene;
}

/// What a part of the events did to the window. Its counts are the window's exact ones, divided as the
/// witnesses of each cell are: so a cell that is all its own vanishes with it.
struct Doing {
  const Part* part = nullptr;
  Cells counts;
  double events = 0;  ///< Part of the window's.
  double share = 0;   ///< Part of the shift.
};

Doing doing_of(const Scene& scene, const Part& part) {
  Doing doing;
  doing.part = &part;
  doing.counts = (scene.weight > 0).select(scene.observed * part.weight / scene.weight.max(1e-300), 0.0);
  const double n = doing.counts.sum();
  doing.events = n / scene.n;
  const auto share = [&scene](const Cells& counts, double of) {
    return shift_share(counts, scene.expected * of, scene.observed, scene.expected);
  };
  const double all = share(scene.observed, scene.n);
  if (all > 0) doing.share = share(doing.counts, n) / all;
  return doing;
}

/// By how many standard errors the part's witnesses stand more in the cells that grew, and less in those that
/// shrank, than they would if they fell as all do.
double certainty(const Scene& scene, const Part& part) {
  const Cells q = scene.observed / scene.n;
  const Cells middle = (q + scene.expected) / 2;
  const Cells gain = (middle > 0).select((q - scene.expected) / middle.max(1e-300), 0.0);
  const double usual = part.rows.sum() / scene.rows.sum();
  const double variance = (gain.square() * scene.rows).sum() * usual * (1 - usual);
  return variance > 0 ? (gain * (part.rows - usual * scene.rows)).sum() / std::sqrt(variance) : 0;
}

/// The window without a part, against all of the baseline: so what usually comes of that part counts as
/// missing then, and a part that has only grown is not the cause of what others do.
Distance without(const Scene& scene, const Doing& doing, const Watch::Evidence& evidence, bool numeric) {
  const double rest = scene.n * (1 - doing.events);
  const Cells counts = (scene.observed - doing.counts).max(0.0);
  const bool full = evidence.view != View::special;
  Distance x = distance(seen(evidence.view, counts, numeric), seen(evidence.view, scene.expected, numeric),
                        rest, evidence.expected.n0);
  // What is not known of the part's counts moves the rest as noise does.
  const Cells unsure = (scene.rows > 0).select(doing.counts / scene.n / scene.rows.max(1.0), 0.0);
  x.m += (full ? unsure.sum() : unsure[kNew] + unsure[kNull]) / (1 - doing.events);
  return x;
}

const char* noun_of(const Part& part) { return part.kind[0] == 'c' ? "client " : "segment "; }

/// Says it if the shift is the part's doing.
void tell(const Doing& doing, const Distance& rest, const Watch::Evidence& evidence, Finding& finding) {
  const bool client = doing.part->kind[0] == 'c';
  const std::string who = noun_of(*doing.part) + doing.part->name;
  finding.reasons.emplace_back(client ? "ONE_CLIENT" : "ONE_SEGMENT");
  finding.numbers.emplace_back(client ? "effect_without_client" : "effect_without_segment", rest.effect());
  finding.what += "; without " + who + " (" + percent(doing.events) + " of events) the effect would be " +
                  number(rest.effect()) + ", not " + number(evidence.distance.effect()) +
                  " (an alert needs " + number(finding.effect_threshold) + ")";
  finding.next_steps = client ? "Ask whose client " + doing.part->name +
                                    " is and what it changed: the others' " + finding.subject +
                                    " fits the baseline."
                              : "Ask what changed upstream of " + finding.subject + " for " +
                                    doing.part->name + " at that time: elsewhere it fits the baseline.";
}

}  // namespace

std::string CrowdPane::encode() const {
  std::string bytes;
  ByteWriter out(bytes);
  out.u64(n);
  witnesses.encode(Witnesses::Part::all, out);
  return bytes;
}

bool CrowdPane::decode(ByteReader& in) {
  n = in.u64();
  witnesses = Witnesses::decode(in);
  return in.done() && !witnesses.empty();
}

void attribute(const CrowdStory& of, const Transition& transition, Finding& finding) {
  if (finding.phase == Finding::Phase::recovered) return;
  const auto evidence = of.story.watch.look(transition.column, transition.level);
  if (!evidence) return;
  const Scene scene = scene_of(of, transition, *evidence);
  if (scene.rows.sum() < static_cast<double>(kFewWitnesses)) return;
  const bool numeric = of.story.binning.profile.specs[transition.column].numeric;
  bool told = false;
  for (const std::string kind : {"client", "segment"}) {
    Doing most;
    for (const auto& [key, part] : scene.parts)
      if (part.kind == kind)
        if (const Doing doing = doing_of(scene, part); doing.share > most.share) most = doing;
    if (most.part == nullptr || most.share < kNotable || most.events > kMostEvents ||
        certainty(scene, *most.part) < kCertain)
      continue;
    const Contribution named{kind, most.part->name, most.share, Contribution::kNotGiven, most.events};
    const Distance rest = without(scene, most, *evidence, numeric);
    const double n = scene.n * (1 - most.events);
    const bool theirs = rest.effect() < kVanishes * evidence->distance.effect() &&
                        !(ratio(rest, evidence->limit, n, kMarginKept * transition.limit) > 1);
    finding.top.insert(theirs ? finding.top.begin() : finding.top.end(), named);
    if (theirs && !told) tell(most, rest, *evidence, finding);
    told = told || theirs;
  }
}

}  // namespace vedette::drift
