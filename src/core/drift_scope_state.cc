#include "core/drift_scope.h"

#include <algorithm>
#include <bit>

namespace vedette::drift {
namespace {

constexpr std::uint64_t kVersion = 4;
constexpr std::string_view kParts = "abcpstw";  ///< Of the state, by key.

void encode_binning(const Binning& binning, ByteWriter& out) {
  binning.profile.encode(out);
  for (const ColumnText& text : binning.texts) text.encode(out);
}

Binning decode_binning(ByteReader& in) {
  Binning binning;
  binning.profile = Profile::decode(in);
  for (std::size_t i = 0; i < binning.profile.specs.size() && in.ok(); ++i)
    binning.texts.push_back(ColumnText::decode(in));
  return binning;
}

}  // namespace

std::string ScopeJudge::encode_record() const {
  std::string bytes;
  ByteWriter out(bytes);
  out.u64(kVersion);
  out.u64(static_cast<std::uint64_t>(stage_));
  out.i64(to_ms(learn_start_));
  out.i64(to_ms(armed_at_));
  out.i64(to_ms(watch_start_));
  out.flag(unsettled_);
  out.flag(waits_);
  out.text(baseline_version_);
  encode_binning(fine_, out);
  encode_binning(final_, out);
  out.u64(cell_of_.size());
  for (const std::uint32_t cell : cell_of_) out.u64(cell);
  traffic_of_clients_.encode(out);
  usual_clients_.encode(out);
  if (watch_) watch_->model().encode(out);
  return bytes;
}

bool ScopeJudge::load_record(ByteReader& in) {
  if (in.u64() != kVersion) return false;
  const std::uint64_t stage = in.u64();
  stage_ = static_cast<Stage>(std::min<std::uint64_t>(stage, 3));
  learn_start_ = from_ms(in.i64());
  armed_at_ = from_ms(in.i64());
  watch_start_ = from_ms(in.i64());
  unsettled_ = in.flag();
  waits_ = in.flag();
  baseline_version_ = in.text();
  fine_ = decode_binning(in);
  final_ = decode_binning(in);
  cell_of_.resize(in.count());
  for (std::uint32_t& cell : cell_of_) cell = static_cast<std::uint32_t>(in.u64());
  traffic_of_clients_ = ClientTraffic::decode(in);
  usual_clients_ = BusyClients::decode(in);
  const bool converts = std::all_of(cell_of_.begin(), cell_of_.end(),
                                    [&](std::uint32_t cell) { return cell < final_.profile.column_cells(); });
  const bool complete = stage_ != Stage::armed || cell_of_.size() == fine_.profile.column_cells();
  if (!in.ok() || !converts || !complete) return false;
  if (stage_ != Stage::watching) return in.done();
  BaselineModel model = BaselineModel::decode(in);
  if (!in.done() || model.columns.size() != columns()) return false;
  watch_.emplace(std::move(model), numeric(), settings_.min_effect, joins());
  return true;
}

std::string ScopeJudge::encode_clock() const {
  std::string bytes;
  ByteWriter out(bytes);
  out.u64(events_);
  out.u64(traffic_);
  out.i64(to_ms(first_));
  out.i64(to_ms(last_));
  out.i64(to_ms(closed_));
  out.i64(to_ms(seen_));
  out.i64(learn_for_.count());
  out.u64(rows_);
  if (!watch_) return bytes;
  recent_clients_.encode(out);
  out.i64(watch_->bank().at());
  watch_->life().encode(out);
  return bytes;
}

bool ScopeJudge::load_clock(ByteReader& in) {
  events_ = in.u64();
  traffic_ = in.u64();
  first_ = from_ms(in.i64());
  last_ = from_ms(in.i64());
  closed_ = from_ms(in.i64());
  seen_ = from_ms(in.i64());
  learn_for_ = Duration{in.i64()};
  rows_ = in.u64();
  if (!watch_) return in.done();
  recent_clients_ = BusyClients::decode(in);
  watch_->bank().skip_to(in.i64());
  return watch_->bank().at() >= 0 && watch_->life().decode(in);
}

void ScopeJudge::save(Verdicts& out) {
  if (record_dirty_) put('a', {}, encode_record(), out);
  if (clock_dirty_) put('c', {}, encode_clock(), out);
  if (trail_dirty_) put('t', {}, trail_.encode(), out);
  for (; dirty_blocks_ != 0; dirty_blocks_ &= dirty_blocks_ - 1) {
    const int block = std::countr_zero(dirty_blocks_);
    std::string bytes(1, '\1');  // Never empty: that would erase it.
    ByteWriter writer(bytes);
    watch_->bank().encode_block(block / Bank::kBlocks, block % Bank::kBlocks, writer);
    put('b', std::string(1, static_cast<char>(block)), bytes, out);
  }
  for (const Time at : dirty_crowds_) {
    const auto kept = crowd_.find(at);
    put('w', time_key(at), kept == crowd_.end() ? std::string{} : kept->second.encode(), out);
  }
  dirty_crowds_.clear();
  record_dirty_ = clock_dirty_ = trail_dirty_ = false;
}

void ScopeJudge::erase(Verdicts& out) {
  for (const char part : kParts) erase_all(part, out);
}

void ScopeJudge::forget(Verdicts& out) {
  erase(out);
  if (stage_ != Stage::sampling) out.direct(Directive{key_, kDawn, {}});  // Else observers follow nothing.
}

bool ScopeJudge::load_block(std::string_view rest, ByteReader& in) {
  if (!watch_ || rest.size() != 1 || !in.flag()) return false;
  return watch_->bank().decode_block(rest[0] / Bank::kBlocks, rest[0] % Bank::kBlocks, in);
}

Status ScopeJudge::load(char part, std::string_view rest, std::string_view bytes) {
  stored_ = ~std::uint32_t{0};  // Not all of it need come to be loaded.
  ByteReader in(bytes);
  bool sound = true;
  if (part == 'a') sound = load_record(in);
  if (part == 'b') sound = load_block(rest, in);
  if (part == 'c') sound = load_clock(in);
  if (part == 't') sound = watch_ && trail_.decode(in, columns());
  if (part == 'w') sound = watch_ && rest.size() == 8 && crowd_[time_of_key(rest)].decode(in);
  if (part == 's' && stage_ == Stage::sampling) {
    Result<PanePartial> pane = decode_partial(bytes, kLiveRows);
    sound = pane.ok() && pane->sample;
    if (sound) sample_.merge(*pane->sample);
  }
  return sound ? Status{} : Status::reject("damaged drift state of " + to_text(entity_));
}

}  // namespace vedette::drift
