#include "core/drift_witness.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace vedette::drift {
namespace {

std::vector<Witness> some_rows(std::size_t count) {
  std::mt19937_64 random(3);
  std::vector<Witness> rows;
  for (std::size_t i = 0; i < count; ++i) {
    Witness row{random() % 200, random() % 5, "client", {"region=eu"}, {}};
    row.cells = {static_cast<std::uint16_t>(random() % 22), static_cast<std::uint16_t>(22 + random() % 22)};
    rows.push_back(row);
  }
  return rows;
}

std::string bytes_of(const Witnesses& witnesses, Witnesses::Part part = Witnesses::Part::all) {
  std::string bytes;
  ByteWriter out(bytes);
  witnesses.encode(part, out);
  return bytes;
}

void offer(Witnesses& to, const Witness& row) {
  if (to.wants(row.rank)) to.add(row);
}

TEST(Witnesses, neither_order_nor_split_matters_even_for_equal_ranks) {
  std::vector<Witness> rows = some_rows(500);
  Witnesses plain;
  for (const Witness& row : rows) offer(plain, row);
  ASSERT_EQ(plain.rows().size(), Witnesses::kMost);
  std::mt19937_64 random(4);
  for (int round = 0; round < 10; ++round) {
    std::shuffle(rows.begin(), rows.end(), random);
    std::vector<Witnesses> parts(3);
    for (std::size_t i = 0; i < rows.size(); ++i) offer(parts[random() % 3], rows[i]);
    Witnesses merged;
    for (const Witnesses& part : parts) merged.merge(part);
    EXPECT_EQ(bytes_of(merged), bytes_of(plain));
  }
}

TEST(Witnesses, what_was_saved_and_what_came_since_make_the_whole) {
  const std::vector<Witness> rows = some_rows(300);
  Witnesses live;
  Witnesses stored;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    offer(live, rows[i]);
    if (i % 70 != 69 && i + 1 != rows.size()) continue;
    const std::string bytes = bytes_of(live, Witnesses::Part::fresh);
    live.saved();
    ByteReader in(bytes);
    stored.merge(Witnesses::decode(in));
    EXPECT_TRUE(in.done());
  }
  EXPECT_EQ(bytes_of(stored), bytes_of(live));
}

TEST(Witnesses, damaged_bytes_are_refused) {
  Witnesses witnesses;
  for (const Witness& row : some_rows(10)) offer(witnesses, row);
  const std::string bytes = bytes_of(witnesses);
  for (std::size_t cut = 0; cut < bytes.size(); cut += 7) {
    ByteReader in(std::string_view(bytes).substr(0, cut));
    Witnesses::decode(in);
    EXPECT_FALSE(in.done());
  }
}

}  // namespace
}  // namespace vedette::drift
