#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/label_course.h"
#include "core/label_join.h"
#include "core/label_watch.h"
#include "vedette/concept.h"

namespace vedette::labels {

/// Joins the labels of all partitions with the predictions that they are about, pane by
/// pane in order of time, and has the rows watched for drift. Owned by the pipeline; one
/// thread. State keys begin with a letter: c course, d i o the watch's, m n p w a model's
/// join and names; they must be loaded in order.
class LabelJudge final : public Judge {
 public:
  /// Predictions that wait in all models together, as a multiple of those of one.
  static constexpr std::size_t kModels = 10;

  LabelJudge(const ConceptSettings& settings, const Common& common);

  Status load(std::string_view key, std::string_view bytes) override;
  Status merge(Time pane_end, std::string_view scope, std::string_view partial) override;
  void advance(Time watermark, Verdicts& out) override;
  void save(Verdicts& out) override;
  void sampled(Time end, Verdicts& out) override;
  void learned(Time end, Verdicts& out) override;
  std::vector<BaselineView> baselines() override { return watch_.baselines(); }

 private:
  struct Model {
    Model(const std::string& name, const ModelJoin::Bounds& bounds) : join(name, bounds) {}
    ModelJoin join;
    NameTexts names{NameTexts::kMostOfModel};
    bool names_changed = false;
  };
  using Pane = std::map<std::string, Records>;  ///< By scope: a model's versions are neighbours.

  Model& model_of(const std::string& name);
  Course& course_of(const std::string& scope, Verdicts& out);
  void make_room(Verdicts& out);
  void forget_model(const std::string& name, Verdicts& out);
  void close_pane(Time end, Pane pane, Verdicts& out);
  std::map<std::string, std::vector<Truth>> take_predictions(Time end, Pane& pane, Verdicts& out);
  std::vector<Row> join(Time end, const std::map<std::string, std::vector<Truth>>& truths, Verdicts& out);
  void limit_waiting(Time end);
  void tell(Finding& finding) const;

  const Common common_;
  const ModelJoin::Bounds bounds_;
  std::map<Time, Pane> pending_;  ///< Not closed yet, by end.
  std::map<std::string, Model> models_;
  std::map<std::string, Course> courses_;  ///< By scope.
  std::set<std::string> touched_models_;   ///< To be saved.
  std::set<std::string> touched_courses_;
  RowWatch watch_;
};

}  // namespace vedette::labels
