#include "formats/terminal.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string_view>

#include "formats/clean_text.h"
#include "formats/timestamp.h"

namespace vedette {
namespace {

struct Look {
  std::string_view word;
  std::string_view colour;
};

Look severity_look(Severity severity) {
  constexpr std::array<Look, 5> kLooks = {{{"info    ", "\x1b[36m"},
                                           {"low     ", "\x1b[34m"},
                                           {"medium  ", "\x1b[33m"},
                                           {"high    ", "\x1b[31m"},
                                           {"critical", "\x1b[1;31m"}}};
  return kLooks[static_cast<std::size_t>(std::clamp(static_cast<int>(severity), 1, 5) - 1)];
}

Look activity_look(Alert::Activity activity) {
  switch (activity) {
    case Alert::Activity::update:
      return {"again ", ""};
    case Alert::Activity::close:
      return {"closed", "\x1b[32m"};
    default:
      return {"new   ", ""};
  }
}

std::string painted(Look look, const TerminalStyle& style) {
  if (!style.colour || look.colour.empty()) return std::string(look.word);
  return std::string(look.colour).append(look.word).append("\x1b[0m");
}

std::string rounded(double number) {
  std::array<char, 32> text{};
  const int length = std::snprintf(text.data(), text.size(), "%.3g", number);
  return {text.data(), static_cast<std::size_t>(length)};
}

std::string evidence(const Finding& finding) {
  std::string text;
  const auto add = [&text](const std::string& part) { text.append(text.empty() ? "" : "  ").append(part); };
  if (!finding.effect_name.empty() && std::isfinite(finding.effect))
    add(finding.effect_name + " " + rounded(finding.effect) + " (limit " + rounded(finding.effect_threshold) +
        ")");
  if (finding.n > 0) add("n " + rounded(finding.n));
  for (const std::string& reason : finding.reasons) add(reason);
  if (!finding.next_steps.empty()) add("next: " + finding.next_steps);
  return clean_text(text);
}

}  // namespace

std::string terminal(const Alert& alert, const TerminalStyle& style) {
  std::string out = rfc3339(alert.finding.at);
  out.append("  ").append(painted(severity_look(alert.severity), style));
  out.append("  ").append(painted(activity_look(alert.activity), style));
  out.append("  ").append(clean_text(alert.detector)).append("  ").append(clean_text(message_of(alert)));
  const std::string second = evidence(alert.finding);
  if (!second.empty() && alert.activity != Alert::Activity::close) out.append("\n    ").append(second);
  return out;
}

}  // namespace vedette
