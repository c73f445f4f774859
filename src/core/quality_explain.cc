#include "core/quality_explain.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/drift_text.h"
#include "core/short_text.h"

namespace vedette::quality {
namespace {

using drift::number;
using drift::percent;

constexpr std::size_t kMostTop = 8;
constexpr std::size_t kMostNamed = 3;
constexpr double kMostRatio = 8;

struct Words {
  const char* code;
  const char* group;
  const char* effect_name;
  const char* state;  ///< Of the fields while it lasts.
  const char* next_steps;
};

constexpr std::array<Words, kKinds> kWords{{
    {"MISSING_FIELD", "missing", "share", "missing",
     "Ask the callers whether they still send the field, and under which name."},
    {"NEW_FIELD", "new field", "share", "new",
     "Ask the callers what the field is for, and whether it replaces another."},
    {"SCHEMA_EVOLUTION", "schema", "share", "new", "Nothing, if the version was meant to have more fields."},
    {"TYPE_CHANGE", "type", "share", "of another type",
     "Compare the callers' serialisation before and after."},
    {"NULLS", "nulls", "share", "null",
     "Look at the source of the field: a join, a cache or a feed may have failed."},
    {"OUT_OF_RANGE", "range", "share", "out of range",
     "Look at the callers' latest release, and at what checks inputs."},
    {"SENTINEL", "sentinel", "share", "filled with one value",
     "Find out what writes this value where it knows none; it should be null."},
    {"CONSTANT", "constant", "share", "stuck",
     "Look at the source of the field: it may deliver its last value, or a default."},
    {"UNIT_CHANGE", "unit", "factor", "in another unit",
     "Ask in which unit the field is sent now, and which one the model was trained with."},
    {"OFFSET", "offset", "ranges", "elsewhere",
     "Ask what the field holds now: another unit, another scale or another field."},
    {"CARDINALITY", "texts", "share", "full of unknown texts",
     "Look at the new texts: spelling, encoding, or a source that was not there before."},
}};

const Words& words_of(Kind kind) { return kWords[static_cast<std::size_t>(kind)]; }

std::string form_text(Form form) {
  constexpr std::array<const char*, kForms> kTexts{
      "missing", "null", "a number", "a text", "a boolean", "a vector", "a vector of another length"};
  return kTexts[static_cast<std::size_t>(form)];
}

/// Names come with their section in front.
std::string name_of(const std::string& text) {
  return text.empty() ? "a field without a name" : text.substr(1);
}

std::string section_of(const std::string& text) {
  constexpr std::array<const char*, 4> kSections{"feature", "output", "class", "segment"};
  const auto section = static_cast<std::size_t>(text.empty() ? 0 : text.front() - '0');
  return section < kSections.size() ? kSections[section] : kSections[0];
}

std::string value_text(const Told& told) {
  const Cell& value = told.breaks.front().value;
  if (value.form == Form::number) return number(number_of(value));
  if (value.form == Form::boolean) return value.bits != 0 ? "true" : "false";
  if (value.form == Form::text) return "\"" + told.value + "\"";
  return "one vector";
}

std::string shares(const Break& one) {
  return " in " + percent(one.now) + " of " + std::to_string(one.n) + " sampled events, was " +
         percent(one.before);
}

std::string unit_text(const Break& one) {
  const bool more = one.factor >= 1;
  return "has its median at " + number(one.now) + ", was " + number(one.before) + ", as if it were " +
         (more ? "multiplied" : "divided") + " by " + number(more ? one.factor : 1 / one.factor);
}

std::string cardinality_text(const Told& told) {
  const Break& one = told.breaks.front();
  if (one.distinct == 1) return "is " + value_text(told) + ", never seen before," + shares(one);
  return "has " + std::to_string(one.distinct) + " texts never seen before, such as " + value_text(told) +
         "," + shares(one);
}

std::string state_text(const Told& told) {
  const Break& one = told.breaks.front();
  switch (one.kind) {
    case Kind::type_change:
      return "is " + form_text(one.form) + " instead of " + form_text(one.usual) + shares(one);
    case Kind::out_of_range:
      return "is far out of the range of all numbers known, such as " + value_text(told) + "," + shares(one);
    case Kind::sentinel:
      return "is " + value_text(told) + shares(one);
    case Kind::constant:
      return "is stuck at " + value_text(told) + shares(one);
    case Kind::unit_change:
      return unit_text(one);
    case Kind::offset:
      return "has its median at " + number(one.now) + ", outside of all numbers known, was " +
             number(one.before);
    case Kind::cardinality:
      return cardinality_text(told);
    case Kind::schema_evolution:
      return "came with version " + told.version + ", which keeps all others," + shares(one);
    default:
      return std::string("is ") + words_of(one.kind).state + shares(one);
  }
}

std::string others_text(const Told& told) {
  if (told.fields.size() < 2) return {};
  std::string text = "; likewise ";
  for (std::size_t i = 1; i < std::min(told.fields.size(), kMostNamed + 1); ++i)
    text += (i > 1 ? ", " : "") + name_of(told.fields[i]);
  if (told.fields.size() > kMostNamed + 1)
    text += " and " + std::to_string(told.fields.size() - kMostNamed - 1) + " more";
  return text;
}

void add_evidence(const Told& told, const std::string& client, Finding& finding) {
  const Break& first = told.breaks.front();
  finding.effect = first.effect;
  finding.effect_threshold = first.threshold;
  finding.p_value = first.probability;
  finding.n = first.n;
  finding.baseline_n = first.baseline_n;
  finding.change_since = told.since;
  finding.ratio =
      std::clamp(std::log(first.probability) / std::log(std::min(told.level, 0.5)), 1.0, kMostRatio);
  const bool is_share = first.kind != Kind::unit_change && first.kind != Kind::offset;
  for (std::size_t i = 0; i < std::min(told.breaks.size(), kMostTop); ++i) {
    Contribution& part = finding.top.emplace_back();
    part.kind = "feature";
    part.name = name_of(told.fields[i]);
    part.share = 1 / static_cast<double>(told.breaks.size());
    if (!is_share) continue;
    part.expected = told.breaks[i].before;
    part.observed = told.breaks[i].now;
  }
  if (!client.empty()) finding.top.push_back({"client", client, first.client_share});
  if (!is_share) {
    finding.numbers.emplace_back("median", first.now);
    finding.numbers.emplace_back("median_baseline", first.before);
  }
}

std::string client_of(const Told& told, const std::string& prefix) {
  if (told.breaks.front().client == 0) return {};
  return told.client.empty() ? prefix + hexadecimal(told.breaks.front().client) : told.client;
}

}  // namespace

Finding explain(const Told& told, const std::string& model, Time at, const std::string& principal_prefix) {
  const Words& words = words_of(told.kind);
  Finding finding;
  finding.entity.model = model;
  finding.group = words.group;
  finding.at = at;
  finding.start = told.start;
  finding.end = at;
  finding.effect_name = words.effect_name;
  finding.reasons = {words.code};
  finding.subject = name_of(told.fields.front());
  for (const std::string& field : told.fields) finding.subjects.push_back(name_of(field));
  const std::string who = section_of(told.fields.front()) + " " + finding.subject;
  if (told.what != Told::What::raised) {
    finding.phase = Finding::Phase::recovered;
    const bool accepted = told.what == Told::What::accepted;
    if (accepted) finding.reasons.emplace_back("ACCEPTED");
    finding.what =
        who +
        (accepted ? std::string(" has been ") + words.state + " for so long that it is taken for normal"
                  : std::string(" is sound again; it had been ") + words.state) +
        " since " + drift::clock_text(told.since) + others_text(told);
    return finding;
  }
  const std::string client = client_of(told, principal_prefix);
  add_evidence(told, client, finding);
  const bool once = told.kind == Kind::new_field || told.kind == Kind::schema_evolution;
  finding.minor = once;
  if (once) finding.quiet_closes = kDay;
  finding.what =
      who + " " + state_text(told) + ", since " + drift::clock_text(told.since) + others_text(told);
  if (!client.empty())
    finding.what += "; " + percent(told.breaks.front().client_share) + " of it comes from " + client;
  finding.next_steps = words.next_steps;
  return finding;
}

}  // namespace vedette::quality
