#pragma once

#include <array>
#include <cstdint>

#include "vedette/bytes.h"

namespace vedette::series {

/// Tells when so many keys of a kind alert within a few panes that it is one incident
/// about all of them. Plain data; a copy is a snapshot.
class Crowd {
 public:
  static constexpr std::size_t kPanes = 5;
  static constexpr std::uint64_t kLeast = 5;  ///< Keys.

  /// Closes a pane in which `raised` of `keys` keys began to alert. True: together with
  /// the last panes they are a crowd, or one that came before is still there.
  bool step(std::uint64_t raised, std::uint64_t keys);
  /// Whether the crowd has dispersed: `open` keys still alert. True once.
  bool over(std::uint64_t open);
  std::uint64_t size() const;
  void save(ByteWriter& out) const;
  void load(ByteReader& in);

 private:
  std::array<std::uint64_t, kPanes> raised_{};  ///< In the last panes, the latest last.
  std::uint64_t largest_ = 0;                   ///< Keys that alerted at once; 0: there is no crowd.
};

}  // namespace vedette::series
