// Fills a topic with native inference events, for integration tests and benchmarks. The same
// arguments give the same records. Usage: event_load KEY=VALUE ..., e.g.
//   event_load brokers=127.0.0.1:9092 topic=events count=1000000 partitions=4 models=20 span_hours=12
// invent=WHAT,... makes up a new name in every event: models, versions, digests, segments, features,
// texts, answers, labels.
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <string>

#include "adapters/kafka/kafka_producer.h"

namespace {

using namespace vedette;

struct Load {
  std::string brokers = "127.0.0.1:9092";
  std::string topic = "events";
  std::int64_t count = 100000;
  std::int64_t partitions = 4;
  std::int64_t models = 20;
  std::int64_t clients = 50;   ///< Per model; 0: a new one in every event.
  std::int64_t features = 20;  ///< Numeric ones; two categorical ones come on top.
  double span_hours = 12;
  double drift_at = 2;  ///< Share of the span after which model-0 drifts; 2: never.
  double poison = 0;    ///< Share of malformed records in between.
  std::string invent;   ///< Of what every event has a name of its own, separated by commas.
  bool labels = false;  ///< A label follows each event, which has probabilities; `count` is without them.
  std::int64_t seed = 1;
  std::int64_t start_ms = 1772323200000;
  bool create = true;
};

bool parse(int argc, char** argv, Load& load) {
  std::map<std::string, std::string> given;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const std::size_t equals = argument.find('=');
    if (equals == std::string::npos) return false;
    given[argument.substr(0, equals)] = argument.substr(equals + 1);
  }
  const auto text = [&](const char* name, std::string& into) {
    if (const auto found = given.extract(name)) into = found.mapped();
  };
  const auto whole = [&](const char* name, std::int64_t& into) {
    if (const auto found = given.extract(name)) into = std::atoll(found.mapped().c_str());
  };
  const auto real = [&](const char* name, double& into) {
    if (const auto found = given.extract(name)) into = std::atof(found.mapped().c_str());
  };
  text("brokers", load.brokers);
  text("topic", load.topic);
  whole("count", load.count);
  whole("partitions", load.partitions);
  whole("models", load.models);
  whole("clients", load.clients);
  whole("features", load.features);
  whole("seed", load.seed);
  whole("start_ms", load.start_ms);
  real("span_hours", load.span_hours);
  real("drift_at", load.drift_at);
  real("poison", load.poison);
  text("invent", load.invent);
  std::int64_t create = 1;
  whole("create", create);
  load.create = create != 0;
  std::int64_t labels = 0;
  whole("labels", labels);
  load.labels = labels != 0;
  return given.empty();
}

/// What names are made up.
struct Invented {
  explicit Invented(const std::string& list)
      : models(has(list, "models")),
        versions(has(list, "versions")),
        digests(has(list, "digests")),
        segments(has(list, "segments")),
        features(has(list, "features")),
        texts(has(list, "texts")),
        answers(has(list, "answers")),
        labels(has(list, "labels")) {}

  bool models, versions, digests, segments, features, texts, answers, labels;

 private:
  static bool has(const std::string& list, const std::string& what) {
    return ("," + list + ",").find("," + what + ",") != std::string::npos;
  }
};

/// Writes one event into a buffer; cheap, since benchmarks need millions.
class Writer {
 public:
  Writer(const Load& load, std::mt19937_64& random) : load_(load), invented_(load.invent), random_(random) {}

