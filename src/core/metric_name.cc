#include "core/metric_name.h"

#include <algorithm>
#include <cstdio>

namespace vedette::series {
namespace {

void append_escaped(std::string& text, std::string_view value) {
  for (const char c : value) {
    if (c == '\\' || c == '"') text.push_back('\\');
    text.push_back(c);
  }
}

/// Of other events than metric samples, whose name is their own.
std::string_view feed_of(EventKind kind) {
  switch (kind) {
    case EventKind::inference:
      return "inference_events";
    case EventKind::access:
      return "access_events";
    case EventKind::label:
      return "label_events";
    case EventKind::metric:
      break;
  }
  return {};
}

/// Names that need no quotes; any other is written as a quoted text as well.
bool is_plain(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == ':' || c == '.' || c == '-' || c == '/';
  });
}

void append_name(std::string& text, std::string_view name) {
  if (is_plain(name)) {
    text.append(name);
    return;
  }
  text.push_back('"');
  append_escaped(text, name);
  text.push_back('"');
}

}  // namespace

void MetricName::collect(const Batch& batch, const Event& event) {
  const auto own = [&](std::string_view label, Symbol symbol) {
    if (symbol != 0) labels_.emplace_back(label, batch.name(symbol));
  };
  labels_.clear();
  if (event.kind == EventKind::access) return own("tenant", event.tenant);
  own("model", event.model);
  if (event.kind != EventKind::metric) return;
  own("version", event.version);
  own("tenant", event.tenant);
  const auto keys = batch.keys_of(event);
  const auto values = batch.values_of(event);
  for (std::size_t i = 0; i < values.size(); ++i)
    if (values[i].type() == Value::Type::word)
      labels_.emplace_back(batch.dictionary->field(keys[i]).name, batch.text(values[i].index()));
  std::sort(labels_.begin(), labels_.end());
}

std::string_view MetricName::of(const Batch& batch, const Event& event) {
  collect(batch, event);
  text_.clear();
  append_name(text_, event.kind == EventKind::metric ? batch.name(event.name) : feed_of(event.kind));
  for (std::size_t i = 0; i < labels_.size(); ++i) {
    text_.push_back(i == 0 ? '{' : ',');
    append_name(text_, labels_[i].first);
    text_.append("=\"");
    append_escaped(text_, labels_[i].second);
    text_.push_back('"');
  }
  if (!labels_.empty()) text_.push_back('}');
  return text_;
}

std::string MetricName::bounded(std::uint64_t key) const {
  if (text_.size() <= kMostBytes) return text_;
  std::size_t end = kMostBytes;
  while (end > 0 && (static_cast<unsigned char>(text_[end]) & 0xc0) == 0x80) --end;
  char digits[24];
  const int size = std::snprintf(digits, sizeof digits, "...#%016llx", static_cast<unsigned long long>(key));
  return text_.substr(0, end).append(digits, static_cast<std::size_t>(size));
}

}  // namespace vedette::series
