#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "unit/core/label_events.h"
#include "unit/core/label_store.h"
#include "vedette/detector.h"

namespace vedette::labels_test {

/// Both halves of a detector of labels as the pipeline runs them, in one thread.
template <class JudgeOf>
class LabelRig : public Partials {
 public:
  struct Shape {
    std::size_t partitions = 1;
    bool restarts = false;
    std::size_t step = 500;  ///< Events between two steps of the judge.
  };
  struct Makers {
    std::function<std::unique_ptr<Observer>(const Common&)> observer;
    std::function<std::unique_ptr<JudgeOf>(const Common&)> judge;
  };

  LabelRig(const Shape& shape, Makers makers, const Common& common)
      : common_(common), shape_(shape), makers_(std::move(makers)) {
    begin();
    judge_ = makers_.judge(common_);
  }

  void watch(const std::vector<LabelEvent>& events) { run(events, shape_.restarts); }
  /// A new judge takes what that of `learned` has learned.
  void adopt(LabelRig& learned) {
    StoredKeys keys;
    for (const auto& [key, bytes] : learned.store_.state)
      if (learned.judge().baseline_of(key) == "m") keys.emplace_back(key, bytes);
    EXPECT_FALSE(keys.empty());
    common_.recorded = false;
    begin();
    judge_ = makers_.judge(common_);
    EXPECT_TRUE(judge_->adopt(keys, kDawn, store_).ok());
    judge_->save(store_);
  }
  const std::vector<std::pair<Time, Finding>>& findings() const { return store_.findings; }
  JudgeOf& judge() { return *judge_; }
  Store& store() { return store_; }
  Common& common() { return common_; }

 protected:
  void begin() {
    observers_.clear();
    for (std::size_t p = 0; p < shape_.partitions; ++p) observers_.push_back(makers_.observer(common_));
  }
  void advance(Time watermark) {
    while (!partials_.empty() && std::get<0>(partials_.begin()->first) + common_.lateness <= watermark) {
      const auto& [key, left] = *partials_.begin();
      for (const std::string& bytes : left)
        EXPECT_TRUE(judge_->merge(std::get<0>(key), std::get<1>(key), bytes).ok());
      partials_.erase(partials_.begin());
    }
    judge_->advance(watermark, store_);
    judge_->save(store_);
    for (auto& observer : observers_) observer->judged(watermark);
  }
  void run(const std::vector<LabelEvent>& events, bool restarts) {
    LabelBatch batch;
    for (std::size_t at = 0; at < events.size(); at += shape_.step) {
      const std::size_t end = std::min(events.size(), at + shape_.step);
      std::vector<std::vector<LabelEvent>> split(shape_.partitions);
      for (std::size_t i = at; i < end; ++i) split[(i - at) % shape_.partitions].push_back(events[i]);
      for (partition_ = 0; partition_ < shape_.partitions; ++partition_) {
        observers_[partition_]->observe(batch.of(split[partition_]), {0, split[partition_].size()});
        observers_[partition_]->save(*this);
      }
      advance(events[end - 1].time);
      if (restarts) restart();
    }
  }

  Common common_;
  Store store_;

 private:
  void put(Time pane_end, std::string_view scope, std::string_view bytes) override {
    partials_[{pane_end, std::string(scope), partition_}] = {std::string(bytes)};
  }
  void add(Time pane_end, std::string_view scope, std::string_view bytes) override {
    partials_[{pane_end, std::string(scope), partition_}].emplace_back(bytes);
  }
  void find(Time /*ripe*/, const Finding& /*finding*/) override {}

  void restart() {
    begin();
    for (const auto& [key, left] : partials_)
      for (const std::string& bytes : left)
        EXPECT_TRUE(observers_[std::get<2>(key)]->load(std::get<0>(key), std::get<1>(key), bytes).ok());
    judge_ = makers_.judge(common_);
    for (const auto& [key, bytes] : store_.state) {
      const Status loaded = judge_->load(key, bytes);
      EXPECT_TRUE(loaded.ok()) << loaded.message();
    }
  }

  Shape shape_;
  Makers makers_;
  std::vector<std::unique_ptr<Observer>> observers_;
  std::unique_ptr<JudgeOf> judge_;
  std::size_t partition_ = 0;
  std::map<std::tuple<Time, std::string, std::size_t>, std::vector<std::string>> partials_;
};

}  // namespace vedette::labels_test
