#include "pipeline/replay.h"

#include <span>

#include "pipeline/keys.h"

namespace vedette {
namespace {

constexpr std::size_t kBatch = 1024;
constexpr std::size_t kDeadShown = 5;
constexpr const char* kSampleTopic = "baseline/sample";

}  // namespace

Replay::Replay(StreamOptions options, const std::vector<BuiltDetector>& detectors, Store& store,
               JudgeStage& judge)
    : options_(std::move(options)), detectors_(detectors), store_(store), judge_(judge) {}

Status Replay::judge_until(Time watermark, PartitionStream& stream, const Step& step) {
  Changes changes;
  Status status = step(watermark, changes);
  if (status.ok()) status = store_.commit(changes);
  if (!status.ok()) return status;
  for (const Directed& directed : judge_.take_directives())
    stream.apply(directed.detector, directed.directive);
  stream.judged(judge_.judged());
  return {};
}

Status Replay::drive(const std::string& path, const std::string& topic, const Step& step) {
  auto file = RecordFile::open(path, options_.decode.max_record_bytes);
  if (!file.ok()) return file.status();
  StreamOptions options = options_;
  options.id = {topic, 0};
  PartitionStream stream(options, detectors_);
  Status status = stream.load(store_);
  if (!status.ok()) return status;
  stream.start_at(0);
  stream.judged(judge_.judged());
  records_ = 0;
  first_ = kDawn;
  for (;;) {
    auto read = file->read(kBatch);
    if (!read.ok()) return read.status();
    if (read->empty()) break;
    records_ += read->size();
    for (std::span<const Record> rest(*read); !rest.empty();) {
      rest = rest.subspan(stream.take(first_ == kDawn ? rest.first(1) : rest));
      Changes changes;
      stream.save(changes);
      status = store_.commit(changes);
      if (status.ok()) status = judge_until(stream.watermark(), stream, step);
      if (!status.ok()) return status;
      if (first_ == kDawn) first_ = stream.watermark();
    }
    for (DeadLetter& dead : stream.take_dead())
      if (first_dead_.size() < kDeadShown) first_dead_.push_back(std::move(dead));
  }
  totals_ = stream.totals();
  held_ = stream.held();
  last_ = stream.watermark();
  return {};
}

Status Replay::learn(const std::string& path) {
  const auto sampling = [this](Time watermark, Changes& changes) {
    return judge_.learn(watermark, JudgeStage::Pass::sampling, changes);
  };
  Status status = drive(path, kSampleTopic, sampling);
  if (!status.ok()) return status;
  if (last_ == kDawn) return Status::reject(path + ": no event to learn from");
  // Every pane of the first pass is judged, however long: nothing of it may be left for the second.
  Changes changes;
  status = judge_.learn(last_ + kDay, JudgeStage::Pass::sampling, changes);
  if (!status.ok()) return status;
  judge_.sampled(last_, changes);
  changes.erase(keys::position({kSampleTopic, 0}));
  judge_.take_directives();
  judge_.rewind();
  status = store_.commit(changes);
  if (!status.ok()) return status;
  const auto learning = [this](Time watermark, Changes& into) {
    return judge_.learn(watermark, JudgeStage::Pass::counting, into);
  };
  status = drive(path, "baseline", learning);
  if (!status.ok()) return status;
  Changes last;
  status = judge_.learn(last_ + kDay, JudgeStage::Pass::last_panes, last);
  if (status.ok()) status = store_.commit(last);
  if (!status.ok()) return status;
  last.clear();
  judge_.learned(last_, last);
  judge_.take_directives();
  return store_.commit(last);
}

Status Replay::judge_rest(Duration after) {
  if (last_ == kDawn) return {};
  Changes changes;
  const Status status = judge_.learn(last_ + after, JudgeStage::Pass::counting, changes);
  return status.ok() ? store_.commit(changes) : status;
}

Status Replay::run(const std::string& path, const Deliver& deliver) {
  first_dead_.clear();
  return drive(path, "input", [this, &deliver](Time watermark, Changes& changes) {
    std::vector<Alert> transitions;
    const Status status = judge_.step(watermark, changes, transitions);
    for (const Alert& alert : transitions) deliver(alert);
    return status;
  });
}

}  // namespace vedette
