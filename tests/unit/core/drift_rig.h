#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "vedette/detector.h"
#include "vedette/dictionary.h"

namespace vedette::drift_test {

using RowValue = std::variant<std::monostate, double, bool, std::string>;

/// An inference event as tests write it.
struct Row {
  Time time{};
  std::string model = "m";
  std::string version = "1";
  std::uint64_t identity = 0;
  std::vector<std::pair<Field, RowValue>> values;
};

struct RigOptions {
  std::size_t partitions = 1;
  std::size_t batch_rows = 256;
  bool restart_each_step = false;  ///< Save and load both halves after every batch.
  bool learn_to_the_end = true;    ///< Judge the last panes of a recorded baseline, too.
  Common common;
  std::map<std::string, std::string> settings;
};

/// One detector run as the pipeline runs it, in one thread over a store in memory:
/// partials per partition, committed; ripe panes merged in order; directives and
/// findings handed on.
class DriftRig {
 public:
  DriftRig(const DetectorKind& kind, RigOptions options);
  ~DriftRig();

  /// Learns the baseline from recorded rows, in order of time.
  void learn(const std::vector<Row>& rows);
  /// Goes on with the state that another rig has learned.
  void adopt(const DriftRig& learned);
  /// Puts in force what a rig, maybe this one, has learned of a model, as `vedette baseline promote` does.
  void promote(const DriftRig& learned, const std::string& model);
  void forget(const std::string& model);
  /// Rows in order of arrival.
  void watch(const std::vector<Row>& rows);

  const std::vector<std::pair<Time, Finding>>& findings() const { return findings_; }
  const std::map<std::string, std::string>& state() const { return state_; }
  const std::vector<Directive>& directives() const { return directives_; }
  Tally observed() const;
  const Tally& judged() const { return judge_->tally(); }
  const BorrowedBaselines& borrowed() const { return judge_->borrowed(); }
  std::vector<BaselineView> baselines() const { return judge_->baselines(); }

 private:
  class Store;
  void make_halves();
  void restart();
  void run(const std::vector<Row>& rows);
  void step();
  void hand_on_directives();
  void judge_rest(Time end);
  void reset_clocks();

  RigOptions options_;
  std::unique_ptr<Detector> detector_;
  std::vector<std::unique_ptr<Observer>> observers_;
  std::unique_ptr<Judge> judge_;
  Dictionary names_{HashKey{1, 2}};
  std::vector<Time> watermarks_;
  Time judged_ = kDawn;
  std::map<std::string, std::string> state_;
  std::map<std::tuple<Time, std::string, std::size_t>, std::vector<std::string>> partials_;
  std::vector<Directive> directives_;
  std::size_t applied_ = 0;
  std::vector<std::pair<Time, Finding>> findings_;
};

}  // namespace vedette::drift_test
