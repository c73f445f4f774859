#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/unusual_oddness.h"
#include "vedette/time.h"

namespace vedette::unusual {

/// Clients fall into so many buckets: bounded however many are invented; two that share one are one.
inline constexpr std::size_t kBuckets = 256;
std::uint32_t bucket_of(std::uint64_t principal);
inline constexpr std::size_t kClientLevel = 1;  ///< At which clients are counted.

/// Events of the clients of one bucket.
struct Bucket {
  std::uint64_t events = 0;
  std::uint64_t odd = 0;
  // Of the odd event with the smallest identity: whoever sent most of them, most likely.
  std::uint64_t witness = ~std::uint64_t{0};
  std::uint64_t principal = 0;
  std::string name;  ///< Plain, if known.

  void merge(const Bucket& other);
};
using Buckets = std::map<std::uint32_t, Bucket>;

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

/// How many events of a span were odd, which parts made them so, who sent them, and the oddest ones.
/// Merging is exact in any order and split. Bounded by the limits below.
struct Counts {
  static constexpr std::size_t kMostExamples = 4;
  static constexpr std::size_t kMostCauses = 3;
  static constexpr std::size_t kTextBytes = 64;

  std::uint64_t events = 0;
  std::uint64_t upper = 0;                       ///< Above the middle of the calibration.
  std::array<std::uint64_t, kLevels> odd{};      ///< By level of tail probability.
  Buckets buckets;                               ///< Of events with a known client.
  std::map<std::uint32_t, std::uint64_t> parts;  ///< That were the oddest of odd events.
  std::vector<Example> examples;                 ///< The oddest first.

  bool wants(double surprise) const;
  void add(Example example);
  void merge(const Counts& other);

  void encode(ByteWriter& out) const;
  bool decode(ByteReader& in);
};

}  // namespace vedette::unusual