  const std::string& event(std::int64_t number, std::int64_t time, std::int64_t model, bool drifted) {
    text_.clear();
    const auto client = load_.clients > 0
                            ? static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(load_.clients))
                            : number;
    put(R"({"schema":"vedette/1","kind":"inference","id":"e-%lld","time":%lld,)", number, time);
    put_names(number, model);
    put(R"("principal":"client-%lld-%lld","tenant":"tenant-%lld","features":{)", model, client, model % 5);
    for (std::int64_t i = 0; i < load_.features; ++i)
      put(R"("f%lld":%.4f,)", i, normal() + (drifted && i == 0 ? 1.0 : 0.0));
    constexpr std::array<const char*, 4> kRegions = {"eu", "us", "apac", "latam"};
    constexpr std::array<const char*, 3> kPlans = {"free", "team", "enterprise"};
    const double score = 1 / (1 + std::exp(-normal()));
    if (invented_.features) put(R"("x%lld":1,)", number);
    if (invented_.texts) put(R"("text":"text-%lld",)", number);
    put(R"("region":"%s","plan":"%s"},)", kRegions[random_() % 4], kPlans[random_() % 3]);
    if (invented_.segments) put(R"("segment":{"place":"place-%lld"},)", number);
    put_answer(number, score);
    put(R"("status":200,"latency_ms":%.1f})", 10 + 2 * normal());
    return text_;
  }

  /// What was right about an event, as a record of its own.
  const std::string& label(std::int64_t number, std::int64_t time, std::int64_t model) {
    text_.clear();
    put(R"({"schema":"vedette/1","kind":"label","time":%lld,"inference_id":"e-%lld",)", time, number);
    put(R"("model":"model-%lld",)", invented_.models ? number : model);
    if (invented_.labels)
      put(R"("label":"label-%lld"})", number);
    else
      put(R"("label":"%s"})", number % 3 == 0 ? "yes" : "no");
    return text_;
  }

 private:
  template <class... Parts>
  void put(const char* format, Parts... parts) {
    std::array<char, 512> buffer{};
    const int length = std::snprintf(buffer.data(), buffer.size(), format, parts...);
    text_.append(buffer.data(), static_cast<std::size_t>(length));
  }
  /// Sum of four uniforms: near enough to a normal, and quick.
  double normal() {
    const std::uint64_t bits = random_();
    double sum = 0;
    for (int i = 0; i < 4; ++i) sum += static_cast<double>((bits >> (16 * i)) & 0xffff) / 65536.0;
    return (sum - 2) * 1.7320508;
  }
  void put_names(std::int64_t number, std::int64_t model) {
    put(R"("model":"model-%lld",)", invented_.models ? number : model);
    put(R"("version":"%lld",)", invented_.versions ? number : 1LL);
    if (invented_.digests) put(R"("model_digest":"sha256:%lld",)", number);
  }
  void put_answer(std::int64_t number, double score) {
    if (invented_.answers)
      put(R"("outputs":{"label":"answer-%lld","score":%.4f,"probabilities":{"answer-%lld":%.4f}},)", number,
          score, number, score);
    else if (load_.labels)
      put(R"("outputs":{"label":"%s","score":%.4f,"probabilities":{"yes":%.4f,"no":%.4f}},)",
          score > 0.5 ? "yes" : "no", score, score, 1 - score);
    else
      put(R"("outputs":{"label":"%s","score":%.4f},)", score > 0.5 ? "yes" : "no", score);
  }

  const Load& load_;
  const Invented invented_;
  std::mt19937_64& random_;
  std::string text_;
};

int fill(const Load& load) {
  SilentLog log;
  auto producer = KafkaProducer::open({.brokers = load.brokers,
                                       .properties = {{"linger.ms", "50"}, {"batch.num.messages", "10000"}},
                                       .secret_files = {}},
                                      log);
  if (!producer.ok()) {
    std::fprintf(stderr, "%s\n", producer.status().message().c_str());
    return 1;
  }
  if (load.create) {
    const Status created = (*producer)->create_topic(load.topic, static_cast<int>(load.partitions));
    if (!created.ok()) std::fprintf(stderr, "%s\n", created.message().c_str());
  }
  std::mt19937_64 random(static_cast<std::uint64_t>(load.seed));
  Writer writer(load, random);
  std::mt19937_64 poison(static_cast<std::uint64_t>(load.seed) +
                         1);  // Apart, so that the good records stay the same.
  std::uniform_real_distribution<> uniform(0, 1);
  const double step = load.span_hours * 3600e3 / static_cast<double>(load.count);
  for (std::int64_t i = 0; i < load.count; ++i) {
    const auto time = load.start_ms + static_cast<std::int64_t>(step * static_cast<double>(i));
    const std::int64_t model = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(load.models));
    const bool drifted =
        model == 0 && static_cast<double>(i) > load.drift_at * static_cast<double>(load.count);
    const PartitionId where{load.topic,
                            static_cast<std::int32_t>(i % load.partitions)};  // Each gets as many.
    Status status = (*producer)->produce(where, {}, writer.event(i, time, model, drifted));
    if (status.ok() && load.labels) status = (*producer)->produce(where, {}, writer.label(i, time, model));
    if (status.ok() && uniform(poison) < load.poison)
      status = (*producer)->produce(where, {}, "{\"schema\":\"vedette/1\",\"kind\":");
    if (status.ok()) continue;
    std::fprintf(stderr, "%s\n", status.message().c_str());
    return 1;
  }
  const Status flushed = (*producer)->flush(60 * kSecond);
  if (!flushed.ok()) std::fprintf(stderr, "%s\n", flushed.message().c_str());
  return flushed.ok() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Load load;
  if (!parse(argc, argv, load)) {
    std::fprintf(stderr, "usage: event_load KEY=VALUE ...\n");
    return 2;
  }
  return fill(load);
}
