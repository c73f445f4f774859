#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <set>
#include <string>

#include "adapters/rocksdb/rocksdb_store.h"
#include "numbered_batches.h"
#include "support/temp_folder.h"

namespace vedette {
namespace {

namespace fs = std::filesystem;

class CountingLog final : public Log {
 public:
  void write(LogLevel level, std::string_view, std::initializer_list<Field>) override {
    if (level >= LogLevel::warning) ++warnings;
  }
  std::atomic<int> warnings{0};
};

enum class Outcome { refused, exact, earlier, wrong };

/// Copies of one closed store, each damaged in one way and then opened and read.
class RocksStoreDamaged : public testing::Test {
 protected:
  static constexpr std::uint64_t kBatches = 120;
  using Damage = std::function<void(const fs::path&)>;

  void SetUp() override {
    auto store = open("whole");
    ASSERT_TRUE(store.ok()) << store.status().message();
    for (std::uint64_t number = 1; number <= kBatches; ++number)
      ASSERT_TRUE((*store)->commit(batches_.changes(number)).ok());
  }
  Result<std::unique_ptr<Store>> open(const std::string& name) {
    return open_rocksdb_store(
        {.path = folder_.file(name), .cache = {4 << 20}, .write_buffer = {1 << 20}, .min_free = {0}}, log_);
  }
  /// Files of the database whose name begins or ends so.
  std::vector<std::string> files(const std::string& part) const {
    std::set<std::string> found;
    for (const auto& file : fs::directory_iterator(folder_.file("whole/db"))) {
      const std::string name = file.path().filename();
      if (name.starts_with(part) || name.ends_with(part)) found.insert(name);
    }
    return {found.begin(), found.end()};
  }
  Outcome outcome(const std::string& file, const Damage& damage) {
    fs::remove_all(folder_.file("copy"));
    fs::copy(folder_.file("whole"), folder_.file("copy"), fs::copy_options::recursive);
    damage(folder_.file("copy/db/" + file));
    const auto store = open("copy");
    if (!store.ok()) return refusal(store.status());
    Status read;
    const NumberedBatches::State state = NumberedBatches::read(**store, read);
    if (!read.ok()) return refusal(read);
    const std::uint64_t offset = NumberedBatches::offset_of(state);
    if (offset > kBatches || state != batches_.after(offset)) return Outcome::wrong;
    return offset == kBatches ? Outcome::exact : Outcome::earlier;
  }
  Outcome refusal(const Status& status) {
    EXPECT_EQ(status.code(), Code::stop);
    EXPECT_NE(status.message().find("move the folder away"), std::string::npos) << status.message();
    return Outcome::refused;
  }
  Damage flip_somewhere() {
    return [this](const fs::path& file) {
      std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
      const auto at = static_cast<std::streamoff>(random_() % fs::file_size(file));
      bytes.seekg(at);
      const int before = bytes.get();
      bytes.seekp(at);
      bytes.put(static_cast<char>(before ^ (1 << random_() % 8)));
    };
  }
  Damage cut_somewhere() {
    return [this](const fs::path& file) { fs::resize_file(file, random_() % fs::file_size(file)); };
  }
  static Damage take_away() {
    return [](const fs::path& file) { fs::remove(file); };
  }

  TempFolder folder_;
  CountingLog log_;
  const NumberedBatches batches_{1000, 25};
  std::mt19937_64 random_{99};
};

TEST_F(RocksStoreDamaged, whole_copy_opens) {
  EXPECT_EQ(outcome("CURRENT", [](const fs::path&) {}), Outcome::exact);
}

TEST_F(RocksStoreDamaged, flipped_bit_in_a_table_file_is_refused_when_it_matters) {
  int refused = 0;
  for (const std::string& file : files(".sst"))
    for (int i = 0; i < 6; ++i) {
      const Outcome result = outcome(file, flip_somewhere());
      EXPECT_TRUE(result == Outcome::refused || result == Outcome::exact) << file;
      if (result == Outcome::refused) ++refused;
    }
  EXPECT_GT(refused, 6);
}

TEST_F(RocksStoreDamaged, flipped_bit_in_the_manifest_or_the_pointer_to_it_is_refused) {
  for (const std::string& file : {files("MANIFEST").at(0), std::string("CURRENT")})
    for (int i = 0; i < 20; ++i) EXPECT_EQ(outcome(file, flip_somewhere()), Outcome::refused) << file;
}

TEST_F(RocksStoreDamaged, shortened_file_is_refused_and_costs_no_table_file) {
  std::vector<std::string> all = files(".sst");
  const std::vector<std::string> tables = all;
  ASSERT_GE(tables.size(), 2U);
  all.push_back(files("MANIFEST").at(0));
  all.push_back("CURRENT");
  for (const std::string& file : all)
    for (int i = 0; i < 12; ++i) {
      EXPECT_EQ(outcome(file, cut_somewhere()), Outcome::refused) << file;
      for (const std::string& table : tables) EXPECT_TRUE(fs::exists(folder_.file("copy/db/" + table)));
    }
}

TEST_F(RocksStoreDamaged, missing_file_is_refused) {
  std::vector<std::string> all = files(".sst");
  all.push_back(files("MANIFEST").at(0));
  all.push_back("CURRENT");
  for (const std::string& file : all) EXPECT_EQ(outcome(file, take_away()), Outcome::refused) << file;
}

TEST_F(RocksStoreDamaged, write_ahead_log_rolls_back_to_the_end_of_an_earlier_commit) {
  for (const std::string& file : files(".log")) {
    for (int i = 0; i < 12; ++i) {
      log_.warnings = 0;
      const Outcome flipped = outcome(file, flip_somewhere());
      EXPECT_NE(flipped, Outcome::wrong);
      EXPECT_TRUE(flipped == Outcome::exact || log_.warnings > 0);
      EXPECT_NE(outcome(file, cut_somewhere()), Outcome::wrong);
    }
    EXPECT_NE(outcome(file, take_away()), Outcome::wrong);
  }
}

}  // namespace
}  // namespace vedette
