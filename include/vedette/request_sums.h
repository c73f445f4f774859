#pragma once

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "vedette/series.h"

namespace vedette {

/// What requests say of themselves, summed per pane and model, tenant and, if asked for,
/// client. A detector says which number.
class RequestSums : public SeriesSource {
 public:
  RequestSums(SeriesStatistic statistic, const SeriesSettings& settings)
      : statistic_(std::move(statistic)), principals_(settings.principals) {}

  double sample(const Event& event) const override = 0;

  std::vector<SeriesOf> kinds() const final { return requesters(principals_); }
  std::vector<SeriesStatistic> statistics() const final { return {statistic_}; }
  SeriesLaw law() const final { return SeriesLaw::amount; }
  bool falls() const final { return false; }
  bool counts(const Event& event) const final { return sample(event) >= 0; }
  double value(const SeriesCell& cell, std::size_t /*statistic*/) const final { return cell.sum.value(); }

 private:
  SeriesStatistic statistic_;
  bool principals_;
};

/// Params of a detector of such sums. `Sums::defaults()` are its settings, `Sums::kUnit` says in
/// which unit `min_excess` is.
template <class Sums>
struct RequestSumsParams {
  SeriesSettings series = Sums::defaults();
  void describe(Settings& table) {
    series.describe(table, Sums::kUnit);
    series.describe_principals(table);
  }
  Result<std::unique_ptr<Detector>> build(const Common& common) const {
    return make_series_detector(std::make_unique<Sums>(series), series, common);
  }
};

}  // namespace vedette
