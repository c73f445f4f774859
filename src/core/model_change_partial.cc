#include "core/model_change_partial.h"

#include "vedette/hash.h"

namespace vedette::model_change {
namespace {

constexpr std::uint64_t kVersion = 1;
/// Names whose hashes collide have one text in any order.
void merge_text(std::string& own, const std::string& other) {
  if (own.empty() || (!other.empty() && other < own)) own = other;
}

bool decode_text(ByteReader& in, std::size_t most, std::string& text) {
  text = in.text();
  return text.size() <= most;
}

/// Kept where sums with durations cannot overflow, whatever the bytes say.
Time decode_time(ByteReader& in) { return std::clamp(from_ms(in.i64()), kDawn, kForever); }

}  // namespace

NameHash digest_key(NameHash version, std::uint64_t digest) { return mix64(digest ^ mix64(version)); }

void SeenVersion::merge(const SeenVersion& other) {
  merge_text(text, other.text);
  count += other.count;
  first = std::min(first, other.first);
  last = std::max(last, other.last);
}

void SeenVersion::encode(ByteWriter& out) const {
  out.text(text);
  out.u64(count);
  out.i64(to_ms(first));
  out.i64(to_ms(last));
}

bool SeenVersion::decode(ByteReader& in) {
  const bool fits = decode_text(in, kNameBytes, text);
  count = in.u64();
  first = decode_time(in);
  last = decode_time(in);
  return fits && in.ok();
}

void SeenDigest::merge(const SeenDigest& other) {
  version = std::max(version, other.version);
  merge_text(text, other.text);
  count += other.count;
  approval = std::max(approval, other.approval);
}

void SeenDigest::encode(ByteWriter& out) const {
  out.fixed64(version);
  out.text(text);
  out.u64(count);
  out.u64(static_cast<std::uint64_t>(approval));
}

bool SeenDigest::decode(ByteReader& in) {
  version = in.fixed64();
  const bool fits = decode_text(in, kDigestBytes, text);
  count = in.u64();
  const std::uint64_t known = in.u64();
  approval = static_cast<Approval>(known % 3);
  return fits && known < 3 && in.ok();
}

void SeenOutput::merge(const SeenOutput& other) {
  merge_text(text, other.text);
  for (std::size_t i = 0; i < kOutputTypes; ++i) counts[i] += other.counts[i];
}

void SeenOutput::encode(ByteWriter& out) const {
  out.text(text);
  for (const std::uint64_t count : counts) out.u64(count);
}

bool SeenOutput::decode(ByteReader& in) {
  const bool fits = decode_text(in, kNameBytes, text);
  for (std::uint64_t& count : counts) count = in.u64();
  return fits && in.ok();
}

void Seen::merge(const Seen& other) {
  events += other.events;
  versions.merge(other.versions);
  digests.merge(other.digests);
  outputs.merge(other.outputs);
}

std::string encode(const Seen& seen) {
  std::string bytes;
  ByteWriter out(bytes);
  out.u64(kVersion);
  out.u64(seen.events);
  seen.versions.encode(out);
  seen.digests.encode(out);
  seen.outputs.encode(out);
  return bytes;
}

Result<Seen> decode_seen(std::string_view bytes) {
  ByteReader in(bytes);
  Seen seen;
  if (in.u64() != kVersion) return Status::reject("versions of a model in another format");
  seen.events = in.u64();
  const bool sound = seen.versions.decode(in) && seen.digests.decode(in) && seen.outputs.decode(in);
  if (!sound || !in.done()) return Status::reject("damaged versions of a model");
  return seen;
}

}  // namespace vedette::model_change
