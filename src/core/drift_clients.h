#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vedette/bytes.h"
#include "vedette/hash.h"
#include "vedette/time.h"

namespace vedette::drift {

/// Clients fall into so many buckets; two that share one share its cap.
inline constexpr std::size_t kClientBuckets = 256;
inline std::uint32_t bucket_of(std::uint64_t principal) {
  return static_cast<std::uint32_t>(mix64(principal ^ 0x636c69656e74ULL) % kClientBuckets);
}

/// How much one client may add to a pane of one partition: 10 % of an average pane or twice
/// its usual part, at least 3 events; all, if it is nearly all of the traffic. So no client alone makes a
/// model look drifted; its flood is told as a flood. Learned from sampled panes. Owned by the judge's scope.
class ClientTraffic {
 public:
  /// Cells of a sampled pane: events by bucket, then in how many partitions each was seen.
  static constexpr std::size_t kCells = 2 * kClientBuckets;
  static std::uint32_t seen_cell(std::uint32_t bucket) {
    return static_cast<std::uint32_t>(kClientBuckets) + bucket;
  }

  void add_sampled(std::span<const std::uint32_t> cells);
  /// Counted panes: events by bucket alone.
  void add_counted(std::span<const std::uint32_t> buckets);
  void forget_events() { events_.fill(0); }
  /// By bucket, for panes of length `pane` after events over `span`.
  std::vector<std::uint32_t> caps(Duration span, Duration pane) const;

  void encode(ByteWriter& out) const;
  static ClientTraffic decode(ByteReader& in);

 private:
  std::array<std::uint64_t, kClientBuckets> events_{};
  std::array<std::uint32_t, kClientBuckets> partitions_{};  ///< The most that had it in one pane.
};

/// The busiest clients of a pane, and merged and faded, of a longer time: Space-Saving
/// (Metwally, Agrawal, El Abbadi 2005) with `kMost` places.
class BusyClients {
 public:
  static constexpr std::size_t kMost = 32;
  struct Client {
    std::uint64_t principal = 0;
    double events = 0;
    std::string name;  ///< Plain, if known.
  };

  void count(std::uint64_t principal, std::string_view name);
  void merge(const BusyClients& other);
  void fade(double keep);
  bool empty() const { return clients_.empty(); }
  const std::vector<Client>& clients() const { return clients_; }
  double events_of(std::uint64_t principal) const;
  double total() const { return total_; }

  void encode(ByteWriter& out) const;
  static BusyClients decode(ByteReader& in);

 private:
  std::size_t find(std::uint64_t principal) const;  ///< The size: not there.
  void add(const Client& client);

  double total_ = 0;
  std::vector<Client> clients_;
};

}  // namespace vedette::drift
