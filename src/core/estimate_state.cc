#include <limits>

#include "core/drift_partial.h"
#include "core/estimate_watch.h"

namespace vedette::estimate {
namespace {

constexpr std::uint64_t kVersion = 2;
constexpr std::uint64_t kWithoutApproval = 1;  ///< An older version that is read too.

std::string block_key(const std::string& scope, Time start) { return "b" + scope + drift::time_key(start); }

std::string encode_counts(const Counts& counts) {
  std::string bytes;
  ByteWriter out(bytes);
  for (const std::uint32_t count : counts) out.u64(count);
  return bytes;
}

bool is_time(Time time) { return kDawn <= time && time <= kForever; }

}  // namespace

std::string Watch::head() const {
  std::string bytes;
  ByteWriter out(bytes);
  out.u64(kVersion);
  for (const Time time : {first_, seen_, learn_at_, from_, told_, since_}) out.i64(to_ms(time));
  out.i64(block_.count());
  out.i64(open_level_);
  out.flag(waits_);
  out.flag(baseline_.has_value());
  baseline_ ? baseline_->encode(out) : encode(bins_, out);
  return bytes;
}

void Watch::save(const std::string& scope, Verdicts& out) {
  out.put("s" + scope, head());
  for (const Time start : dirty_) {
    const auto block = blocks_.find(start);
    out.put(block_key(scope, start), block == blocks_.end() ? std::string() : encode_counts(block->second));
  }
  dirty_.clear();
}

void Watch::forget(const std::string& scope, Verdicts& out) const {
  out.put("s" + scope, {});
  for (const auto& [start, counts] : blocks_) out.put(block_key(scope, start), {});
  // Some may have left since they were saved.
  for (const Time start : dirty_) out.put(block_key(scope, start), {});
}

bool Watch::load_block(Time start, std::string_view bytes) {
  if (!is_time(start) || blocks_.size() > kMostBlocks) return false;
  ByteReader in(bytes);
  Counts counts{};
  for (std::uint32_t& count : counts) {
    const std::uint64_t value = in.u64();
    if (value > std::numeric_limits<std::uint32_t>::max() / kMostBlocks) return false;
    count = static_cast<std::uint32_t>(value);
  }
  if (!in.done()) return false;
  blocks_[start] = counts;
  return true;
}

bool Watch::load_head(std::string_view bytes) {
  ByteReader in(bytes);
  const std::uint64_t version = in.u64();
  if (version != kVersion && version != kWithoutApproval) return false;
  for (Time* time : {&first_, &seen_, &learn_at_, &from_, &told_, &since_}) {
    *time = from_ms(in.i64());
    if (!is_time(*time)) return false;
  }
  block_ = Duration{in.i64()};
  const std::int64_t level = in.i64();
  if (block_ < Duration{1} || block_ > 90 * kDay || level < -1 || level >= kMostLevels) return false;
  open_level_ = static_cast<int>(level);
  waits_ = version == kVersion && in.flag();
  if (in.flag()) {
    baseline_ = Baseline::decode(in);
    return baseline_ && in.done() && baseline_->block == block_;
  }
  return decode_bins(in, bins_) && in.done();
}

}  // namespace vedette::estimate
