// Detects: bytes per pane, out to callers, of a model, tenant or client
//   far above what clock, calendar and the last values lead to expect: spikes and ramps.
// Reads: inference and access events that say so: time, model, tenant, principal, bytes_out.
// State per key: per open pane a sum of 16 bytes; a series of 150 bytes and, where traffic pays for it,
//   a model of 1 to 5 KB. At most max_keys models, tenants and clients each.
// Blind to: events without bytes_out; changes below
//   min_change or min_excess; a key's first warm_up panes; growth over weeks.
// Source: novelty against a decaying envelope and residuals of a mixture of predictors, as for
//   request_rate; the gamma tail for sums.

#include "vedette/request_sums.h"

namespace vedette {
namespace {

class Bytes final : public RequestSums {
 public:
  static constexpr std::string_view kUnit = "in bytes per pane";
  static SeriesSettings defaults() { return {.min_change = 2, .min_excess = 1e6}; }
  explicit Bytes(const SeriesSettings& settings) : RequestSums({"bytes out", ""}, settings) {}
  double sample(const Event& event) const override { return event.bytes_out; }
};

}  // namespace

extern const DetectorKind byte_volume_kind;
const DetectorKind byte_volume_kind = {
    .name = "byte_volume",
    .version = 1,
    .title = "Unusual volume of data",
    .detects = "Bytes per pane, out to callers, of a model, tenant or client far above what was expected.",
    .reads = "Inference and access events that say so: time, model, tenant, principal, bytes_out.",
    .state =
        "Per key and open pane 16 bytes; a series of 150 bytes, where traffic pays for it with a model of 1 "
        "to 5 KB. At most max_keys of each kind.",
    .blind_to =
        "Events without bytes_out; changes below min_change or min_excess; the first warm_up panes of a key; "
        "growth over weeks.",
    .source = "Novelty against a decaying envelope, a mixture of predictors, and the gamma tail for sums.",
    .technique = {"AML.T0024", "Exfiltration via AI Inference API", "AML.TA0010", "Exfiltration"},
    .weight = 0.05,
    .defaults = {},
    .plan = plan_of<RequestSumsParams<Bytes>>,
};

}  // namespace vedette
