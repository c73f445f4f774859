#include "core/reference.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <vector>

#include "core/config.h"
#include "core/setting_text.h"

namespace vedette {
namespace {

using RowList = std::vector<Settings::Row>;

template <class Struct>
RowList rows_of(Struct value) {
  Settings table;
  value.describe(table);
  return table.rows();
}

RowList rows_of_plan(const DetectorKind& kind) {
  const auto plan = kind.plan();
  Settings table;
  plan->describe(table);
  return table.rows();
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out.push_back('\\');
    out.push_back(c == '\n' ? ' ' : c);
  }
  return out;
}

std::string allowed(const Settings::Row& row) {
  std::string text = range_text(row.range, row.type);
  for (const std::string& choice : row.choices) text.append(text.empty() ? "" : ", ").append(choice);
  return text;
}

std::string table_of(const RowList& rows) {
  std::string out = "| setting | type | default | allowed | what it is for |\n|---|---|---|---|---|\n";
  for (const Settings::Row& row : rows) {
    const std::string initial = row.default_text.empty() ? "" : "`" + escaped(row.default_text) + "`";
    out += "| `" + row.name + "` | " + row.type + " | " + initial + " | " + escaped(allowed(row)) + " | " +
           escaped(row.doc) + " |\n";
  }
  return out;
}

// RowList whose default of this kind is not the common one.
std::string different_defaults(const DetectorKind& kind) {
  const RowList common = rows_of(Common{});
  const RowList own = rows_of(kind.defaults);
  std::string out;
  for (std::size_t i = 0; i < own.size(); ++i) {
    if (own[i].default_text == common[i].default_text) continue;
    out += (out.empty() ? "" : ", ") + ("`" + own[i].name + ": " + own[i].default_text + "`");
  }
  return out;
}

std::string technique_text(const Technique& technique) {
  if (technique.id.empty()) return "none";
  return std::string(technique.id) + " " + std::string(technique.name) + " (" +
         std::string(technique.tactic_id) + " " + std::string(technique.tactic) + ")";
}

struct Heading {
  std::string_view name;
  std::string text;
};

std::vector<Heading> headings(const DetectorKind& kind) {
  return {{"Detects", std::string(kind.detects)},     {"Reads", std::string(kind.reads)},
          {"State per key", std::string(kind.state)}, {"Blind to", std::string(kind.blind_to)},
          {"Source", std::string(kind.source)},       {"MITRE ATLAS", technique_text(kind.technique)}};
}

std::string detector_markdown(const DetectorKind& kind) {
  std::string out = "\n### " + std::string(kind.name) + "\n\n" + std::string(kind.title) + "\n\n";
  for (const Heading& heading : headings(kind))
    out += "- **" + std::string(heading.name) + "**: " + escaped(heading.text) + "\n";
  const std::string different = different_defaults(kind);
  if (!different.empty()) out += "- **Differs from the common defaults**: " + different + "\n";
  const RowList rows = rows_of_plan(kind);
  return rows.empty() ? out : out + "\n" + table_of(rows);
}

std::string top_file_markdown() {
  std::string out;
  std::string section;
  RowList rows;
  const auto flush = [&out, &section, &rows] {
    if (!rows.empty()) out += "\n### " + section + "\n\n" + table_of(rows);
    rows.clear();
  };
  for (const Settings::Row& row : rows_of(Config{})) {
    const std::size_t dot = row.name.find('.');
    const std::string its = dot == std::string::npos ? "without section" : row.name.substr(0, dot);
    if (its != section) flush();
    section = its;
    rows.push_back(row);
  }
  flush();
  out += "\n### topics\n\nA list; each item:\n\n" + table_of(rows_of(TopicConfig{}));
  out += "\n### sinks\n\nA list; each item:\n\n" + table_of(rows_of(SinkConfig{}));
  return out;
}

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

std::string plain_rows(const RowList& rows) {
  std::size_t width = 0;
  for (const Settings::Row& row : rows) width = std::max(width, row.name.size());
  std::string out;
  for (const Settings::Row& row : rows) {
    const std::string range = allowed(row);
    out += "  " + padded(row.name, width) + "  " + row.type + ", default " +
           (row.default_text.empty() ? "none" : row.default_text) + (range.empty() ? "" : ", " + range) +
           "\n  " + padded("", width) + "  " + row.doc + "\n";
  }
  return out;
}

// Breaks at spaces; every line begins with `# `.
std::string comment(const std::string& text) {
  constexpr std::size_t kWidth = 100;
  std::string out = "#";
  std::size_t used = 1;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    if (used + 1 + end - begin > kWidth && used > 1) {
      out += "\n#  ";
      used = 4;
    }
    out += " " + text.substr(begin, end - begin);
    used += 1 + end - begin;
    begin = end + 1;
  }
  return out + "\n";
}

