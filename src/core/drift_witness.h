#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vedette/bytes.h"

namespace vedette::drift {

/// One event of a pane: who sent it, its segments, and the cells that it fell into.
struct Witness {
  std::uint64_t rank = 0;  ///< A hash that is free of position.
  std::uint64_t principal = 0;
  std::string name;                   ///< Of the principal, plain, if known.
  std::vector<std::string> segments;  ///< `field=value`
  std::vector<std::uint16_t> cells;   ///< Of the profile; none for a column that the event lacks.
  bool fresh = true;                  ///< Not saved yet.

  void encode(ByteWriter& out) const;
  static Witness decode(ByteReader& in);
};

/// The `kMost` events of a pane with the smallest ranks, so that an alert can tell whose doing a shift
/// is. Merges exactly, whatever the order and the split. Owned by an open pane, or by the judge's scope.
class Witnesses {
 public:
  static constexpr std::size_t kMost = 32;

  bool wants(std::uint64_t rank) const { return rows_.size() < kMost || rank <= rows_.back().rank; }
  void add(Witness row);
  void merge(const Witnesses& other);
  bool empty() const { return rows_.empty(); }
  /// By rank, if `add` was not the last to change them.
  const std::vector<Witness>& rows() const { return rows_; }
  void saved();

  enum class Part : unsigned char { all, fresh };
  void encode(Part part, ByteWriter& out) const;
  static Witnesses decode(ByteReader& in);

 private:
  void put_in_order();

  std::vector<Witness> rows_;  ///< By rank once there are `kMost`; before, as they came.
};

}  // namespace vedette::drift
