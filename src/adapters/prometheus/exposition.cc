#include "adapters/prometheus/exposition.h"

#include <algorithm>
#include <vector>

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include "adapters/prometheus/process_usage.h"

namespace vedette {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

void set_value(ClientMetric& metric, Metrics::Type type, double value) {
  if (type == Metrics::Type::counter)
    metric.counter.value = value;
  else
    metric.gauge.value = value;
}

MetricFamily family_of(const std::string& name, const std::string& help, Metrics::Type type) {
  MetricFamily family;
  family.name = name;
  family.help = help;
  // The serializer escapes label values but not help texts.
  std::replace(family.help.begin(), family.help.end(), '\n', ' ');
  family.type = type == Metrics::Type::counter ? MetricType::Counter : MetricType::Gauge;
  return family;
}

/// Shows our registry to prometheus-cpp.
class Collected final : public prometheus::Collectable {
 public:
  explicit Collected(const Metrics& metrics) : metrics_(metrics) {}

  std::vector<MetricFamily> Collect() const override {
    std::vector<MetricFamily> families;
    metrics_.each([&families](const std::string& name, const Metrics::Family& family) {
      MetricFamily& copy = families.emplace_back(family_of(name, family.help, family.type));
      for (const auto& [labels, value] : family.series) {
        ClientMetric& metric = copy.metric.emplace_back();
        for (const auto& [key, text] : labels) metric.label.push_back({key, text});
        set_value(metric, family.type, value.value());
      }
    });
    append_process(families);
    return families;
  }

 private:
  static void append_process(std::vector<MetricFamily>& families) {
    const ProcessUsage usage = measure_process();
    const auto append = [&families](const char* name, const char* help, Metrics::Type type, double value) {
      MetricFamily& family = families.emplace_back(family_of(name, help, type));
      set_value(family.metric.emplace_back(), type, value);
    };
    append("process_cpu_seconds_total", "User and system CPU time spent.", Metrics::Type::counter,
           usage.cpu_seconds);
    append("process_max_fds", "Limit of open file descriptors.", Metrics::Type::gauge, usage.max_fds);
    append("process_open_fds", "Open file descriptors.", Metrics::Type::gauge, usage.open_fds);
    append("process_resident_memory_bytes", "Resident memory.", Metrics::Type::gauge, usage.resident_bytes);
    append("process_threads", "Threads.", Metrics::Type::gauge, usage.threads);
  }

  const Metrics& metrics_;
};

}  // namespace

std::string expose(const Metrics& metrics) {
  return prometheus::TextSerializer().Serialize(Collected(metrics).Collect());
}

void register_build(Metrics& metrics, const MetricLabels& build) {
  metrics.gauge("vedette_build_info", "Always 1; the labels say which build runs.", build).set(1);
}

}  // namespace vedette
