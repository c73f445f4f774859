#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>

#include "adapters/rocksdb/rocksdb_store.h"
#include "support/temp_folder.h"

namespace vedette {
namespace {

namespace fs = std::filesystem;

class RocksReaderTest : public testing::Test {
 protected:
  void put(Store& store, std::string_view key, std::string_view value) {
    Changes changes;
    changes.put(key, value);
    ASSERT_TRUE(store.commit(changes).ok());
  }
  std::map<std::string, std::uintmax_t> files() const {
    std::map<std::string, std::uintmax_t> sizes;
    for (const auto& entry : fs::recursive_directory_iterator(state_))
      if (entry.is_regular_file()) sizes[entry.path().string()] = entry.file_size();
    return sizes;
  }

  TempFolder folder_;
  SilentLog log_;
  const std::string state_ = folder_.file("state");
};

TEST_F(RocksReaderTest, reads_what_a_running_store_has_committed) {
  const auto store = open_rocksdb_store({.path = state_}, log_);
  ASSERT_TRUE(store.ok());
  put(**store, "a", "1");
  const auto reader = open_rocksdb_reader({.path = state_}, log_);
  ASSERT_TRUE(reader.ok()) << reader.status().message();
  put(**store, "b", "2");
  EXPECT_EQ((*reader)->get("a").value(), "1");
  EXPECT_EQ((*reader)->get("b").value(), std::nullopt) << "it shows one moment";
  std::string seen;
  EXPECT_TRUE((*reader)
                  ->scan("", "",
                         [&](std::string_view key, std::string_view) {
                           seen += key;
                           return true;
                         })
                  .ok());
  EXPECT_EQ(seen, "a");
}

TEST_F(RocksReaderTest, changes_nothing) {
  {
    const auto store = open_rocksdb_store({.path = state_}, log_);
    ASSERT_TRUE(store.ok());
    put(**store, "a", "1");
  }
  const auto before = files();
  {
    const auto reader = open_rocksdb_reader({.path = state_}, log_);
    ASSERT_TRUE(reader.ok());
    Changes changes;
    changes.put("a", "2");
    EXPECT_EQ((*reader)->commit(changes).code(), Code::stop);
    EXPECT_EQ((*reader)->get("a").value(), "1");
  }
  EXPECT_EQ(files(), before);
}

TEST_F(RocksReaderTest, makes_no_folder) {
  const Status status = open_rocksdb_reader({.path = state_}, log_).status();
  EXPECT_EQ(status.message(), state_ + ": there is no state yet");
  EXPECT_FALSE(fs::exists(state_));
}

TEST_F(RocksReaderTest, refuses_another_schema) {
  { ASSERT_TRUE(open_rocksdb_store({.path = state_, .schema = 2}, log_).ok()); }
  EXPECT_EQ(open_rocksdb_reader({.path = state_}, log_).status().code(), Code::stop);
}

}  // namespace
}  // namespace vedette
