#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vedette/batch.h"

namespace vedette::series {

/// What a metric series is called: `gpu_utilisation{node="gpu-3",zone="a"}`, as Prometheus
/// writes it, labels in order of their names; model, version and tenant of a sample are
/// labels too. Other events are `label_events{model="m"}`, `access_events{tenant="t"}`. Different labels
/// never give the same text. Keeps the last one; reused.
class MetricName {
 public:
  static constexpr std::size_t kMostBytes = 200;

  /// Valid until the next call.
  std::string_view of(const Batch& batch, const Event& event);
  /// The last one, cut where it is longer than kMostBytes; then `key` tells it apart.
  std::string bounded(std::uint64_t key) const;

 private:
  void collect(const Batch& batch, const Event& event);

  std::vector<std::pair<std::string_view, std::string_view>> labels_;
  std::string text_;
};

}  // namespace vedette::series
