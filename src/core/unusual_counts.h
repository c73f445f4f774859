#pragma once

#include <array>
#include <cstdint>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "core/unusual_oddness.h"
#include "vedette/time.h"

namespace vedette::unusual {

/// Where events come from. Clients fall into the first half of the buckets, segments into the second:
/// bounded however many are invented; two that share one are one.
enum class Of : unsigned char { client, segment };
inline constexpr std::uint32_t kBucketsOfHalf = 256;
inline constexpr std::uint32_t kBuckets = 2 * kBucketsOfHalf;
/// `name` of a client or segment, evenly spread.
std::uint32_t bucket_of(Of of, std::uint64_t name);
/// The entries of one half.
template <class T>
struct Half {
  using Map = std::map<std::uint32_t, T>;
  typename Map::const_iterator first;
  typename Map::const_iterator last;

  Half(const Map& buckets, Of of)
      : first(of == Of::client ? buckets.begin() : buckets.lower_bound(kBucketsOfHalf)),
        last(of == Of::client ? buckets.lower_bound(kBucketsOfHalf) : buckets.end()) {}
  auto begin() const { return first; }
  auto end() const { return last; }
  std::size_t size() const { return static_cast<std::size_t>(std::distance(first, last)); }
};
inline constexpr std::size_t kBucketLevel = 1;  ///< At which odd events are counted by bucket.

/// Events of the clients, or segments, of one bucket.
struct Bucket {
  std::uint64_t events = 0;
  std::uint64_t odd = 0;
  // Of the odd event with the smallest identity: whoever sent most of them, most likely.
  std::uint64_t witness = ~std::uint64_t{0};
  std::uint64_t principal = 0;  ///< 0: a segment.
  std::string name;             ///< Of a client plain, if known; of a segment `region=eu`.

  void merge(const Bucket& other);
};
using Buckets = std::map<std::uint32_t, Bucket>;
using Traffic = std::array<std::uint32_t, kBuckets>;  ///< Numbers of events.

/// A part of an event, and how probable what it holds was.
struct Cause {
  std::string text;
  double tail = 1;
};

/// One of the oddest events.
struct Example {
  double surprise = 0;
  std::uint64_t identity = 0;
  Time time{};
  double tail = 1;
  std::uint64_t principal = 0;
  std::string id;
  std::vector<Cause> causes;  ///< The oddest first.
};
bool odder(const Example& a, const Example& b);

/// How many events of a span were odd, which parts made them so, where they came from, and the oddest ones.
/// Merging is exact in any order and split. Bounded by the limits below.
struct Counts {
  static constexpr std::size_t kMostExamples = 4;
  static constexpr std::size_t kMostCauses = 3;
  static constexpr std::size_t kTextBytes = 64;

  std::uint64_t events = 0;
  std::uint64_t upper = 0;                       ///< Above the middle of the calibration.
  std::array<std::uint64_t, kLevels> odd{};      ///< By level of tail probability.
  Buckets buckets;                               ///< Of events with a known client or segment.
  std::map<std::uint32_t, std::uint64_t> parts;  ///< That were the oddest of odd events.
  std::vector<Example> examples;                 ///< The oddest first.

  bool wants(double surprise) const;
  void add(Example example);
  void merge(const Counts& other);

  void encode(ByteWriter& out) const;
  bool decode(ByteReader& in);
};

}  // namespace vedette::unusual
