#include "pipeline/judge_progress.h"

#include <array>

#include "vedette/bytes.h"

namespace vedette {
namespace {

constexpr std::string_view kKey = "w";

/// All numbers of a detector, in the order in which they are saved.
template <class Of>
auto counts_of(Of& of) {
  return std::array{
      &of.findings,      &of.evicted,         &of.tally.counted, &of.tally.late, &of.tally.late_after_idle,
      &of.tally.evicted, &of.tally.unwatched, &of.tally.panes};
}

}  // namespace

void JudgeProgress::save(Changes& changes) const {
  std::string bytes;
  ByteWriter out(bytes);
  out.i64(to_ms(judged));
  out.i64(to_ms(evictions_checked));
  out.u64(detectors.size());
  for (const auto& [instance, of] : detectors) {
    out.text(instance);
    for (const std::uint64_t* count : counts_of(of)) out.u64(*count);
    PartialLog::encode(of.read, out);
  }
  changes.put(kKey, bytes);
}

Result<JudgeProgress> JudgeProgress::load(const Store& store) {
  JudgeProgress progress;
  auto stored = store.get(kKey);
  if (!stored.ok()) return stored.status();
  if (!*stored) return progress;
  ByteReader in(**stored);
  progress.judged = from_ms(in.i64());
  progress.evictions_checked = from_ms(in.i64());
  for (std::size_t left = in.count(9); left > 0; --left) {
    Of& of = progress.detectors[std::string(in.text())];
    for (std::uint64_t* count : counts_of(of)) *count = in.u64();
    of.read = PartialLog::decode(in);
  }
  if (!in.ok()) return Status::stop("the judged watermark is damaged");
  return progress;
}

}  // namespace vedette
