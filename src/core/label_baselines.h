#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "core/drift_partial.h"
#include "core/label_joins.h"
#include "vedette/detector.h"

namespace vedette::labels {

/// What judges that keep a watch of each scope under the letter s share about baselines.

/// The model whose learned baseline a key is, see Judge::baseline_of.
template <class Watch>
std::string model_of_baseline(const std::map<std::string, Watch>& watches, std::string_view key) {
  if (!key.starts_with('s')) return {};
  const auto watch = watches.find(std::string(key.substr(1)));
  const bool learned = watch != watches.end() && watch->second.baseline();
  return learned ? drift::entity_of(watch->first).model : std::string{};
}

/// Baselines by scope from the keys of another judge; `damaged` is said of bytes that are.
template <class Watch>
Result<std::map<std::string, Watch>> read_baselines(const StoredKeys& keys, const char* damaged) {
  std::map<std::string, Watch> read;
  for (const auto& [key, bytes] : keys) {
    const std::string scope = key.empty() ? key : key.substr(1);
    if (!key.starts_with('s') || !is_scope(scope)) return Status::reject("damaged key of a baseline");
    Watch& watch = read[scope];
    if (!watch.load_head(bytes)) return Status::reject(damaged);
    if (!watch.baseline()) return Status::reject("a baseline that was not learned");
  }
  return read;
}

/// Lets go all watches of a model, and what of them is to be saved.
template <class Watch>
void forget_model(std::string_view model, std::map<std::string, Watch>& watches,
                  std::set<std::string>& touched, Verdicts& out) {
  std::erase_if(watches, [&](auto& entry) {
    if (drift::entity_of(entry.first).model != model) return false;
    entry.second.forget(entry.first, out);
    touched.erase(entry.first);
    return true;
  });
}

}  // namespace vedette::labels
