#include "core/unusual_watch.h"

#include <algorithm>

#include "core/drift_partial.h"

namespace vedette::unusual {
namespace {

constexpr std::uint64_t kVersion = 2;
constexpr std::uint64_t kWithoutApproval = 1;  ///< An older version that is read too.
constexpr int kParts = 2;                      ///< Half of the time is for sampling, half for counting.
constexpr int kLearnAgain = 8;  ///< Too little was there to learn: again after this part of the time.
constexpr std::size_t kMostSample = std::size_t{1} << 16;

Time decode_time(ByteReader& in) { return std::clamp(from_ms(in.i64()), kDawn, kForever); }

void encode(const Look& look, ByteWriter& out) {
  out.u64(static_cast<std::uint64_t>(look.length));
  out.u64(look.level);
  out.flag(look.of_client);
  for (const Time time : {look.start, look.end, look.since}) out.i64(to_ms(time));
  out.f64(look.usual);
  out.f64(look.threshold);
  out.flag(look.client.has_value());
  if (!look.client) return;
  out.u64(look.client->bucket);
  out.fixed64(look.client->principal);
  out.text(look.client->name);
}

bool decode(ByteReader& in, Look& look) {
  const std::uint64_t length = in.u64();
  look.level = in.u64();
  look.of_client = in.flag();
  for (Time* const time : {&look.start, &look.end, &look.since}) *time = decode_time(in);
  look.usual = in.f64();
  look.threshold = in.f64();
  if (length >= kLengths || look.level >= kLevels) return false;
  look.length = static_cast<int>(length);
  if (!in.flag()) return in.ok() && !look.of_client;
  Part& client = look.client.emplace();
  const std::uint64_t bucket = in.u64();
  client.bucket = static_cast<std::uint32_t>(bucket);
  client.principal = in.fixed64();
  client.name = in.text();
  return in.ok() && bucket < kBuckets && client.name.size() <= Counts::kTextBytes;
}

}  // namespace

std::vector<News> Watch::step(Partial pane, Time end, const Rules& rules, Duration lateness, Verdicts& out) {
  if (first_ == kForever) {
    first_ = end - rules.pane;
    learn_at_ = first_ + rules.learn_for / kParts;
  }
  seen_ = std::max(seen_, end);
  if (stage_ == Stage::sampling) {
    if (pane.rows) sample(*pane.rows, end, out);
    if (!rules.recording && end >= learn_at_) try_learn(end, rules, lateness, out);
    return {};
  }
  if (pane.rows || pane.profile != oddness_->id()) return {};
  if (waits_) return {};
  if (stage_ == Stage::watching) return watch(pane.counts, end, rules);
  count(pane.counts, end, rules);
  return {};
}

/// Rows that may be needed are stored, pane by pane.
void Watch::sample(const quality::Sample& rows, Time end, Verdicts& out) {
  sample_.merge(rows);
  std::vector<std::uint64_t> kept;
  for (const auto& [rank, row] : rows.rows())
    if (sample_.rows().contains(rank)) kept.push_back(rank);
  if (!kept.empty()) out.put("r" + scope_ + drift::time_key(end), rows.encode(kept));
}

void Watch::drop_rows(Verdicts& out) {
  const std::string begin = "r" + scope_;
  for (const auto& [key, bytes] : out.range(begin, begin + std::string(9, '\xff'))) out.put(key, {});
  sample_ = quality::Sample(capacity_);
}

bool Watch::learn(Time effective, Verdicts& out) {
  oddness_ = Oddness::fit(sample_);
  if (!oddness_) return false;
  const std::string bytes = oddness_->encode();
  out.put("o" + scope_, bytes);
  out.direct({scope_, effective, bytes});
  drop_rows(out);
  stage_ = Stage::counting;
  return true;
}

void Watch::try_learn(Time end, const Rules& rules, Duration lateness, Verdicts& out) {
  const Time effective = ceil_to(end + lateness + kHorizon, rules.pane);
  if (learn(effective, out))
    count_from_ = effective;
  else
    learn_at_ = end + rules.learn_for / kLearnAgain;
}

void Watch::end_sampling(Verdicts& out) {
  if (learn(kDawn, out)) count_from_ = first_;
}

void Watch::end_counting() {
  if (stage_ != Stage::counting) return;
  if (norm_.ready()) stage_ = Stage::watching;
  windows_.clear();
}

void Watch::count(const Counts& pane, Time end, const Rules& rules) {
  norm_.count(pane);
  norm_changed_ = true;
  windows_.add(
      end - rules.pane, rules.pane, pane, [](int, Time) {},
      [this](int length, const Counts& window) { norm_.count_window(length, window); });
  if (!rules.recording && end >= count_from_ + rules.learn_for / kParts) {
    if (!norm_.ready()) return;
    end_counting();
    waits_ = rules.approval;
  }
}

std::vector<News> Watch::watch(const Counts& pane, Time end, const Rules& rules) {
  std::vector<News> all;
  windows_.add(
      end - rules.pane, rules.pane, pane,
      [&](int length, Time completed) {
        if (auto news = decide(length, completed, rules)) all.push_back(std::move(*news));
      },
      [](int, const Counts&) {});
  if (!pane.examples.empty() && pane.examples.front().tail <= rules.alone_below) {
    News& news = all.emplace_back();
    news.what = News::What::alone;
    news.example = pane.examples.front();
    news.look.start = end - rules.pane;
    news.look.end = end;
    news.look.events = static_cast<double>(pane.events);
  }
  return all;
}

std::optional<News> Watch::decide(int length, Time end, const Rules& rules) {
  const Duration whole = kQuarters * windows_.quarter(length, rules.pane);
  const Time start = end - whole;
  if (told_ ? told_->length != length : start < look_from_) return std::nullopt;
  const std::vector<const Span*> quarters = windows_.window(length, end, rules.pane);
  News news;
  if (told_) {
    Counts window;
    for (const Span* quarter : quarters) window.merge(quarter->counts);
    if (is_over(norm_, *told_, window)) {
      news.what = News::What::over;
      news.look = *told_;
      news.look.start = start;
      news.look.end = end;
      // Longer windows still hold what the alert told.
      look_from_ = end;
      told_.reset();
      return news;
    }
    if (end < told_->end + whole) return std::nullopt;
  }
  auto found = look(norm_, quarters, length, rules);
  if (!found) return std::nullopt;
  found->start = start;
  found->end = end;
  if (told_) found->since = told_->since;
  news.look = std::move(*found);
  told_ = news.look;
  told_->window = {};
  told_->segment.reset();
  return news;
}

std::string Watch::head() const {
  std::string bytes;
  ByteWriter out(bytes);
  out.u64(kVersion);
  out.u64(static_cast<std::uint64_t>(stage_));
  out.u64(capacity_);
  out.flag(waits_);
  for (const Time time : {first_, seen_, learn_at_, count_from_, look_from_}) out.i64(to_ms(time));
  out.flag(told_.has_value());
  if (told_) unusual::encode(*told_, out);
  return bytes;
}

bool Watch::load_head(std::string_view bytes) {
  ByteReader in(bytes);
  const std::uint64_t version = in.u64();
  if (version != kVersion && version != kWithoutApproval) return false;
  const std::uint64_t stage = in.u64();
  capacity_ = in.u64();
  waits_ = version == kVersion && in.flag();
  for (Time* const time : {&first_, &seen_, &learn_at_, &count_from_, &look_from_}) *time = decode_time(in);
  if (in.flag() && !unusual::decode(in, told_.emplace())) return false;
  if (!in.done() || stage > 2 || capacity_ > kMostSample) return false;
  stage_ = static_cast<Stage>(stage);
  sample_ = quality::Sample(capacity_);
  return true;
}

void Watch::save(Verdicts& out) {
  out.put("h" + scope_, head());
  if (std::exchange(norm_changed_, false)) {
    std::string bytes;
    ByteWriter writer(bytes);
    norm_.encode(writer);
    out.put("n" + scope_, bytes);
  }
  for (int length = 0; length < kLengths; ++length)
    if (windows_.take_changed(length))
      out.put("w" + scope_ + static_cast<char>('0' + length), windows_.encode(length));
}

void Watch::resume(Time from, const Rules& rules, Duration lateness, Verdicts& out) {
  const Time effective = from == kDawn ? kDawn : ceil_to(from + lateness + kHorizon, rules.pane);
  look_from_ = std::max(look_from_, effective);
  told_.reset();
  waits_ = false;
  norm_changed_ = true;
  const std::string bytes = oddness_->encode();
  out.put("o" + scope_, bytes);
  out.direct({scope_, effective, bytes});
}

void Watch::erase(Verdicts& out) const {
  for (const char* const part : {"h", "n", "o"}) out.put(part + scope_, {});
  for (const char* const part : {"r", "w"}) {
    const std::string begin = part + scope_;
    for (const auto& [key, bytes] : out.range(begin, begin + std::string(9, '\xff'))) out.put(key, {});
  }
}

void Watch::forget(Verdicts& out) const {
  erase(out);
  if (oddness_) out.direct({scope_, kDawn, {}});
}

bool Watch::load(char part, std::string_view rest, std::string_view bytes) {
  if (part == 'h') return load_head(bytes);
  if (part == 'n') {
    ByteReader in(bytes);
    return norm_.decode(in) && in.done();
  }
  if (part == 'o') {
    oddness_ = Oddness::decode(bytes);
    return oddness_.has_value();
  }
  if (part == 'r') {
    Result<quality::Sample> rows = quality::Sample::decode(bytes, capacity_);
    if (rows.ok()) sample_.merge(*rows);
    return rows.ok();
  }
  const int length = rest.empty() ? kLengths : rest.front() - '0';
  return length >= 0 && length < kLengths && windows_.decode(length, bytes);
}

}  // namespace vedette::unusual
