#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "adapters/rocksdb/rocksdb_store.h"
#include "support/temp_folder.h"

namespace vedette {
namespace {

namespace fs = std::filesystem;

constexpr uid_t kNobody = 65534;

class ComplaintLog final : public Log {
 public:
  void write(LogLevel level, std::string_view, std::initializer_list<Field> fields) override {
    if (level < LogLevel::warning) return;
    for (const Field& field : fields) complaints += field.second + "\n";
  }
  std::string complaints;
};

class RocksStoreFolder : public testing::Test {
 protected:
  Result<std::unique_ptr<Store>> open(const std::string& path, std::uint32_t schema = 1) {
    return open_rocksdb_store({.path = path, .schema = schema}, log_);
  }
  void put(Store& store, std::string_view key, std::string_view value) {
    Changes changes;
    changes.put(key, value);
    ASSERT_TRUE(store.commit(changes).ok());
  }
  void expect_refused(const Status& status, const std::string& text) {
    EXPECT_EQ(status.code(), Code::stop);
    EXPECT_NE(status.message().find(text), std::string::npos) << status.message();
  }

  TempFolder folder_;
  SilentLog log_;
  const std::string state_ = folder_.file("deep/state");
};

TEST_F(RocksStoreFolder, is_made_private_with_its_parents) {
  ASSERT_TRUE(open(state_).ok());
  struct stat about = {};
  ASSERT_EQ(::stat(state_.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0700U);
}

TEST_F(RocksStoreFolder, holds_no_log_file_of_the_library) {
  { ASSERT_TRUE(open(state_).ok()); }
  const auto store = open(state_);
  ASSERT_TRUE(store.ok());
  for (const auto& file : fs::directory_iterator(state_ + "/db"))
    EXPECT_FALSE(file.path().filename().string().starts_with("LOG")) << file.path();
}

TEST_F(RocksStoreFolder, of_another_schema_is_refused_and_left_as_it_is) {
  {
    const auto store = open(state_, 2);
    ASSERT_TRUE(store.ok());
    put(**store, "a", "1");
  }
  const Status older = open(state_, 1).status();
  expect_refused(older, "has schema 2");
  expect_refused(older, "reads schema 1");
  expect_refused(open(state_, 3).status(), "reads schema 3");
  const auto again = open(state_, 2);
  ASSERT_TRUE(again.ok()) << again.status().message();
  EXPECT_EQ(*(*again)->get("a"), "1");
}

TEST_F(RocksStoreFolder, schema_is_no_key_of_the_user) {
  const auto store = open(state_);
  ASSERT_TRUE(store.ok());
  EXPECT_EQ(*(*store)->get("meta/schema"), std::nullopt);
}

TEST_F(RocksStoreFolder, in_use_is_refused_until_let_go) {
  {
    const auto first = open(state_);
    ASSERT_TRUE(first.ok());
    const Status second = open(state_).status();
    expect_refused(second, "in use by another instance");
    expect_refused(second, "process " + std::to_string(::getpid()));
    put(**first, "a", "1");
  }
  EXPECT_TRUE(open(state_).ok());
}

TEST_F(RocksStoreFolder, that_cannot_be_written_says_so) {
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0555), 0);
  const bool root = ::geteuid() == 0;
  if (root) {
    ASSERT_EQ(::seteuid(kNobody), 0);
  }
  const Status refused = open(folder_.file("state")).status();
  if (root) {
    ASSERT_EQ(::seteuid(0), 0);
  }
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0700), 0);
  expect_refused(refused, "must be writable");
}

TEST_F(RocksStoreFolder, files_of_another_user_are_not_called_damage) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  ASSERT_TRUE(open(state_).ok());
  for (const fs::path& folder : {fs::path(folder_.path()), fs::path(state_).parent_path()})
    ASSERT_EQ(::chmod(folder.c_str(), 0755), 0);
  ASSERT_EQ(::chmod((state_ + "/db/CURRENT").c_str(), 0600), 0);
  for (const char* part : {"", "/db", "/lock", "/seal"})
    ASSERT_EQ(::chown((state_ + part).c_str(), kNobody, kNobody), 0);
  ASSERT_EQ(::seteuid(kNobody), 0);
  const Status refused = open(state_).status();
  ASSERT_EQ(::seteuid(0), 0);
  expect_refused(refused, "must belong to the user that runs Vedette");
  EXPECT_EQ(refused.message().find("damaged"), std::string::npos) << refused.message();
}

TEST_F(RocksStoreFolder, what_root_writes_belongs_to_the_owner_of_the_folder) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  fs::create_directories(state_);
  ASSERT_EQ(::chown(state_.c_str(), kNobody, kNobody), 0);
  {
    const auto store = open(state_);
    ASSERT_TRUE(store.ok()) << store.status().message();
    put(**store, "a", "1");
  }
  for (const auto& file : fs::recursive_directory_iterator(state_)) {
    struct stat about = {};
    ASSERT_EQ(::lstat(file.path().c_str(), &about), 0);
    EXPECT_EQ(about.st_uid, kNobody) << file.path();
    EXPECT_EQ(about.st_gid, kNobody) << file.path();
  }
}

TEST_F(RocksStoreFolder, that_is_new_is_made_without_a_complaint) {
  ComplaintLog log;
  ASSERT_TRUE(open_rocksdb_store({.path = state_, .schema = 1}, log).ok());
  EXPECT_EQ(log.complaints, "");
}

TEST_F(RocksStoreFolder, that_is_a_file_is_refused) {
  std::ofstream(folder_.file("file")) << "x";
  EXPECT_EQ(open(folder_.file("file")).status().code(), Code::stop);
  EXPECT_EQ(open(folder_.file("file/state")).status().code(), Code::stop);
}

TEST_F(RocksStoreFolder, whose_making_was_cut_short_is_made_again) {
  fs::create_directories(state_ + "/db.new");
  std::ofstream(state_ + "/db.new/CURRENT") << "half";
  const auto store = open(state_);
  ASSERT_TRUE(store.ok()) << store.status().message();
  EXPECT_FALSE(fs::exists(state_ + "/db.new"));
}

TEST_F(RocksStoreFolder, whose_database_was_taken_away_begins_empty) {
  {
    const auto store = open(state_);
    ASSERT_TRUE(store.ok());
    put(**store, "a", std::string(100000, 'x'));
  }
  { ASSERT_TRUE(open(state_).ok()); }
  fs::remove_all(state_ + "/db");
  const auto store = open(state_);
  ASSERT_TRUE(store.ok()) << store.status().message();
  EXPECT_EQ(*(*store)->get("a"), std::nullopt);
}

TEST_F(RocksStoreFolder, tells_the_room_on_its_disk) {
  const auto space = store_space(folder_.path());
  ASSERT_TRUE(space.ok());
  EXPECT_GT(space->total.bytes, 0U);
  EXPECT_LE(space->free.bytes, space->total.bytes);
  EXPECT_EQ(store_space(folder_.file("nowhere")).status().code(), Code::stop);
}

}  // namespace
}  // namespace vedette
