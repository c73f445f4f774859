#include "core/model_change_state.h"

namespace vedette::model_change {
namespace {

constexpr std::uint64_t kVersion = 1;
/// Of the model's clock, so that no sum of durations can overflow whatever the bytes say.
constexpr Duration kLongest{std::int64_t{1} << 58};

Time decode_time(ByteReader& in) { return std::clamp(from_ms(in.i64()), kDawn, kForever); }
Duration decode_duration(ByteReader& in) { return std::clamp(Duration{in.i64()}, Duration{0}, kLongest); }

bool decode_text(ByteReader& in, std::size_t most, std::string& text) {
  text = in.text();
  return text.size() <= most;
}

void encode(const KnownDigest& digest, ByteWriter& out) {
  out.fixed64(digest.key);
  out.text(digest.text);
  out.i64(to_ms(digest.last));
  out.i64(to_ms(digest.refused_at));
}

bool decode(ByteReader& in, KnownDigest& digest) {
  digest.key = in.fixed64();
  const bool fits = decode_text(in, kDigestBytes, digest.text);
  digest.last = decode_time(in);
  digest.refused_at = decode_time(in);
  return fits && in.ok();
}

void encode(const KnownVersion& version, ByteWriter& out) {
  out.text(version.text);
  for (const Time time : {version.first, version.last, version.risen, version.back_at}) out.i64(to_ms(time));
  for (const std::uint64_t count : {version.events, version.lately, version.before}) out.u64(count);
  out.i64(version.seen.count());
  out.flag(version.since.has_value());
  if (version.since) out.i64(version.since->count());
  out.i64(version.longest_absence.count());
  out.flag(version.parallel);
  out.u64(version.digests.size());
  for (const KnownDigest& digest : version.digests) encode(digest, out);
}

bool decode(ByteReader& in, KnownVersion& version) {
  const bool fits = decode_text(in, kNameBytes, version.text);
  for (Time* time : {&version.first, &version.last, &version.risen, &version.back_at})
    *time = decode_time(in);
  for (std::uint64_t* count : {&version.events, &version.lately, &version.before}) *count = in.u64();
  version.seen = decode_duration(in);
  if (in.flag()) version.since = decode_duration(in);
  version.longest_absence = decode_duration(in);
  version.parallel = in.flag();
  const std::size_t digests = in.count(11);  // Bytes of the shortest.
  if (!fits || digests > ModelState::kMostDigestsOfVersion) return false;
  version.digests.resize(digests);
  for (KnownDigest& digest : version.digests)
    if (!decode(in, digest)) return false;
  return in.ok();
}

void encode(const KnownOutput& output, ByteWriter& out) {
  out.text(output.text);
  for (const Time time : {output.first, output.last, output.odd_since}) out.i64(to_ms(time));
  for (const std::uint64_t count : output.learned) out.u64(count);
  for (const std::uint64_t count : {std::uint64_t{output.usual}, output.odd, output.odd_of}) out.u64(count);
}

bool decode(ByteReader& in, KnownOutput& output) {
  const bool fits = decode_text(in, kNameBytes, output.text);
  for (Time* time : {&output.first, &output.last, &output.odd_since}) *time = decode_time(in);
  for (std::uint64_t& count : output.learned) count = in.u64();
  output.usual = static_cast<std::uint8_t>(in.u64() & ((1U << kOutputTypes) - 1));
  output.odd = in.u64();
  output.odd_of = in.u64();
  return fits && in.ok();
}

template <class Known>
void encode_all(const std::map<NameHash, Known>& all, ByteWriter& out) {
  out.u64(all.size());
  for (const auto& [hash, known] : all) {
    out.fixed64(hash);
    encode(known, out);
  }
}

template <class Known>
bool decode_all(ByteReader& in, std::size_t most, std::map<NameHash, Known>& all) {
  const std::size_t count = in.count(8);
  if (count > most) return false;
  for (std::size_t i = 0; i < count && in.ok(); ++i)
    if (!decode(in, all[in.fixed64()])) return false;
  return in.ok();
}

}  // namespace

void ModelState::end_baseline() {
  settled = true;
  together_at = kDawn;
  together.clear();
  for (auto& [hash, output] : outputs) output.first = kDawn;
  for (auto& [hash, version] : versions) {
    if (version.risen != kForever) version.risen = kDawn;
    version.back_at = kDawn;
    for (KnownDigest& digest : version.digests) digest.refused_at = kDawn;
  }
}

std::string ModelState::encode() const {
  std::string bytes;
  ByteWriter out(bytes);
  out.u64(kVersion);
  for (const Time time : {first, pane_end, together_at}) out.i64(to_ms(time));
  out.flag(settled);
  out.u64(events);
  out.i64(clock.count());
  out.i64(block);
  out.text(together);
  encode_all(versions, out);
  encode_all(outputs, out);
  return bytes;
}

bool ModelState::decode(std::string_view bytes) {
  ByteReader in(bytes);
  if (in.u64() != kVersion) return false;
  for (Time* time : {&first, &pane_end, &together_at}) *time = decode_time(in);
  settled = in.flag();
  events = in.u64();
  clock = decode_duration(in);
  block = std::clamp<std::int64_t>(in.i64(), 0, kLongest.count());
  together = in.text();
  return together.size() <= 2 * kNameBytes + 16 && decode_all(in, kMostVersions, versions) &&
         decode_all(in, kMostOutputs, outputs) && in.done();
}

}  // namespace vedette::model_change
