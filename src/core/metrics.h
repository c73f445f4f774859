#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace vedette {

using MetricLabels = std::vector<std::pair<std::string, std::string>>;

/// One time series; written by one or many threads without a lock.
class Metric {
 public:
  void add(double by = 1) { value_.fetch_add(by, std::memory_order_relaxed); }
  void set(double value) { value_.store(value, std::memory_order_relaxed); }
  double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

/// All numbers about Vedette itself. Names follow Prometheus' conventions and begin
/// with `vedette_`; labels come from closed sets. Metrics live as long as the registry.
class Metrics {
 public:
  enum class Type : unsigned char { counter, gauge };
  struct Family {
    Type type = Type::counter;
    std::string help;
    std::map<MetricLabels, Metric> series;
  };

  Metric& counter(const std::string& name, const std::string& help, const MetricLabels& labels = {}) {
    return series(Type::counter, name, help, labels);
  }
  Metric& gauge(const std::string& name, const std::string& help, const MetricLabels& labels = {}) {
    return series(Type::gauge, name, help, labels);
  }
  /// Visits all families in order of name, under the registry's lock.
  void each(const std::function<void(const std::string& name, const Family&)>& visit) const {
    const std::lock_guard<std::mutex> hold(mutex_);
    for (const auto& [name, family] : families_) visit(name, family);
  }

 private:
  Metric& series(Type type, const std::string& name, const std::string& help, const MetricLabels& labels) {
    const std::lock_guard<std::mutex> hold(mutex_);
    Family& family = families_[name];
    family.type = type;
    if (family.help.empty()) family.help = help;
    return family.series[labels];
  }
  mutable std::mutex mutex_;  ///< Guards the maps, not the values.
  std::map<std::string, Family> families_;
};

}  // namespace vedette
