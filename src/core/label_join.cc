#include "core/label_join.h"

#include <algorithm>

#include "core/drift_partial.h"
#include "vedette/hash.h"

namespace vedette::labels {
namespace {

constexpr std::uint64_t kVersion = 1;
constexpr int kMostLevels = 32;
constexpr std::size_t kRelaxAt = 8;  ///< Fewer waiting than this part of the limit: keep more again.
constexpr std::size_t kTimeKey = 8;

/// Within the bounds that times have, so that differences cannot overflow.
bool is_time(std::string_view key) {
  if (key.size() != kTimeKey) return false;
  const Time time = drift::time_of_key(key);
  return kDawn <= time && time <= kForever;
}

}  // namespace

std::string ModelJoin::key_of(std::string_view model) {
  std::string key;
  ByteWriter(key).text(model);
  return key;
}

// Other bits than those by which a pane's smallest ids are chosen.
bool ModelJoin::keeps(std::uint64_t id) const {
  return (mix64(id) & ((std::uint64_t{1} << level_) - 1)) == 0;
}

void ModelJoin::expire(Time pane_end) {
  while (!blocks_.empty() && blocks_.begin()->first.first + bounds_.join_for <= pane_end) {
    const auto& [key, ids] = *blocks_.begin();
    for (const std::uint64_t id : ids) {
      const auto found = waiting_.find(id);
      if (found != waiting_.end() && found->second.block == &key) waiting_.erase(found);
    }
    dirty_blocks_.insert(key);
    blocks_.erase(blocks_.begin());
  }
  while (!early_.empty() && early_.begin()->first + kEarly <= pane_end) {
    early_count_ -= early_.begin()->second.size();
    dirty_early_.insert(early_.begin()->first);
    early_.erase(early_.begin());
  }
}

std::size_t ModelJoin::put(Time pane_end, const std::string& version, std::vector<Prediction> predictions) {
  seen_ = pane_end;
  const auto block = blocks_.try_emplace({pane_end, version}).first;
  const std::size_t before = waiting_.size();
  for (Prediction& prediction : predictions) {
    const std::uint64_t id = prediction.id;
    if (!keeps(id)) continue;
    if (waiting_.try_emplace(id, Waiting{std::move(prediction), &block->first}).second)
      block->second.push_back(id);
  }
  const std::size_t added = waiting_.size() - before;
  dirty_blocks_.insert(block->first);
  while (waiting_.size() > bounds_.predictions && level_ < kMostLevels) thin();
  return added;
}

void ModelJoin::thin() {
  ++level_;
  for (auto& [key, ids] : blocks_) dirty_blocks_.insert(key);
  std::erase_if(waiting_, [this](const auto& entry) { return !keeps(entry.first); });
  early_count_ = 0;
  for (auto& [end, truths] : early_) {
    std::erase_if(truths, [this](const Truth& truth) { return !keeps(truth.id); });
    early_count_ += truths.size();
    dirty_early_.insert(end);
  }
}

void ModelJoin::relax() {
  if (level_ > 0 && waiting_.size() < bounds_.predictions / kRelaxAt) --level_;
}

bool ModelJoin::take(const Truth& truth, std::vector<Joined>& out) {
  const auto found = waiting_.find(truth.id);
  if (found == waiting_.end()) return false;
  const BlockKey& block = *found->second.block;
  Joined joined{block.second, std::move(found->second.prediction), truth, truth.time};
  joined.at = std::max(truth.time, joined.prediction.time);
  out.push_back(std::move(joined));
  dirty_blocks_.insert(block);
  waiting_.erase(found);
  return true;
}

std::vector<Joined> ModelJoin::join(Time pane_end, const std::vector<Truth>& truths) {
  std::vector<Joined> out;
  seen_ = pane_end;
  for (auto& [end, waiting] : early_) {
    const std::size_t joined = std::erase_if(waiting, [&](const Truth& truth) { return take(truth, out); });
    early_count_ -= joined;
    if (joined > 0) dirty_early_.insert(end);
  }
  std::vector<Truth> unmatched;
  for (const Truth& truth : truths)
    if (keeps(truth.id) && !take(truth, out)) unmatched.push_back(truth);
  labelled_ = labelled_ || !truths.empty();
  relax();
  if (unmatched.empty()) return out;
  if (unmatched.size() > kMostEarly) {
    std::sort(unmatched.begin(), unmatched.end(),
              [](const Truth& a, const Truth& b) { return rank_of(a) < rank_of(b); });
    unmatched.resize(kMostEarly);
  }
  early_count_ += unmatched.size();
  dirty_early_.insert(pane_end);
  early_[pane_end] = std::move(unmatched);
  return out;
}

std::string ModelJoin::block_key(const BlockKey& block) const {
  return "p" + drift::scope_key(model_, block.second) + drift::time_key(block.first);
}

void ModelJoin::save_block(const BlockKey& key, Verdicts& out) {
  const auto block = blocks_.find(key);
  Records records;
  if (block != blocks_.end()) {
    std::erase_if(block->second, [&](std::uint64_t id) {
      const auto found = waiting_.find(id);
      return found == waiting_.end() || found->second.block != &block->first;
    });
    for (const std::uint64_t id : block->second)
      records.predictions.push_back(waiting_.find(id)->second.prediction);
    if (block->second.empty()) blocks_.erase(block);
  }
  out.put(block_key(key), records.predictions.empty() ? std::string() : encode(records));
}

void ModelJoin::save(Verdicts& out) {
  for (const BlockKey& key : dirty_blocks_) save_block(key, out);
  dirty_blocks_.clear();
  for (const Time end : dirty_early_) {
    Records records;
    const auto found = early_.find(end);
    if (found != early_.end()) records.truths = found->second;
    if (found != early_.end() && found->second.empty()) early_.erase(found);
    out.put("w" + key_of(model_) + drift::time_key(end),
            records.truths.empty() ? std::string() : encode(records));
  }
  dirty_early_.clear();
  std::string bytes;
  ByteWriter writer(bytes);
  writer.u64(kVersion);
  writer.u64(static_cast<std::uint64_t>(level_));
  writer.flag(labelled_);
  writer.i64(to_ms(seen_));
  out.put("m" + key_of(model_), bytes);
}

void ModelJoin::forget(Verdicts& out) const {
  for (const char part : {'m', 'p', 'w'}) {
    const std::string prefix = part + key_of(model_);
    for (const auto& [key, bytes] : out.range(prefix, prefix + std::string(9, '\xff'))) out.put(key, {});
  }
}

Status ModelJoin::load_block(std::string_view rest, std::string_view bytes) {
  ByteReader names(rest);
  const std::string version(names.text());
  names.text();  // Segments are not told apart.
  Result<Records> records = decode_records(bytes);
  if (!names.ok() || !is_time(names.rest()) || !records.ok())
    return Status::reject("damaged predictions of " + model_);
  const auto block = blocks_.try_emplace({drift::time_of_key(names.rest()), version}).first;
  for (Prediction& prediction : records->predictions) {
    const std::uint64_t id = prediction.id;
    if (waiting_.try_emplace(id, Waiting{std::move(prediction), &block->first}).second)
      block->second.push_back(id);
  }
  return {};
}

Status ModelJoin::load_early(std::string_view rest, std::string_view bytes) {
  Result<Records> records = decode_records(bytes);
  if (!is_time(rest) || !records.ok()) return Status::reject("damaged labels of " + model_);
  std::vector<Truth>& truths = early_[drift::time_of_key(rest)];
  early_count_ += records->truths.size() - truths.size();
  truths = std::move(records->truths);
  return {};
}

Status ModelJoin::load(char part, std::string_view rest, std::string_view bytes) {
  if (part == 'p') return load_block(rest, bytes);
  if (part == 'w') return load_early(rest, bytes);
  ByteReader in(bytes);
  if (in.u64() != kVersion) return Status::reject("labels of another version");
  level_ = static_cast<int>(std::min<std::uint64_t>(in.u64(), kMostLevels));
  labelled_ = in.flag();
  seen_ = from_ms(in.i64());
  return in.done() ? Status{} : Status::reject("damaged state of labels of " + model_);
}

}  // namespace vedette::labels
