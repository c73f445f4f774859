// Detects: tokens per pane, in and out, of a model, tenant or client
//   far above what clock, calendar and the last values lead to expect: spikes and ramps.
// Reads: inference and access events that say so: time, model, tenant, principal, tokens_in, tokens_out.
// State per key: per open pane a sum of 16 bytes; a series of 150 bytes and, where traffic pays for it,
//   a model of 1 to 5 KB. At most max_keys models, tenants and clients each.
// Blind to: events without tokens; changes below
//   min_change or min_excess; a key's first warm_up panes; growth over weeks.
// Source: novelty against a decaying envelope and residuals of a mixture of predictors, as for
//   request_rate; the gamma tail for sums.

#include <cmath>

#include "vedette/request_sums.h"

namespace vedette {
namespace {

class Tokens final : public RequestSums {
 public:
  static constexpr std::string_view kUnit = "in tokens per pane";
  static SeriesSettings defaults() { return {.min_change = 2, .min_excess = 1000, .principals = true}; }
  explicit Tokens(const SeriesSettings& settings) : RequestSums({"tokens", ""}, settings) {}
  double sample(const Event& event) const override {
    if (std::isnan(event.tokens_in)) return event.tokens_out;
    return std::isnan(event.tokens_out) ? event.tokens_in : event.tokens_in + event.tokens_out;
  }
};

}  // namespace

extern const DetectorKind token_use_kind;
const DetectorKind token_use_kind = {
    .name = "token_use",
    .version = 1,
    .title = "Unusual use of tokens",
    .detects = "Tokens per pane, in and out, of a model, tenant or client far above what was expected.",
    .reads =
        "Inference and access events that say so: time, model, tenant, principal, tokens_in, tokens_out.",
    .state =
        "Per key and open pane 16 bytes; a series of 150 bytes, where traffic pays for it with a model of 1 "
        "to 5 KB. At most max_keys of each kind.",
    .blind_to =
        "Events without tokens; changes below min_change or min_excess; the first warm_up panes of a key; "
        "growth over weeks.",
    .source = "Novelty against a decaying envelope, a mixture of predictors, and the gamma tail for sums.",
    .technique = {"AML.T0034", "Cost Harvesting", "AML.TA0011", "Impact"},
    .weight = 0.1,
    .defaults = {},
    .plan = plan_of<RequestSumsParams<Tokens>>,
};

}  // namespace vedette
