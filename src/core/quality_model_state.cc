#include "core/quality_model.h"

#include <algorithm>

namespace vedette::quality {
namespace {

constexpr std::uint64_t kVersion = 2;
constexpr std::uint64_t kMostCount = std::uint64_t{1} << 60;

Time decode_time(ByteReader& in) { return std::clamp(from_ms(in.i64()), kDawn, kForever); }

void encode(const Episode& episode, ByteWriter& out) {
  out.i64(to_ms(episode.since));
  out.i64(to_ms(episode.opened));
  out.u64(episode.fields.size());
  for (const NameHash field : episode.fields) out.fixed64(field);
}

bool decode(ByteReader& in, Episode& episode) {
  episode.since = decode_time(in);
  episode.opened = decode_time(in);
  const std::size_t count = in.count(8);
  if (count == 0 || count > ModelState::kMostFieldsOfEpisode) return false;
  episode.fields.resize(count);
  for (NameHash& field : episode.fields) field = in.fixed64();
  return in.ok();
}

}  // namespace

std::string ModelState::encode() const {
  std::string bytes;
  ByteWriter out(bytes);
  out.u64(kVersion);
  out.i64(to_ms(first_));
  out.i64(to_ms(pane_end_));
  out.flag(settled_);
  out.u64(events_);
  out.u64(blocks_);
  versions_.encode(out);
  clients_.encode(out);
  out.u64(fields_.size());
  for (const auto& [hash, field] : fields_) {
    out.fixed64(hash);
    out.text(field.text);
    out.i64(to_ms(field.sound_from));
    field.norm.encode(out);
  }
  out.u64(episodes_.size());
  for (const auto& [kind, episode] : episodes_) {
    out.u64(static_cast<std::uint64_t>(kind));
    quality::encode(episode, out);
  }
  return bytes;
}

bool ModelState::decode(std::string_view bytes) {
  ByteReader in(bytes);
  if (in.u64() != kVersion) return false;
  first_ = decode_time(in);
  pane_end_ = decode_time(in);
  settled_ = in.flag();
  events_ = in.u64();
  blocks_ = in.u64();
  if (blocks_ > kMostCount || !versions_.decode(in) || !clients_.decode(in)) return false;
  const std::size_t fields = in.count(9);
  if (fields > kMostFields) return false;
  for (std::size_t i = 0; i < fields; ++i) {
    FieldState& field = fields_[in.fixed64()];
    field.text = in.text();
    field.sound_from = decode_time(in);
    if (field.text.size() > Sample::kTextBytes || !field.norm.decode(in)) return false;
  }
  const std::size_t episodes = in.count(3);
  for (std::size_t i = 0; i < episodes; ++i) {
    const std::uint64_t kind = in.u64();
    if (kind >= kKinds || !quality::decode(in, episodes_[static_cast<Kind>(kind)])) return false;
  }
  return in.done();
}

}  // namespace vedette::quality
