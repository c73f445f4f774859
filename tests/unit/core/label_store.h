#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "vedette/detector.h"

namespace vedette::labels_test {

/// What a judge leaves, in memory.
class Store final : public Verdicts {
 public:
  std::map<std::string, std::string> state;
  std::vector<std::pair<Time, Finding>> findings;

  void put(std::string_view key, std::string_view bytes) override {
    if (bytes.empty()) state.erase(std::string(key));
    if (!bytes.empty()) state[std::string(key)] = bytes;
  }
  std::string get(std::string_view key) const override {
    const auto found = state.find(std::string(key));
    return found == state.end() ? std::string() : found->second;
  }
  StoredKeys range(std::string_view from, std::string_view to) const override {
    const auto end = to.empty() ? state.end() : state.lower_bound(std::string(to));
    return {state.lower_bound(std::string(from)), end};
  }
  void find(Time ripe, Finding finding) override { findings.emplace_back(ripe, std::move(finding)); }
  void direct(Directive /*directive*/) override {}
};

}  // namespace vedette::labels_test
