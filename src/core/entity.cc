#include "vedette/entity.h"

#include <string_view>

namespace vedette {
namespace {

void append_part(std::string& key, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  if (!key.empty()) key.push_back(' ');
  key.append(name).push_back('=');
  for (const char c : value) {
    if (c == '\\' || c == ' ' || c == '=') key.push_back('\\');
    key.push_back(c);
  }
}

void append_text(std::string& text, std::string_view before, std::string_view value) {
  if (value.empty()) return;
  if (!text.empty()) text.append(", ");
  text.append(before).append(value);
}

// Shell pattern of `*` and `?`, in linear time with one point of return.
bool matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, mark = 0;
  while (t < text.size()) {
    if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t]) && pattern[p] != '*') {
      ++p;
      ++t;
    } else if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      mark = t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++mark;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace

std::string to_key(const Entity& entity) {
  std::string key;
  for (const EntityPart& part : kEntityParts) append_part(key, part.name, entity.*part.text);
  return key;
}

std::string to_text(const Entity& entity) {
  std::string text = entity.model;
  if (!entity.version.empty()) text.append(" v").append(entity.version);
  append_text(text, "tenant ", entity.tenant);
  append_text(text, "segment ", entity.segment);
  append_text(text, "client ", entity.principal);
  append_text(text, "resource ", entity.resource);
  append_text(text, "series ", entity.series);
  return text.empty() ? "all traffic" : text;
}

bool Scope::admits(const Entity& entity) const {
  return (model.empty() || matches(model, entity.model)) &&
         (version.empty() || matches(version, entity.version)) &&
         (tenant.empty() || matches(tenant, entity.tenant));
}

}  // namespace vedette
