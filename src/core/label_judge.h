#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/label_course.h"
#include "core/label_joins.h"
#include "core/label_watch.h"
#include "vedette/concept.h"

namespace vedette::labels {

/// Joins the labels of all partitions with the predictions that they are about, pane by
/// pane in order of time, and has the rows watched for drift. Owned by the pipeline; one
/// thread. State keys begin with a letter: c course, d i o the watch's, m n p w the joins';
/// they must be loaded in order.
class LabelJudge final : public Judge {
 public:
  LabelJudge(const ConceptSettings& settings, const Common& common);

  Status load(std::string_view key, std::string_view bytes) override;
  Status merge(Time pane_end, std::string_view scope, std::string_view partial) override {
    return joins_.merge(pane_end, scope, partial);
  }
  void advance(Time watermark, Verdicts& out) override;
  void save(Verdicts& out) override;
  void sampled(Time end, Verdicts& out) override;
  void learned(Time end, Verdicts& out) override;
  std::vector<BaselineView> baselines() override { return watch_.baselines(); }
  const BorrowedBaselines& borrowed() const override { return watch_.borrowed(); }
  std::string baseline_of(std::string_view key) const override;
  Status adopt(const StoredKeys& keys, Time from, Verdicts& out) override;
  void forget(std::string_view model, Verdicts& out) override { watch_.forget(model, out); }

 private:
  class Rows;

  Course& course_of(const std::string& scope, Verdicts& out);
  void close_pane(Time end, Verdicts& out);
  void tell(Finding& finding) const;

  const Common common_;
  Joins joins_;
  std::map<std::string, Course> courses_;  ///< By scope.
  std::set<std::string> touched_;          ///< Courses to be saved.
  RowWatch watch_;
};

}  // namespace vedette::labels
