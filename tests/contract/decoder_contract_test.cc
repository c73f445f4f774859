#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "decode/decoders.h"
#include "vedette/dictionary.h"

namespace vedette {
namespace {

/// A format and one record that it accepts.
struct Format {
  const DecoderKind* kind;
  std::string record;
};

std::vector<Format> formats() {
  const std::string native =
      R"({"schema":"vedette/1","kind":"inference","id":"r-1","time":"2026-03-02T10:15:42Z","model":"m",)"
      R"("principal":"alice","features":{"a":1,"b":"x","c":[1,2]},"outputs":{"score":0.5,"probabilities":{"y":0.5}}})";
  std::vector<Format> all;
  for (const DecoderKind* kind : decoders())
    if (kind->name == "native") all.push_back({kind, native});
  return all;
}

struct Sizes {
  std::size_t events, values, keys, words, vectors;
  std::uint64_t unknown;
  bool operator==(const Sizes&) const = default;
};

Sizes sizes_of(const Batch& batch) {
  return {batch.events.size(), batch.values.size(),  batch.keys.size(),
          batch.words.size(),  batch.vectors.size(), batch.unknown_fields};
}

class DecoderContract : public testing::TestWithParam<Format> {
 protected:
  DecodeOptions options_{.max_record_bytes = 4096, .key = {5, 6}};
  Dictionary names_{{5, 6}};
  Batch batch_{names_};
  std::unique_ptr<Decoder> decoder_ = GetParam().kind->create(options_);

  Verdict decode(std::string_view bytes) { return decoder_->decode({7, kDawn, bytes}, batch_); }
  /// Whatever the verdict, the batch is whole and its views are readable.
  void check_whole() const {
    ASSERT_EQ(batch_.values.size(), batch_.keys.size());
    std::size_t sum = 0;
    for (const Event& event : batch_.events) {
      ASSERT_LE(event.first + event.count, batch_.values.size());
      for (const Value value : batch_.values_of(event)) {
        if (value.type() == Value::Type::word) sum += batch_.text(value.index()).size();
        if (value.type() == Value::Type::vector) sum += batch_.vectors.at(value.index()).size();
      }
      for (const WordIndex index : {event.id, event.path, event.resource, event.user_agent}) {
        for (const char c : batch_.text(index)) sum += static_cast<unsigned char>(c);
      }
    }
    ASSERT_LT(sum, std::size_t{1} << 40);
  }
};

TEST_P(DecoderContract, accepts_its_record_with_its_offset) {
  const Verdict verdict = decode(GetParam().record);
  ASSERT_TRUE(verdict.ok()) << verdict.detail;
  ASSERT_EQ(batch_.events.size(), 1u);
  EXPECT_EQ(batch_.events[0].offset, 7);
  EXPECT_TRUE(verdict.detail.empty());
  check_whole();
}

TEST_P(DecoderContract, is_total_on_random_bytes) {
  std::mt19937_64 random(21);
  for (int i = 0; i < 20000; ++i) {
    std::string bytes(random() % 300, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    const Sizes before = sizes_of(batch_);
    const Verdict verdict = decode(bytes);
    ASSERT_FALSE(verdict.ok());
    ASSERT_LE(verdict.detail.size(), 200u);
    ASSERT_EQ(sizes_of(batch_), before);
  }
}

TEST_P(DecoderContract, is_total_on_broken_records_and_leaves_the_batch_alone) {
  std::mt19937_64 random(22);
  for (int i = 0; i < 20000; ++i) {
    std::string bytes = GetParam().record;
    for (std::size_t defects = random() % 4; defects > 0; --defects)
      bytes[random() % bytes.size()] =
          static_cast<char>(random() % 2 == 0 ? random() : "{}[]\",:0\\"[random() % 9]);
    if (random() % 8 == 0) bytes.resize(random() % bytes.size());
    const Sizes before = sizes_of(batch_);
    if (!decode(bytes).ok()) {
      ASSERT_EQ(sizes_of(batch_), before) << bytes;
    }
    if (i % 256 != 0) continue;
    check_whole();
    batch_.clear();
    names_.reset_if_full();
  }
}

TEST_P(DecoderContract, every_front_of_a_record_is_refused) {
  ASSERT_TRUE(decode(GetParam().record).ok());
  for (std::size_t size = 0; size < GetParam().record.size(); ++size) {
    // A heap copy of the exact size lets the sanitizer see a read beyond it.
    const std::vector<char> front(GetParam().record.begin(),
                                  GetParam().record.begin() + static_cast<std::ptrdiff_t>(size));
    ASSERT_FALSE(decode({front.data(), front.size()}).ok()) << size;
  }
  EXPECT_EQ(batch_.events.size(), 1u);
}

TEST_P(DecoderContract, what_was_decoded_before_does_not_matter) {
  ASSERT_TRUE(decode(GetParam().record).ok());
  for (const char* noise : {"{}", "{\"a\":1}", "[", "\xff\xfe"}) decode(noise);
  ASSERT_TRUE(decode(GetParam().record).ok());
  const Event& first = batch_.events.front();
  const Event& last = batch_.events.back();
  EXPECT_EQ(first.identity, last.identity);
  EXPECT_EQ(first.principal, last.principal);
  EXPECT_EQ(first.model, last.model);
  EXPECT_EQ(first.count, last.count);
  EXPECT_TRUE(std::ranges::equal(batch_.keys_of(first), batch_.keys_of(last)));
}

TEST_P(DecoderContract, size_is_bounded) {
  EXPECT_EQ(decode("").reason, Reject::empty);
  EXPECT_EQ(decode(std::string(options_.max_record_bytes + 1, ' ')).reason, Reject::too_large);
}

TEST_P(DecoderContract, pseudonyms_hide_names) {
  ASSERT_TRUE(decode(GetParam().record).ok());
  EXPECT_NE(batch_.events[0].principal, 0u);
  EXPECT_EQ(batch_.events[0].principal_name, 0u);
  for (const Word& word : batch_.words) EXPECT_EQ(word.text.find("alice"), std::string_view::npos);
}

INSTANTIATE_TEST_SUITE_P(Formats, DecoderContract, testing::ValuesIn(formats()),
                         [](const auto& tested) { return std::string(tested.param.kind->name); });

TEST(Decoders, have_a_record_in_this_suite_and_names_of_their_own) {
  std::set<std::string_view> names;
  for (const DecoderKind* kind : decoders()) {
    EXPECT_TRUE(names.insert(kind->name).second) << kind->name;
    EXPECT_FALSE(kind->doc.empty());
  }
  EXPECT_EQ(formats().size(), decoders().size());
}

}  // namespace
}  // namespace vedette
