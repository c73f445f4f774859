// Detects: outputs of a model whose distribution moves away from the baseline: label mix,
//   score, confidence, entropy, further outputs; nulls, new classes, types; labels that no
//   longer are the likeliest class.
// Reads: outputs of inference events, but not text and vectors; class probabilities only
//   through confidence (the largest) and entropy.
// State per key (model version): 4 blocks x levels of histograms, about 5 KB an output.
// Blind to: wrong answers that keep the mix of outputs; cycles longer than the baseline;
//   shifts below min_effect.
// Source: the same engine as feature_drift.

#include <algorithm>
#include <cmath>

#include "vedette/drift.h"

namespace vedette {
namespace {

class Outputs final : public ColumnSource {
 public:
  Use use_of(const Field& field) const override {
    if (field.section == Section::probability) return {{}, true};
    const bool watched = field.section == Section::output && field.name != "text";
    return {watched ? field.name : std::string{}, watched && field.name == "label"};
  }
  std::vector<std::string> derived() const override {
    return {"confidence", "entropy", "label given probabilities"};
  }
  void derive(const Event& /*event*/, std::span<const Input> inputs, std::span<Value> out) const override {
    double most = -1;
    double entropy = 0;
    std::string_view likeliest;
    std::string_view label;
    for (const Input& input : inputs) {
      if (input.field->section == Section::output) label = input.text;
      if (input.field->section == Section::output || !input.value.is_number()) continue;
      const double p = input.value.number();
      if (p > most) likeliest = input.field->name;
      most = std::max(most, p);
      if (p > 0) entropy -= p * std::log(p);
    }
    if (most < 0) return;
    out[0] = Value(most);
    // Rounded, so that sums in another order of classes fall into the same cell.
    out[1] = Value(std::round(entropy * 1e9) / 1e9);
    if (!label.empty()) out[2] = Value::boolean(label == likeliest);
  }
};

}  // namespace

extern const DetectorKind output_drift_kind;
const DetectorKind output_drift_kind = {
    .name = "output_drift",
    .version = 1,
    .title = "Output drift",
    .detects =
        "A model's answers move away from the baseline: label mix, score, confidence, entropy, "
        "further outputs; nulls, new classes, types; labels that no longer are the likeliest class.",
    .reads =
        "Outputs of inference events, per model and version; probabilities as confidence, entropy and "
        "whether "
        "the label is the likeliest class.",
    .state = "Per model version: histograms of the last windows, about 5 KB an output.",
    .blind_to =
        "Text and vector outputs; wrong answers that keep the mix of outputs; cycles longer than "
        "the baseline; shifts below min_effect.",
    .source =
        "Hellinger geometry of histograms with an allowance for the baseline's own wander per window length.",
    .technique = {},
    .side = Side::outputs,
    .defaults = {},
    .plan = plan_of<DriftParams<Outputs>>,
};

}  // namespace vedette
