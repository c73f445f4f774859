#include "detectors/scenario.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <numbers>
#include <random>
#include <sstream>

namespace vedette::testing_support {
namespace {

struct Arrival {
  double hour = 0;  ///< When it arrives; its own time may be earlier.
  std::string line;
};

/// One stream of a scenario: `from`, `until` in hours, `every` in seconds; with `rhythm`, events are that
/// much rarer at night and more frequent by day.
class Stream {
 public:
  Stream(const YAML::Node& node, std::mt19937_64& random) : node_(node), random_(random) {}

  void append(std::vector<Arrival>& arrivals) {
    const double until = node_["until"].as<double>();
    const double step = node_["every"].as<double>() / 3600;
    const double late = node_["late"].as<double>(0) / 60;
    const double rhythm = node_["rhythm"].as<double>(0);
    const double shift = node_["shift"].as<double>(0);
    for (double hour = node_["from"].as<double>(0); hour < until;
         hour += step * (0.5 + uniform()) / (1 - rhythm * std::cos((hour + shift) * std::numbers::pi / 12))) {
      arrivals.push_back({hour, event(hour - late)});
      if (const YAML::Node labels = node_["labels"]) append_label(labels, hour, arrivals);
      ++count_;
    }
  }

 private:
  double uniform() { return std::uniform_real_distribution<>(0, 1)(random_); }

  /// A number that goes with an earlier one of the same event: `like NAME CORRELATION MEAN DEVIATION`.
  double correlated(std::istringstream& in) {
    std::string other;
    double r = 0, mean = 0, deviation = 1;
    in >> other >> r >> mean >> deviation;
    const double noise = std::normal_distribution<>(0, 1)(random_);
    return mean + deviation * (r * deviates_.at(other) + std::sqrt(1 - r * r) * noise);
  }

  /// `vector LENGTH MEAN`: numbers of deviation 1, the first half of them around the mean.
  std::string vector(std::istringstream& in) {
    int length = 0;
    double mean = 0;
    in >> length >> mean;
    std::string text;
    for (int i = 0; i < length; ++i)
      text += (i > 0 ? "," : "") +
              std::to_string(std::normal_distribution<>(2 * i < length ? mean : 0, 1)(random_));
    return '[' + text + ']';
  }

  /// `sure MEAN DEVIATION`: probabilities of two classes, and how sure an answer is of one of them.
  std::string sure(std::istringstream& in) {
    double mean = 0, deviation = 0;
    in >> mean >> deviation;
    const double p = std::clamp(std::normal_distribution<>(mean, deviation)(random_), 0.5, 0.999);
    const bool yes = uniform() < 0.5;
    said_ = yes ? "\"yes\"" : "\"no\"";
    return (yes ? "{\"yes\":" : "{\"no\":") + std::to_string(p) + (yes ? ",\"no\":" : ",\"yes\":") +
           std::to_string(1 - p) + "}";
  }

  std::string value(const std::string& spec, const std::string& name = {}) {
    std::istringstream in(spec);
    std::string kind;
    in >> kind;
    if (kind == "null") return "null";
    if (kind == "like") return std::to_string(correlated(in));
    if (kind == "vector") return vector(in);
    if (kind == "sure") return sure(in);
    if (kind == "normal" || kind == "lognormal") {
      double mean = 0, deviation = 1;
      in >> mean >> deviation;
      const double number = std::normal_distribution<>(mean, deviation)(random_);
      deviates_[name] = (number - mean) / deviation;
      return std::to_string(kind == "normal" ? number : std::exp(number));
    }
    if (kind == "counter") {
      double growth = 1;
      in >> growth;
      return std::to_string(growth * static_cast<double>(count_));
    }
    std::vector<std::string> choices;
    for (std::string word; in >> word;) {  // `200*49 500`: 49 times 200.
      const std::size_t star = word.find('*');
      const std::size_t times = star == std::string::npos ? 1 : std::stoul(word.substr(star + 1));
      choices.insert(choices.end(), times, word.substr(0, star));
    }
    const std::string& word =
        choices[static_cast<std::size_t>(uniform() * static_cast<double>(choices.size()))];
    return kind == "number" ? word : '"' + word + '"';
  }

  std::string object(const YAML::Node& specs) {
    std::string text;
    for (const auto& entry : specs) {
      const auto name = entry.first.as<std::string>();
      const std::string said = value(entry.second.as<std::string>(), name);
      if (name == "label") said_ = said;
      text += (text.empty() ? "" : ",") + ('"' + name) + "\":" + said;
    }
    return "{" + text + "}";
  }

