// Detects: one client that floods a model or takes over its traffic: the mix of clients
//   moves away from the baseline.
// Reads: principals of inference events.
// State per key (model version): 4 blocks x levels of two histograms of clients, 9 KB, and
//   the 32 busiest clients.
// Blind to: floods that are spread evenly over all clients; clients that change what they
//   ask without asking more.
// Source: clients hashed into quantile cells of the baseline's traffic, judged by the
//   engine of feature_drift; busiest clients by Space-Saving (Metwally et al. 2005).

#include "vedette/drift.h"
#include "vedette/hash.h"

namespace vedette {
namespace {

class Clients final : public ColumnSource {
 public:
  Use use_of(const Field& /*field*/) const override { return {}; }
  std::vector<std::string> derived() const override { return {"principal", "principal, hashed again"}; }
  /// Where a client falls between 0 and 1. Busy ones get cells of their own, as values do
  /// that fill a quantile alone. Twice, since a new client may fall into the cell of a busy one.
  void derive(const Event& event, std::span<const Input> /*inputs*/, std::span<Value> out) const override {
    if (event.principal == 0) return;
    const std::uint64_t hash = mix64(event.principal);
    out[0] = between_0_and_1(hash);
    out[1] = between_0_and_1(mix64(hash));
  }
  bool always_numeric() const override { return true; }
  bool specials() const override { return false; }
  bool of_clients() const override { return true; }

 private:
  static Value between_0_and_1(std::uint64_t hash) {
    return Value(static_cast<double>(hash >> 11) * 0x1p-53);
  }
};

}  // namespace

extern const DetectorKind client_drift_kind;
const DetectorKind client_drift_kind = {
    .name = "client_drift",
    .version = 1,
    .title = "Client drift",
    .detects =
        "One client floods a model or takes over its traffic: the mix of clients moves away from the "
        "baseline.",
    .reads = "Principals of inference events, per model and version.",
    .state =
        "Per model version: two histograms of clients over the last windows, and the 32 busiest clients.",
    .blind_to =
        "Floods that are spread evenly over all clients; clients that change what they ask without asking "
        "more.",
    .source =
        "Clients hashed into quantile cells of the baseline's traffic, judged by the engine of "
        "feature_drift.",
    .technique = {},
    .side = Side::inputs,
    .weight = 0.25,
    .defaults = {},
    .plan = plan_of<DriftParams<Clients>>,
};

}  // namespace vedette
