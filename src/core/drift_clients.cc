#include "core/drift_clients.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/short_text.h"

namespace vedette::drift {
namespace {

constexpr double kNewcomer = 0.1;  ///< Part of an average pane.
constexpr double kGrowth = 2;
constexpr double kLeast = 3;
/// Part of the traffic from which on there is nobody to protect from a client.
constexpr double kAlone = 5.0 / 6;
constexpr double kNegligible = 0.5;  ///< Events; fewer are forgotten when they fade.
constexpr std::size_t kLongestName = 128;

}  // namespace

void ClientTraffic::add_sampled(std::span<const std::uint32_t> cells) {
  if (cells.size() != kCells) return;
  add_counted(cells.first(kClientBuckets));
  for (std::size_t bucket = 0; bucket < kClientBuckets; ++bucket)
    partitions_[bucket] = std::max(partitions_[bucket], cells[kClientBuckets + bucket]);
}

void ClientTraffic::add_counted(std::span<const std::uint32_t> buckets) {
  for (std::size_t bucket = 0; bucket < std::min(buckets.size(), kClientBuckets); ++bucket)
    events_[bucket] += buckets[bucket];
}

std::vector<std::uint32_t> ClientTraffic::caps(Duration span, Duration pane) const {
  std::vector<std::uint32_t> caps(kClientBuckets);
  const double panes = std::max(
      1.0, static_cast<double>(span.count()) / static_cast<double>(std::max<std::int64_t>(1, pane.count())));
  std::uint64_t all = 0;
  for (const std::uint64_t events : events_) all += events;
  const double partitions = std::max(1U, *std::max_element(partitions_.begin(), partitions_.end()));
  const double newcomer = kNewcomer * static_cast<double>(all) / partitions / panes;
  for (std::size_t bucket = 0; bucket < kClientBuckets; ++bucket) {
    if (static_cast<double>(events_[bucket]) > kAlone * static_cast<double>(all)) {
      caps[bucket] = std::numeric_limits<std::uint32_t>::max();
      continue;
    }
    const double usual = static_cast<double>(events_[bucket]) / std::max(1U, partitions_[bucket]) / panes;
    caps[bucket] = static_cast<std::uint32_t>(std::ceil(std::max({kLeast, newcomer, kGrowth * usual})));
  }
  return caps;
}

void ClientTraffic::encode(ByteWriter& out) const {
  for (const std::uint64_t events : events_) out.u64(events);
  for (const std::uint32_t partitions : partitions_) out.u64(partitions);
}

ClientTraffic ClientTraffic::decode(ByteReader& in) {
  ClientTraffic traffic;
  for (std::uint64_t& events : traffic.events_) events = in.u64();
  for (std::uint32_t& partitions : traffic.partitions_) partitions = static_cast<std::uint32_t>(in.u64());
  return traffic;
}

std::size_t BusyClients::find(std::uint64_t principal) const {
  const auto found = std::find_if(clients_.begin(), clients_.end(), [principal](const Client& client) {
    return client.principal == principal;
  });
  return static_cast<std::size_t>(found - clients_.begin());
}

double BusyClients::events_of(std::uint64_t principal) const {
  const std::size_t at = find(principal);
  return at < clients_.size() ? clients_[at].events : 0;
}

void BusyClients::add(const Client& client) {
  total_ += client.events;
  if (const std::size_t at = find(client.principal); at < clients_.size()) {
    clients_[at].events += client.events;
    return;
  }
  if (clients_.size() < kMost) {
    clients_.push_back(client);
    return;
  }
  // The newcomer inherits what the least one had, so that none is ever underestimated.
  const auto least = std::min_element(clients_.begin(), clients_.end(), [](const Client& a, const Client& b) {
    return a.events != b.events ? a.events < b.events : a.principal < b.principal;
  });
  *least = {client.principal, least->events + client.events, client.name};
}

void BusyClients::count(std::uint64_t principal, std::string_view name) {
  if (const std::size_t at = find(principal); at < clients_.size()) {
    ++clients_[at].events;
    ++total_;
    return;
  }
  add({principal, 1, std::string(shortened(name, kLongestName))});
}

void BusyClients::merge(const BusyClients& other) {
  const double unlisted = other.total_;
  double listed = 0;
  for (const Client& client : other.clients_) {
    add(client);
    listed += client.events;
  }
  total_ += unlisted - listed;
}

void BusyClients::fade(double keep) {
  total_ *= keep;
  for (Client& client : clients_) client.events *= keep;
  std::erase_if(clients_, [](const Client& client) { return client.events < kNegligible; });
}

void BusyClients::encode(ByteWriter& out) const {
  out.f64(total_);
  out.u64(clients_.size());
  for (const Client& client : clients_) {
    out.fixed64(client.principal);
    out.f64(client.events);
    out.text(client.name);
  }
}

BusyClients BusyClients::decode(ByteReader& in) {
  BusyClients busy;
  busy.total_ = in.f64();
  busy.clients_.resize(std::min(in.count(17), kMost));
  for (Client& client : busy.clients_) {
    client.principal = in.fixed64();
    client.events = in.f64();
    client.name = in.text();
  }
  return busy;
}

}  // namespace vedette::drift
