#include "core/unusual_counts.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "core/drift_clients.h"

namespace vedette::unusual {
namespace {

constexpr std::size_t kMostParts = 4096;

void encode(const Example& example, ByteWriter& out) {
  out.f64(example.surprise);
  out.fixed64(example.identity);
  out.i64(to_ms(example.time));
  out.f64(example.tail);
  out.fixed64(example.principal);
  out.text(example.id);
  out.u64(example.causes.size());
  for (const Cause& cause : example.causes) {
    out.text(cause.text);
    out.f64(cause.tail);
  }
}

bool is_tail(double tail) { return tail > 0 && tail <= 1; }

bool decode(ByteReader& in, Example& example) {
  example.surprise = in.f64();
  example.identity = in.fixed64();
  example.time = std::clamp(from_ms(in.i64()), kDawn, kForever);
  example.tail = in.f64();
  example.principal = in.fixed64();
  example.id = in.text();
  const std::size_t causes = in.count(9);
  if (causes > Counts::kMostCauses || example.id.size() > Counts::kTextBytes) return false;
  for (std::size_t i = 0; i < causes; ++i) {
    Cause& cause = example.causes.emplace_back();
    cause.text = in.text();
    cause.tail = in.f64();
    if (cause.text.size() > 4 * Counts::kTextBytes || !is_tail(cause.tail)) return false;
  }
  return in.ok() && std::isfinite(example.surprise) && is_tail(example.tail);
}

void encode(const Buckets& buckets, ByteWriter& out) {
  out.u64(buckets.size());
  for (const auto& [at, bucket] : buckets) {
    out.u64(at);
    out.u64(bucket.events);
    out.u64(bucket.odd);
    if (bucket.odd == 0) continue;
    out.fixed64(bucket.witness);
    out.fixed64(bucket.principal);
    out.text(bucket.name);
  }
}

bool decode(ByteReader& in, Buckets& buckets) {
  const std::size_t count = in.count(3);
  if (count > kBuckets) return false;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t at = in.u64();
    if (at >= kBuckets) return false;
    Bucket& bucket = buckets[static_cast<std::uint32_t>(at)];
    bucket.events = in.u64();
    bucket.odd = in.u64();
    if (bucket.odd == 0) continue;
    bucket.witness = in.fixed64();
    bucket.principal = in.fixed64();
    bucket.name = in.text();
    if (bucket.odd > bucket.events || bucket.name.size() > Counts::kTextBytes) return false;
  }
  return in.ok();
}

}  // namespace

std::uint32_t bucket_of(Of of, std::uint64_t name) {
  static_assert(kBucketsOfHalf == drift::kClientBuckets);
  return drift::bucket_of(name) + (of == Of::client ? 0 : kBucketsOfHalf);
}

void Bucket::merge(const Bucket& other) {
  events += other.events;
  odd += other.odd;
  if (std::tie(other.witness, other.principal, other.name) >= std::tie(witness, principal, name)) return;
  witness = other.witness;
  principal = other.principal;
  name = other.name;
}

bool odder(const Example& a, const Example& b) {
  return std::tie(b.surprise, a.identity, a.time, a.id) < std::tie(a.surprise, b.identity, b.time, b.id);
}

bool Counts::wants(double surprise) const {
  return examples.size() < kMostExamples || surprise >= examples.back().surprise;
}

void Counts::add(Example example) {
  const auto place = std::lower_bound(examples.begin(), examples.end(), example, odder);
  const bool there = place != examples.end() && !odder(example, *place);
  if (there) return;
  examples.insert(place, std::move(example));
  if (examples.size() > kMostExamples) examples.pop_back();
}

void Counts::merge(const Counts& other) {
  events += other.events;
  upper += other.upper;
  for (std::size_t level = 0; level < kLevels; ++level) odd[level] += other.odd[level];
  for (const auto& [at, bucket] : other.buckets) buckets[at].merge(bucket);
  for (const auto& [part, count] : other.parts) parts[part] += count;
  for (const Example& example : other.examples) add(example);
}

void Counts::encode(ByteWriter& out) const {
  out.u64(events);
  out.u64(upper);
  for (const std::uint64_t count : odd) out.u64(count);
  unusual::encode(buckets, out);
  out.u64(parts.size());
  for (const auto& [part, count] : parts) {
    out.u64(part);
    out.u64(count);
  }
  out.u64(examples.size());
  for (const Example& example : examples) unusual::encode(example, out);
}

bool Counts::decode(ByteReader& in) {
  *this = {};
  events = in.u64();
  upper = in.u64();
  bool sound = upper <= events;
  for (std::uint64_t& count : odd) {
    count = in.u64();
    sound = sound && count <= events;
  }
  if (!sound || !unusual::decode(in, buckets)) return false;
  for (std::size_t left = in.count(2); left > 0 && in.ok(); --left) {
    const std::uint64_t part = in.u64();
    if (part >= kMostParts) return false;
    parts[static_cast<std::uint32_t>(part)] = in.u64();
  }
  const std::size_t count = in.count(42);
  if (count > kMostExamples) return false;
  for (std::size_t i = 0; i < count; ++i) {
    Example example;
    if (!unusual::decode(in, example)) return false;
    add(std::move(example));
  }
  return in.ok();
}

}  // namespace vedette::unusual