// The default as YAML. Items of lists and maps come from our own tables and need no quotes.
std::string yaml_value(const Settings::Row& row) {
  if (row.type == "list") return "[" + row.default_text + "]";
  if (row.type == "map") {
    std::string items = row.default_text;
    for (std::size_t at = items.find('='); at != std::string::npos; at = items.find('=', at))
      items.replace(at, 1, ": ");
    return "{" + items + "}";
  }
  return row.type == "text" ? "\"" + row.default_text + "\"" : row.default_text;
}

std::string documented(const Settings::Row& row) {
  const std::string range = allowed(row);
  return "\n" + comment(row.doc + (range.empty() ? "" : " " + range + ".")) + row.name + ": " +
         yaml_value(row) + "\n";
}

}  // namespace

std::string detector_file(const DetectorKind& kind) {
  std::string out =
      comment(std::string(kind.title) + ": the defaults. Every setting stands in ../REFERENCE.md.");
  out +=
      comment("Detects: " + std::string(kind.detects)) + comment("Blind to: " + std::string(kind.blind_to));
  for (const Settings::Row& row : rows_of(kind.defaults))
    if (row.name == "enabled" || row.name == "dry_run" || row.name == "severity") out += documented(row);
  for (const Settings::Row& row : rows_of_plan(kind)) out += documented(row);
  return out;
}

std::string reference_markdown(Kinds kinds) {
  std::string out =
      "# Settings\n\n"
      "Generated from the tables that the program itself reads; do not edit. A test compares it.\n\n"
      "An unknown setting is an error. Durations are written `250ms`, `30s`, `5m`, `2h`, `7d`; sizes `4096`, "
      "`64KiB`,\n"
      "`16MiB`, `2GiB`. A dot in a name nests: `kafka.group` is `group` below `kafka`. Relative paths are "
      "relative to\n"
      "the top file.\n\n"
      "## The top file, `vedette.yaml`\n";
  out += top_file_markdown();
  out +=
      "\n## A detector's file, `detectors/<name>.yaml`\n\n"
      "RowList of `name: value`. A list `overrides` holds other values for some models: `match` with "
      "`model`, `version` or\n"
      "`tenant` (patterns with `*` and `?`), and the rows that differ. The first override that matches is "
      "the one used.\n"
      "A detector without a file runs with its defaults. `budget` is this detector's share; left out, the "
      "budget of the\n"
      "top file is split over the enabled detectors, by the weights of their kinds.\n"
      "\n### Every detector\n\n" +
      table_of(rows_of(Common{}));
  for (const DetectorKind* kind : kinds) out += detector_markdown(*kind);
  return out;
}

std::string describe_detectors(Kinds kinds) {
  std::size_t width = 0;
  for (const DetectorKind* kind : kinds) width = std::max(width, kind->name.size());
  std::string out;
  for (const DetectorKind* kind : kinds)
    out += padded(std::string(kind->name), width) + "  " + std::string(kind->title) + "\n";
  return out;
}

std::string describe_detector(const DetectorKind& kind) {
  std::string out =
      std::string(kind.name) + " " + std::to_string(kind.version) + ": " + std::string(kind.title) + "\n\n";
  for (const Heading& heading : headings(kind))
    out += padded(std::string(heading.name), 14) + " " + heading.text + "\n";
  const RowList own = rows_of_plan(kind);
  if (!own.empty()) out += "\nIts settings\n" + plain_rows(own);
  return out + "\nSettings that every detector has\n" + plain_rows(rows_of(kind.defaults));
}

}  // namespace vedette
