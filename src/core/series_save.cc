// A series as bytes, field by field.
#include <type_traits>

#include "core/series_model.h"

namespace vedette::series {
namespace {

constexpr std::uint64_t kVersion = 2;

struct Writer {
  ByteWriter& out;
  void one(std::int64_t& v) { out.i64(v); }
  void one(std::int32_t& v) { out.i64(v); }
  void one(std::uint32_t& v) { out.u64(v); }
  void one(std::uint16_t& v) { out.u64(v); }
  void one(double& v) { out.f64(v); }
  void one(float& v) { out.f32(v); }
};

struct Reader {
  ByteReader& in;
  void one(std::int64_t& v) { v = in.i64(); }
  void one(std::int32_t& v) { v = static_cast<std::int32_t>(in.i64()); }
  void one(std::uint32_t& v) { v = static_cast<std::uint32_t>(in.u64()); }
  void one(std::uint16_t& v) { v = static_cast<std::uint16_t>(in.u64()); }
  void one(double& v) { v = in.f64(); }
  void one(float& v) { v = in.f32(); }
};

template <class Visitor>
struct Walk {
  Visitor visitor;

  void operator()(Average& a) { (*this)(a.mean, a.n); }
  void operator()(Envelope& e) { (*this)(e.low, e.high, e.mean); }
  template <class T>
  requires std::is_arithmetic_v<T>
  void operator()(T& value) { visitor.one(value); }
  template <class T, std::size_t N>
  void operator()(std::array<T, N>& items) {
    for (T& item : items) (*this)(item);
  }
  template <class First, class Second, class... Rest>
  void operator()(First& first, Second& second, Rest&... rest) {
    (*this)(first);
    (*this)(second);
    ((*this)(rest), ...);
  }
  void operator()(State& s) {
    (*this)(s.time, s.pane, s.sums, s.n, s.run, s.silence, s.hour, s.hour_factor, s.last, s.level, s.slow,
            s.line, s.slope, s.incidents, s.offset, s.short_error, s.long_error, s.square, s.spread_fast,
            s.spread_slow, s.excess, s.expected_square, s.hour_square, s.envelopes, s.onsets, s.values,
            s.long_residuals, s.short_residuals, s.gaps, s.bins, s.binned);
  }
};

}  // namespace

void SeriesModel::save(ByteWriter& out) const {
  out.u64(kVersion);
  out.u64(static_cast<std::uint64_t>(depth()));
  State copy = state_;
  Walk<Writer>{{out}}(copy);
  for (const float cell : tables_) out.f32(cell);
}

Status SeriesModel::load(ByteReader& in) {
  if (in.u64() != kVersion) return Status::reject("series of another version");
  const std::uint64_t depth = in.u64();
  if (depth > static_cast<std::uint64_t>(Depth::week)) return Status::reject("series of an unknown depth");
  SeriesModel fresh(shape_, static_cast<Depth>(depth));
  Walk<Reader>{{in}}(fresh.state_);
  for (float& cell : fresh.tables_) cell = in.f32();
  const bool paced = fresh.state_.pane >= shape_.pane.count() && fresh.state_.pane <= kDay.count();
  const bool sound =
      in.ok() && paced && fresh.state_.hour >= -1 && fresh.state_.hour < static_cast<int>(State::kHours);
  if (!sound) return Status::reject("damaged series");
  fresh.rows_ = rows_of(fresh.pace());
  *this = std::move(fresh);
  return {};
}

}  // namespace vedette::series