  /// The label of the last inference, for a `share` of them: what it said, or in a part of cases that are
  /// `wrong` another value. It comes `after` minutes on average, and is `late` minutes older than that.
  void append_label(const YAML::Node& node, double hour, std::vector<Arrival>& arrivals) {
    if (uniform() >= node["share"].as<double>(1)) return;
    const double arrives = hour + node["after"].as<double>(0) * (0.5 + uniform()) / 60;
    const bool wrong = uniform() < node["wrong"].as<double>(0);
    const std::string truth = wrong ? value(node["instead"].as<std::string>()) : said_;
    const double time = arrives - node["late"].as<double>(0) / 60;
    arrivals.push_back(
        {arrives,
         R"({"schema":"vedette/1","kind":"label","id":")" + std::to_string(random_()) + R"(","time":)" +
             std::to_string(kScenarioStart + static_cast<std::int64_t>(time * 3600e3)) + R"(,"model":")" +
             model_ + R"(","inference_id":")" + id_ + R"(","label":)" + truth + "}"});
  }

  std::string numbered(const char* name, const char* count, const std::string& fallback) {
    const auto many = node_[count].as<std::int64_t>(1);
    const std::string base = node_[name].as<std::string>(fallback);
    return many <= 1 ? base
                     : base + "-" +
                           std::to_string(static_cast<std::int64_t>(uniform() * static_cast<double>(many)));
  }

  std::string sample(std::int64_t time) {
    return R"({"schema":"vedette/1","kind":"metric","id":")" + std::to_string(random_()) + R"(","time":)" +
           std::to_string(time) + R"(,"name":")" + node_["metric"].as<std::string>() +
           R"(","labels":{"node":")" + numbered("node", "nodes", "a") + R"("},"value":)" +
           value(node_["value"].as<std::string>()) + "}";
  }

  std::string label(std::int64_t time) {
    return R"({"schema":"vedette/1","kind":"label","id":")" + std::to_string(random_()) + R"(","time":)" +
           std::to_string(time) + R"(,"model":")" + numbered("model", "models", "m") +
           R"(","inference_id":")" + std::to_string(count_) + R"(","label":)" +
           value(node_["label"].as<std::string>()) + "}";
  }

  /// Numbers of the event itself: status, latency_ms, tokens_in, cost_usd, bytes_out.
  std::string fields() {
    std::string text;
    for (const auto& entry : node_["fields"])
      text += ",\"" + entry.first.as<std::string>() + "\":" + value(entry.second.as<std::string>());
    return text;
  }

  /// Goes on where the version's quote is still open.
  std::string artifact() {
    return node_["digest"] ? R"(","model_digest":")" + numbered("digest", "digests", "") : std::string();
  }

  std::string event(double hour) {
    const auto time = kScenarioStart + static_cast<std::int64_t>(hour * 3600e3);
    if (node_["metric"]) return sample(time);
    if (node_["label"]) return label(time);
    return R"({"schema":"vedette/1","kind":"inference","id":")" + (id_ = std::to_string(random_())) +
           R"(","time":)" + std::to_string(time) + R"(,"model":")" +
           (model_ = numbered("model", "models", "m")) + R"(","version":")" +
           numbered("version", "versions", "1") + artifact() + R"(","tenant":"t","principal":")" +
           numbered("client", "clients", "c") + R"(","segment":)" + object(node_["segment"]) +
           R"(,"features":)" + object(node_["features"]) + R"(,"outputs":)" + object(node_["outputs"]) +
           fields() + "}";
  }

  const YAML::Node& node_;
  std::mt19937_64& random_;
  std::int64_t count_ = 0;
  std::map<std::string, double> deviates_;  ///< Of the numbers drawn last, by name.
  std::string id_;                          ///< Of the last inference, with its model and label.
  std::string model_;
  std::string said_;
};

}  // namespace

Scenario read_scenario(const std::string& path) {
  const YAML::Node root = YAML::LoadFile(path);
  Scenario scenario;
  scenario.detector.name = root["detector"].as<std::string>();
  scenario.detector.file = path;
  for (const auto& entry : root["settings"])
    scenario.detector.settings.push_back(
        {entry.first.as<std::string>(), {entry.second.as<std::string>()}, 0});
  std::mt19937_64 random(root["seed"].as<std::uint64_t>(1));
  std::vector<Arrival> arrivals;
  for (const YAML::Node& node : root["streams"]) Stream(node, random).append(arrivals);
  std::stable_sort(arrivals.begin(), arrivals.end(),
                   [](const Arrival& a, const Arrival& b) { return a.hour < b.hour; });
  for (Arrival& arrival : arrivals) scenario.lines.push_back(std::move(arrival.line));
  for (const YAML::Node& node : root["alerts"])
    scenario.alerts.push_back({node["subject"].as<std::string>(""), node["model"].as<std::string>(""),
                               node["reason"].as<std::string>(""), node["after"].as<double>(0),
                               node["before"].as<double>(1e9)});
  scenario.least_late = root["late"].as<std::uint64_t>(0);
  scenario.in_order = scenario.least_late == 0;
  return scenario;
}

}  // namespace vedette::testing_support
