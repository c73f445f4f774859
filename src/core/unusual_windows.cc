#include "core/unusual_windows.h"

#include <algorithm>
#include <cmath>

namespace vedette::unusual {
namespace {

/// While time stands still a length holds its last four quarters and those not passed on yet.
constexpr std::size_t kMostSpans = 2 * kQuarters;

}  // namespace

void Windows::clear() {
  lengths_ = {};
  changed_.fill(true);
}

void Windows::add(Time start, Duration pane, const Counts& counts, const Completed& completed,
                  const Apart& apart) {
  roll(start, pane, completed, apart);
  lengths_[0].spans.push_back({start, counts});
  changed_[0] = true;
  completed(0, start + pane);
  roll(start + pane, pane, completed, apart);
}

void Windows::roll(Time now, Duration pane, const Completed& completed, const Apart& apart) {
  for (int length = 0; length < kLengths; ++length) pass_on(length, now, pane, completed, apart);
}

void Windows::pass_on(int length, Time now, Duration pane, const Completed& completed, const Apart& apart) {
  Quarters& quarters = lengths_[static_cast<std::size_t>(length)];
  const Duration whole = kQuarters * quarter(length, pane);
  const bool last = length + 1 == kLengths;
  while (true) {
    const auto first = std::find_if(quarters.spans.begin(), quarters.spans.end(),
                                    [&](const Span& span) { return span.start >= quarters.passed_on; });
    if (first == quarters.spans.end()) break;
    const Time start = floor_to(first->start, whole);
    if (start + whole > now) break;
    Span sum{start, {}};
    for (auto span = first; span != quarters.spans.end() && span->start < start + whole; ++span)
      sum.counts.merge(span->counts);
    quarters.passed_on = start + whole;
    changed_[static_cast<std::size_t>(length)] = true;
    apart(length, sum.counts);
    if (last) continue;
    lengths_[static_cast<std::size_t>(length) + 1].spans.push_back(std::move(sum));
    changed_[static_cast<std::size_t>(length) + 1] = true;
    completed(length + 1, start + whole);
  }
  while (!quarters.spans.empty() &&
         quarters.spans.front().start < std::min(now - whole, quarters.passed_on)) {
    quarters.spans.pop_front();
    changed_[static_cast<std::size_t>(length)] = true;
  }
}

std::vector<const Span*> Windows::window(int length, Time end, Duration pane) const {
  const Time start = end - kQuarters * quarter(length, pane);
  std::vector<const Span*> spans;
  for (const Span& span : lengths_[static_cast<std::size_t>(length)].spans)
    if (span.start >= start && span.start < end) spans.push_back(&span);
  return spans;
}

std::string Windows::encode(int length) const {
  const Quarters& quarters = lengths_[static_cast<std::size_t>(length)];
  std::string bytes;
  ByteWriter out(bytes);
  out.i64(to_ms(quarters.passed_on));
  out.u64(quarters.spans.size());
  for (const Span& span : quarters.spans) {
    out.i64(to_ms(span.start));
    span.counts.encode(out);
  }
  return bytes;
}

bool Windows::decode(int length, std::string_view bytes) {
  ByteReader in(bytes);
  Quarters quarters;
  quarters.passed_on = std::clamp(from_ms(in.i64()), kDawn, kForever);
  const std::size_t count = in.count(8);
  if (count > kMostSpans) return false;
  for (std::size_t i = 0; i < count; ++i) {
    Span& span = quarters.spans.emplace_back();
    span.start = std::clamp(from_ms(in.i64()), kDawn, kForever);
    if (!span.counts.decode(in)) return false;
  }
  lengths_[static_cast<std::size_t>(length)] = std::move(quarters);
  return in.done();
}

}  // namespace vedette::unusual
