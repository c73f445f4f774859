// Detects: bursts of requests within seconds of a model or tenant (clients if asked for), which a
//   count per pane would not show: the busiest slice of each pane is watched.
// Reads: inference and access events: time, model, tenant, principal.
// State per key: per open pane 12 slices of 17 counters, among which clients are spread by their hash; a
//   series of 150 bytes and a model of 1 to 5 KB. At most max_keys models, tenants and clients each.
// Blind to: bursts below min_change and min_excess; bursts that the key has had before; slices that
//   clocks of several producers smear; a key's first warm_up panes; which client it was: an alert says
//   whether one made most of it or many, and only with principals: true each has a series with its name.
// Source: novelty against a decaying envelope and residuals of a mixture of predictors, as for
//   request_rate; the negative-binomial tail for the
//   busiest slice, whose own mean and spread are learned.

#include <algorithm>
#include <numeric>
#include <span>

#include "vedette/hash.h"
#include "vedette/series.h"

namespace vedette {
namespace {

constexpr std::size_t kSlices = 12;
/// Of clients; one client is always in the same. The first has all that name none.
constexpr std::size_t kGroups = 17;

class Slices final : public SeriesSource {
 public:
  Slices(Duration pane, bool principals) : pane_(pane), slice_(pane / kSlices), principals_(principals) {}
  std::vector<SeriesOf> kinds() const override { return requesters(principals_); }
  std::vector<SeriesStatistic> statistics() const override {
    return {{"requests in the busiest " + to_text(slice_), ""}};
  }
  SeriesLaw law() const override { return SeriesLaw::count; }
  bool falls() const override { return false; }
  bool counts(const Event& event) const override {
    return event.kind == EventKind::inference || event.kind == EventKind::access;
  }
  std::size_t bins() const override { return kSlices * kGroups; }
  std::size_t bin(const Event& event) const override {
    const auto slice = static_cast<std::size_t>((event.time - floor_to(event.time, pane_)) / slice_);
    const std::size_t group = event.principal == 0 ? 0 : 1 + mix64(event.principal) % (kGroups - 1);
    return slice * kGroups + group;
  }
  double value(const SeriesCell& cell, std::size_t /*statistic*/) const override {
    return static_cast<double>(sum(busiest(cell)));
  }
  /// The others of its group count with it, a sixteenth of them on average.
  double largest_client(const SeriesCell& cell) const override {
    const Groups groups = busiest(cell);
    const std::uint64_t all = sum(groups);
    if (2 * groups.front() > all) return kUnknown;
    return static_cast<double>(*std::max_element(groups.begin() + 1, groups.end())) /
           static_cast<double>(all);
  }

 private:
  using Groups = std::span<const std::uint32_t, kGroups>;
  static std::uint64_t sum(Groups groups) {
    return std::accumulate(groups.begin(), groups.end(), std::uint64_t{0});
  }
  static Groups busiest(const SeriesCell& cell) {
    const auto slice = [&](std::size_t i) { return Groups(cell.bins.data() + i * kGroups, kGroups); };
    std::size_t most = 0;
    for (std::size_t i = 1; i < kSlices; ++i)
      if (sum(slice(i)) > sum(slice(most))) most = i;
    return slice(most);
  }

  Duration pane_;
  Duration slice_;
  bool principals_;
};

struct Params {
  SeriesSettings series{.min_change = 4, .min_excess = 50};
  void describe(Settings& table) {
    series.describe(table, "in requests in the busiest slice, a 12th of a pane");
    series.describe_principals(table);
  }
  Result<std::unique_ptr<Detector>> build(const Common& common) const {
    if (common.window % kSlices != Duration{0}) return Status::reject("window must be a multiple of 12 ms");
    return make_series_detector(std::make_unique<Slices>(common.window, series.principals), series, common);
  }
};

}  // namespace

extern const DetectorKind burst_kind;
const DetectorKind burst_kind = {
    .name = "burst",
    .version = 1,
    .title = "Burst of requests",
    .detects = "Bursts of requests of a model or tenant within a twelfth of a pane.",
    .reads = "Inference and access events: time, model, tenant, principal.",
    .state =
        "Per key and open pane 12 slices of 17 counters of groups of clients; a series of 150 bytes with a "
        "model of 1 to 5 KB. At most max_keys of each kind.",
    .blind_to =
        "Bursts below min_change or min_excess, or such as the key has had before; what the clocks of "
        "several producers smear; the first warm_up panes of a key; the name of the client, without "
        "principals.",
    .source = "Novelty against a decaying envelope and the negative-binomial tail of the busiest slice.",
    .technique = {"AML.T0029", "Denial of AI Service", "AML.TA0011", "Impact"},
    .weight = 0.05,
    .defaults = {},
    .plan = plan_of<Params>,
};

}  // namespace vedette
