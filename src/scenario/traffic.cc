#include "scenario/traffic.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/json_text.h"
#include "pipeline/record_file.h"

namespace vedette {
namespace {

constexpr std::size_t kBatch = 4096;
/// Events stand in memory.
constexpr std::size_t kMostLines = 5000000;

struct Arrival {
  double hour = 0;  ///< When it arrives; its own time may be earlier.
  std::string line;
};

std::string quoted(const std::string& text) { return JsonText::text(text).print(); }

/// The events of one stream. The order in which values are drawn is part of the format: a seed stands for one
/// traffic, whichever compiler built the program.
class StreamTraffic {
 public:
  StreamTraffic(const Scenario::Stream& stream, Time start, std::mt19937_64& random)
      : stream_(stream), start_(start), draw_(random) {}

  void append(std::vector<Arrival>& arrivals) {
    const double step = stream_.every / 3600;
    for (double hour = stream_.from; hour < stream_.until; hour += pause(hour) * step) {
      arrivals.push_back({hour, event(hour - stream_.late / 60)});
      if (stream_.labels) append_label(*stream_.labels, hour, arrivals);
      ++count_;
    }
  }

 private:
  double pause(double hour) {
    return (0.5 + draw_.uniform()) /
           (1 - stream_.rhythm * std::cos((hour + stream_.shift) * std::numbers::pi / 12));
  }

  std::string time_of(double hour) const {
    return std::to_string(to_ms(start_) + static_cast<std::int64_t>(hour * 3600e3));
  }

  /// `name` itself, or one of as many names that begin so.
  std::string numbered(const std::string& name, std::int64_t many) {
    if (many <= 1) return quoted(name);
    const auto number = static_cast<std::int64_t>(draw_.uniform() * static_cast<double>(many));
    return quoted(name + "-" + std::to_string(number));
  }

  std::string members(const Scenario::Values& values) {
    std::string text;
    for (const auto& [name, spec] : values) {
      const std::string drawn = draw_.draw(spec, name, count_);
      if (name == "label") draw_.says(drawn);
      text += (text.empty() ? "" : ",") + quoted(name) + ':' + drawn;
    }
    return text;
  }

  static std::string head(const char* kind, const std::string& id, const std::string& time) {
    return std::string(R"({"schema":"vedette/1","kind":")") + kind + R"(","id":")" + id + R"(","time":)" +
           time;
  }

  std::string event(double hour) {
    const std::string time = time_of(hour);
    if (!stream_.metric.empty()) return sample(time);
    return stream_.label ? label(time) : inference(time);
  }

  std::string sample(const std::string& time) {
    const std::string value = draw_.draw(*stream_.value, "value", count_);
    const std::string node = numbered(stream_.node, stream_.nodes);
    return head("metric", draw_.id(), time) + R"(,"name":)" + quoted(stream_.metric) +
           R"(,"labels":{"node":)" + node + R"(},"value":)" + value + "}";
  }

  /// A label that belongs to no inference.
  std::string label(const std::string& time) {
    const std::string value = draw_.draw(*stream_.label, "label", count_);
    const std::string model = numbered(stream_.model, stream_.models);
    return head("label", draw_.id(), time) + R"(,"model":)" + model + R"(,"inference_id":")" +
           std::to_string(count_) + R"(","label":)" + value + "}";
  }

  std::string inference(const std::string& time) {
    std::string fields = members(stream_.fields);
    if (!fields.empty()) fields.insert(0, 1, ',');
    const std::string outputs = members(stream_.outputs);
    const std::string features = members(stream_.features);
    const std::string segment = members(stream_.segment);
    const std::string client = numbered(stream_.client, stream_.clients);
    std::string digest;
    if (!stream_.digest.empty()) digest = R"(,"model_digest":)" + numbered(stream_.digest, stream_.digests);
    const std::string version = numbered(stream_.version, stream_.versions);
    model_ = numbered(stream_.model, stream_.models);
    id_ = draw_.id();
    return head("inference", id_, time) + R"(,"model":)" + model_ + R"(,"version":)" + version + digest +
           R"(,"tenant":)" + quoted(stream_.tenant) + R"(,"principal":)" + client + R"(,"segment":{)" +
           segment + R"(},"features":{)" + features + R"(},"outputs":{)" + outputs + '}' + fields + '}';
  }

  /// The label of the last inference, for a share of them.
  void append_label(const Scenario::Labels& labels, double hour, std::vector<Arrival>& arrivals) {
    if (draw_.uniform() >= labels.share) return;
    const double arrives = hour + labels.after * (0.5 + draw_.uniform()) / 60;
    const bool wrong = draw_.uniform() < labels.wrong;
    const std::string truth = wrong ? draw_.draw(*labels.instead, "", count_) : draw_.said();
    std::string line = head("label", draw_.id(), time_of(arrives - labels.late / 60));
    line += R"(,"model":)" + model_ + R"(,"inference_id":")" + id_ + R"(","label":)";
    arrivals.push_back({arrives, line + (truth.empty() ? "null" : truth) + '}'});
  }

  const Scenario::Stream& stream_;
  Time start_;
  ValueDraw draw_;
  std::int64_t count_ = 0;
  std::string id_;  ///< Of the last inference, with its model.
  std::string model_;
};

std::vector<std::string> generate(const Scenario& scenario) {
  std::mt19937_64 random(static_cast<std::uint64_t>(scenario.seed));
  std::vector<Arrival> arrivals;
  for (const Scenario::Stream& stream : scenario.streams)
    StreamTraffic(stream, scenario.start, random).append(arrivals);
  std::stable_sort(arrivals.begin(), arrivals.end(),
                   [](const Arrival& a, const Arrival& b) { return a.hour < b.hour; });
  std::vector<std::string> lines;
  lines.reserve(arrivals.size());
  for (Arrival& arrival : arrivals) lines.push_back(std::move(arrival.line));
  return lines;
}

}  // namespace

Result<std::vector<std::string>> traffic_of(const Scenario& scenario, std::size_t max_record) {
  if (scenario.events.empty()) return generate(scenario);
  auto file = RecordFile::open(scenario.events, max_record);
  if (!file.ok()) return file.status();
  std::vector<std::string> lines;
  for (;;) {
    const auto records = file->read(kBatch);
    if (!records.ok()) return records.status();
    if (records->empty()) return lines;
    for (const Record& record : *records) lines.emplace_back(record.bytes);
    if (lines.size() > kMostLines) return Status::reject(scenario.events + ": more than 5000000 events");
  }
}

}  // namespace vedette
