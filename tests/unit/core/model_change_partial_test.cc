#include "core/model_change_partial.h"

#include <gtest/gtest.h>

#include <numeric>
#include <random>

namespace vedette::model_change {
namespace {

/// An answer, as far as a partial tells.
struct Answer {
  int version = 0;
  int digest = 0;
  int output = 0;
  int at = 0;
};

std::vector<Answer> answers(int count, int names) {
  std::mt19937_64 random(7);
  std::vector<Answer> all;
  for (int i = 0; i < count; ++i) {
    const auto draw = [&] { return static_cast<int>(random() % static_cast<unsigned>(names)); };
    all.push_back({draw(), draw(), draw(), i});
  }
  return all;
}

void note(Seen& seen, const Answer& answer) {
  ++seen.events;
  const NameHash version = hash_of(std::to_string(answer.version));
  if (SeenVersion* one = seen.versions.at(version))
    one->merge({std::to_string(answer.version), 1, from_ms(answer.at), from_ms(answer.at)});
  if (SeenDigest* one = seen.digests.at(digest_key(version, hash_of("d" + std::to_string(answer.digest)))))
    one->merge({version, "d" + std::to_string(answer.digest), 1, SeenDigest::Approval::unlisted});
  if (SeenOutput* one = seen.outputs.at(hash_of("o" + std::to_string(answer.output))))
    one->merge({"o" + std::to_string(answer.output), {1, 0, 0, 0, 0}});
}

Seen seen_of(const std::vector<Answer>& all) {
  Seen seen;
  for (const Answer& answer : all) note(seen, answer);
  return seen;
}

TEST(ModelChangePartial, keeps_the_same_names_in_any_order_and_split) {
  std::vector<Answer> all = answers(20000, 500);
  const std::string straight = encode(seen_of(all));
  std::mt19937_64 random(3);
  for (int round = 0; round < 5; ++round) {
    std::shuffle(all.begin(), all.end(), random);
    std::vector<Seen> parts(4);
    for (const Answer& answer : all) note(parts[random() % parts.size()], answer);
    Seen merged;
    for (const Seen& part : parts) merged.merge(part);
    EXPECT_EQ(encode(merged), straight);
  }
}

TEST(ModelChangePartial, is_bounded_and_says_that_names_were_left_out) {
  const Seen seen = seen_of(answers(20000, 5000));
  EXPECT_EQ(seen.versions.slots().size(), Seen::kMostVersions);
  EXPECT_EQ(seen.digests.slots().size(), Seen::kMostDigests);
  EXPECT_EQ(seen.outputs.slots().size(), Seen::kMostOutputs);
  EXPECT_TRUE(seen.versions.capped() && seen.digests.capped() && seen.outputs.capped());
  EXPECT_LT(encode(seen).size(), 16384U);
  EXPECT_FALSE(seen_of(answers(1000, 20)).versions.capped());
}

TEST(ModelChangePartial, counts_of_what_is_kept_are_whole) {
  const std::vector<Answer> all = answers(20000, 300);
  const Seen seen = seen_of(all);
  for (const auto& [hash, version] : seen.versions.slots()) {
    const auto same = [&](const Answer& answer) { return std::to_string(answer.version) == version.text; };
    EXPECT_EQ(version.count, static_cast<std::uint64_t>(std::count_if(all.begin(), all.end(), same)));
  }
}

TEST(ModelChangePartial, goes_on_after_a_restart_as_if_there_had_been_none) {
  const std::vector<Answer> all = answers(3000, 500);
  Seen seen;
  for (std::size_t i = 0; i < all.size(); ++i) {
    note(seen, all[i]);
    if (i % 100 != 0) continue;
    auto loaded = decode_seen(encode(seen));
    ASSERT_TRUE(loaded.ok());
    seen = std::move(*loaded);
  }
  EXPECT_EQ(encode(seen), encode(seen_of(all)));
}

TEST(ModelChangePartial, damaged_bytes_are_refused_or_harmless) {
  const std::string bytes = encode(seen_of(answers(500, 20)));
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(decode_seen(std::string_view(bytes).substr(0, size)).ok());
  EXPECT_FALSE(decode_seen(bytes + "x").ok());
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
    const auto loaded = decode_seen(damaged);
    EXPECT_TRUE(!loaded.ok() || loaded->versions.slots().size() <= Seen::kMostVersions);
  }
}

}  // namespace
}  // namespace vedette::model_change
