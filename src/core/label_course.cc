#include "core/label_course.h"

#include <algorithm>

namespace vedette::labels {

Course::Span& Course::Span::operator+=(const Span& other) {
  predictions += other.predictions;
  joined += other.joined;
  for (std::size_t i = 0; i < delays.size(); ++i) delays[i] += other.delays[i];
  return *this;
}

void Course::roll(Time pane_end) {
  const Time hour = floor_to(pane_end - Duration{1}, kHour);
  const Time before = floor_to(seen_ - Duration{1}, kHour);
  seen_ = std::max(seen_, pane_end);
  if (hour <= before) return;
  before_ += last_;
  last_ = now_;
  now_ = {};
  if (hour == before + kHour) return;
  before_ += last_;
  last_ = {};
}

void Course::predicted(Time pane_end, std::size_t count) {
  roll(pane_end);
  now_.predictions += count;
}

void Course::joined(Time pane_end, Duration delay) {
  roll(pane_end);
  ++now_.joined;
  ++now_.delays[LogHistogram::bin(static_cast<double>(delay.count()) / 1e3)];
}

void Course::end_baseline() {
  before_ += last_;
  before_ += now_;
  last_ = now_ = {};
}

void Course::Span::tell(const char* suffix, std::vector<std::pair<std::string, double>>& numbers) const {
  if (joined > 0)
    numbers.emplace_back(std::string("label_delay_s") + suffix, LogHistogram::quantile(delays, 0.5));
  if (predictions > 0)
    numbers.emplace_back(std::string("coverage") + suffix,
                         static_cast<double>(joined) / static_cast<double>(predictions));
}

void Course::tell(std::vector<std::pair<std::string, double>>& numbers) const {
  Span lately = last_;
  lately += now_;
  lately.tell("", numbers);
  before_.tell("_before", numbers);
}

void Course::Span::encode(ByteWriter& out) const {
  out.u64(predictions);
  out.u64(joined);
  out.u64(
      static_cast<std::uint64_t>(std::count_if(delays.begin(), delays.end(), [](auto n) { return n > 0; })));
  for (std::size_t i = 0; i < delays.size(); ++i) {
    if (delays[i] == 0) continue;
    out.u64(i);
    out.u64(delays[i]);
  }
}

void Course::Span::decode(ByteReader& in) {
  predictions = in.u64();
  joined = in.u64();
  for (std::size_t left = in.count(2); left > 0; --left) {
    const std::uint64_t bin = std::min<std::uint64_t>(in.u64(), LogHistogram::kBins - 1);
    delays[bin] = static_cast<std::uint32_t>(in.u64());
  }
}

std::string Course::encode() const {
  std::string bytes;
  ByteWriter out(bytes);
  out.i64(to_ms(seen_));
  for (const Span* span : {&now_, &last_, &before_}) span->encode(out);
  return bytes;
}

bool Course::decode(ByteReader& in) {
  seen_ = std::clamp(from_ms(in.i64()), kDawn, kForever);
  for (Span* span : {&now_, &last_, &before_}) span->decode(in);
  return in.done();
}

}  // namespace vedette::labels
