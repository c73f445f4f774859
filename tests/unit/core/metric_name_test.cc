#include "core/metric_name.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace vedette::series {
namespace {

using Labels = std::vector<std::pair<std::string, std::string>>;

/// A batch of one metric sample.
class Sample {
 public:
  Sample(const std::string& name, const Labels& labels) : labels_(labels) {
    Event& event = batch_.events.emplace_back();
    event.kind = EventKind::metric;
    event.name = names_.symbol(name);
    event.count = static_cast<std::uint32_t>(labels_.size());
    for (const auto& [label, value] : labels_) {
      batch_.keys.push_back(names_.field(Section::segment, label));
      batch_.values.push_back(Value::word(static_cast<WordIndex>(batch_.words.size())));
      batch_.words.push_back({0, value});
    }
  }
  Event& event() { return batch_.events.front(); }
  Symbol symbol(const char* name) { return names_.symbol(name); }
  std::string name() { return std::string(MetricName().of(batch_, event())); }
  std::string bounded(std::uint64_t key) {
    MetricName name;
    name.of(batch_, event());
    return name.bounded(key);
  }

 private:
  Labels labels_;
  Dictionary names_{HashKey{1, 2}};
  Batch batch_{names_};
};

TEST(MetricName, labels_come_in_order_whatever_the_event_says) {
  EXPECT_EQ(Sample("up", {}).name(), "up");
  EXPECT_EQ(Sample("gpu", {{"zone", "a"}, {"node", "gpu-3"}}).name(), R"(gpu{node="gpu-3",zone="a"})");
}

TEST(MetricName, the_model_of_a_sample_is_a_label) {
  Sample sample("latency", {{"zone", "a"}});
  sample.event().model = sample.symbol("fraud");
  EXPECT_EQ(sample.name(), R"(latency{model="fraud",zone="a"})");
}

TEST(MetricName, no_label_can_pretend_to_be_two) {
  EXPECT_NE(Sample("m", {{"a", R"(1",b="2)"}}).name(), Sample("m", {{"a", "1"}, {"b", "2"}}).name());
  EXPECT_NE(Sample("m", {{R"(a="1",b)", "2"}}).name(), Sample("m", {{"a", "1"}, {"b", "2"}}).name());
  EXPECT_NE(Sample(R"(m{a="1"})", {}).name(), Sample("m", {{"a", "1"}}).name());
}

TEST(MetricName, a_long_one_is_cut_between_characters_and_stays_apart) {
  const std::string shown =
      Sample("m", {{"a", std::string(150, 'x') + std::string(200, '\xc3') + "end"}}).bounded(7);
  EXPECT_TRUE(shown.ends_with("...#0000000000000007"));
  EXPECT_LE(shown.size(), MetricName::kMostBytes + 20);
  const std::string umlauts = [] {
    std::string text(184, 'x');
    for (int i = 0; i < 50; ++i) text += "\xc3\xa4";
    return text;
  }();
  const std::string cut = Sample("m", {{"a", umlauts}}).bounded(7);
  EXPECT_NE(static_cast<unsigned char>(cut[cut.size() - 21]), 0xc3) << "half a character";
}

}  // namespace
}  // namespace vedette::series
