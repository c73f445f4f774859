#include <algorithm>

#include "core/drift_partial.h"
#include "core/fairness_watch.h"

namespace vedette::fairness {
namespace {

constexpr std::uint64_t kVersion = 2;
constexpr std::uint64_t kWithoutApproval = 1;            ///< An older version that is read too.
constexpr std::uint64_t kMost = std::uint64_t{1} << 40;  ///< So that no sum can overflow.
constexpr std::size_t kMostGroupsKept = 4096;

std::string block_key(const std::string& scope, Time start) { return "b" + scope + drift::time_key(start); }

Time decode_time(ByteReader& in) { return std::clamp(from_ms(in.i64()), kDawn, kForever); }

}  // namespace

void encode(const Cells& cells, ByteWriter& out) {
  out.u64(cells.size());
  for (const auto& [name, cell] : cells) {
    out.u64(name);
    for (const Count& count : cell) {
      out.u64(count.n);
      out.u64(count.hits);
    }
  }
}

bool decode(ByteReader& in, Cells& cells) {
  const std::size_t size = in.count(1 + 2 * kMetrics);
  if (size > kMostGroupsKept) return false;
  for (std::size_t i = 0; i < size && in.ok(); ++i) {
    Cell& cell = cells[static_cast<labels::Name>(in.u64())];
    for (Count& count : cell) {
      count.n = in.u64();
      count.hits = in.u64();
      if (count.n > kMost || count.hits > count.n) return false;
    }
  }
  return in.ok();
}

void Watch::save_courses(ByteWriter& out) const {
  out.u64(courses_.size());
  for (const auto& [subject, course] : courses_) {
    out.u64(subject.first);
    out.u64(index_of(subject.second));
    out.i64(to_ms(course.from));
    out.u64(course.told.size());
    for (const auto& [from, to] : course.told)
      for (const Time time : {from, to}) out.i64(to_ms(time));
    out.flag(course.open.has_value());
    if (!course.open) continue;
    out.i64(course.open->length.count());
    for (const Time time : {course.open->told, course.open->seen, course.open->since}) out.i64(to_ms(time));
    out.u64(course.open->groups.size());
    for (const labels::Name name : course.open->groups) out.u64(name);
  }
}

std::string Watch::head() const {
  std::string bytes;
  ByteWriter out(bytes);
  out.u64(kVersion);
  for (const Time time : {first_, seen_, from_}) out.i64(to_ms(time));
  out.i64(block_.count());
  out.u64(groups_.size());
  for (const auto& [name, group] : groups_) {
    out.u64(name);
    out.u64(group.field);
    out.text(group.text);
    out.u64(group.events);
    out.i64(to_ms(group.last));
  }
  out.flag(waits_);
  out.flag(baseline_.has_value());
  if (baseline_)
    for (const Time time : {baseline_->from, baseline_->to}) out.i64(to_ms(time));
  encode(baseline_ ? baseline_->cells : totals_, out);
  save_courses(out);
  return bytes;
}

void Watch::save(const std::string& scope, Verdicts& out) {
  out.put("s" + scope, head());
  for (const Time start : dirty_) {
    const auto block = blocks_.find(start);
    std::string bytes;
    ByteWriter writer(bytes);
    if (block != blocks_.end()) encode(block->second, writer);
    out.put(block_key(scope, start), bytes);
  }
  dirty_.clear();
}

void Watch::forget(const std::string& scope, Verdicts& out) const {
  out.put("s" + scope, {});
  for (const auto& [start, cells] : blocks_) out.put(block_key(scope, start), {});
  // Some may have left since they were saved.
  for (const Time start : dirty_) out.put(block_key(scope, start), {});
}

bool Watch::load_block(Time start, std::string_view bytes) {
  if (start < kDawn || start > kForever || blocks_.size() > kMostBlocks) return false;
  ByteReader in(bytes);
  Cells cells;
  if (!decode(in, cells) || !in.done()) return false;
  blocks_[start] = std::move(cells);
  return true;
}

bool Watch::load_groups(ByteReader& in) {
  const std::size_t size = in.count(5);
  if (size > kMostGroupsKept) return false;
  for (std::size_t i = 0; i < size && in.ok(); ++i) {
    Group& group = groups_[static_cast<labels::Name>(in.u64())];
    group.field = in.u64();
    group.text = in.text();
    group.events = in.u64();
    group.last = decode_time(in);
    if (group.text.size() > kGroupBytes || group.field >= kMostFields) return false;
  }
  return in.ok();
}

bool Watch::load_courses(ByteReader& in) {
  const std::size_t size = in.count(4);
  if (size > kMostFields * kMetrics) return false;
  for (std::size_t i = 0; i < size && in.ok(); ++i) {
    const std::uint64_t field = in.u64();
    const std::uint64_t metric = in.u64();
    if (field >= kMostFields || metric >= kMetrics) return false;
    Course& course = courses_[{field, kAllMetrics[metric]}];
    course.from = decode_time(in);
    const std::size_t told = in.count(2);
    if (told > kMostTold) return false;
    course.told.resize(told);
    for (auto& [from, to] : course.told) {
      from = decode_time(in);
      to = decode_time(in);
    }
    if (!in.flag()) continue;
    Open& open = course.open.emplace(Open{});
    open.length = std::clamp(Duration{in.i64()}, Duration{0}, 3650 * kDay);
    for (Time* time : {&open.told, &open.seen, &open.since}) *time = decode_time(in);
    for (std::size_t left = std::min(in.count(), kMostGroupsKept); left > 0; --left)
      open.groups.insert(static_cast<labels::Name>(in.u64()));
  }
  return in.ok();
}

bool Watch::load_head(std::string_view bytes) {
  ByteReader in(bytes);
  const std::uint64_t version = in.u64();
  if (version != kVersion && version != kWithoutApproval) return false;
  for (Time* time : {&first_, &seen_, &from_}) *time = decode_time(in);
  block_ = Duration{in.i64()};
  if (block_ < Duration{1} || block_ > 90 * kDay || !load_groups(in)) return false;
  waits_ = version == kVersion && in.flag();
  if (in.flag()) {
    baseline_.emplace();
    for (Time* time : {&baseline_->from, &baseline_->to}) *time = decode_time(in);
  }
  return decode(in, baseline_ ? baseline_->cells : totals_) && load_courses(in) && in.done();
}

}  // namespace vedette::fairness
