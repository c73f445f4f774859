#include <gtest/gtest.h>

#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "adapters/rocksdb/rocksdb_store.h"
#include "numbered_batches.h"
#include "support/temp_folder.h"

namespace vedette {
namespace {

/// A file system in memory with so much room, mounted on a temporary folder.
class SmallDisk {
 public:
  explicit SmallDisk(std::size_t bytes) {
    const std::string room = "size=" + std::to_string(bytes);
    error_ = ::mount("vedette-test", folder_.path().c_str(), "tmpfs", 0, room.c_str()) == 0 ? 0 : errno;
  }
  ~SmallDisk() {
    if (error_ == 0) ::umount2(folder_.path().c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  /// Empty if mounted, else why not.
  std::string problem() const { return error_ == 0 ? "" : std::strerror(error_); }
  std::string state() const { return folder_.file("state"); }
  /// Takes `bytes`, or all there is.
  void fill(std::size_t bytes) const {
    std::ofstream out(ballast(), std::ios::binary | std::ios::app);
    const std::string block(4096, 'x');
    for (std::size_t done = 0; done < bytes && out.write(block.data(), 4096).flush(); done += 4096) {
    }
  }
  void free_all() const { std::filesystem::remove(ballast()); }

 private:
  std::string ballast() const { return folder_.file("ballast"); }
  TempFolder folder_;
  int error_ = 0;
};

class RocksStoreOnFullDisk : public testing::Test {
 protected:
  /// False where mounting is not permitted; the test is skipped then.
  bool mount(std::size_t bytes) {
    disk_ = std::make_unique<SmallDisk>(bytes);
    return disk_->problem().empty();
  }
  Status open(ByteSize min_free) {
    store_.reset();
    auto opened = open_rocksdb_store(
        {.path = disk_->state(), .cache = {4 << 20}, .write_buffer = {1 << 20}, .min_free = min_free}, log_);
    if (opened.ok()) store_ = std::move(*opened);
    return opened.status();
  }
  /// Commits on until one fails.
  Status write_until_full(const NumberedBatches& batches) {
    for (;;) {
      if (Status done = store_->commit(batches.changes(acknowledged_ + 1)); !done.ok()) return done;
      ++acknowledged_;
    }
  }
  /// There is room now; a background job that met the full disk may still report it once.
  void commit_with_room(const NumberedBatches& batches) {
    Status done = store_->commit(batches.changes(acknowledged_ + 1));
    if (done.code() == Code::retry) {
      done = store_->reopen();
      ASSERT_TRUE(done.ok()) << done.message();
      expect_exact(batches);
      done = store_->commit(batches.changes(acknowledged_ + 1));
    }
    ASSERT_TRUE(done.ok()) << done.message();
    ++acknowledged_;
  }
  /// What the store holds is exactly what was acknowledged, or one batch more.
  void expect_exact(const NumberedBatches& batches) {
    Status outcome;
    const NumberedBatches::State state = NumberedBatches::read(*store_, outcome);
    ASSERT_TRUE(outcome.ok()) << outcome.message();
    const std::uint64_t recovered = NumberedBatches::offset_of(state);
    EXPECT_GE(recovered, acknowledged_);
    EXPECT_LE(recovered, acknowledged_ + 1);
    EXPECT_TRUE(state == batches.after(recovered));
    acknowledged_ = recovered;
  }

  SilentLog log_;
  std::unique_ptr<SmallDisk> disk_;
  std::unique_ptr<Store> store_;
  std::uint64_t acknowledged_ = 0;
};

constexpr std::size_t kMiB = 1 << 20;

TEST_F(RocksStoreOnFullDisk, answers_retry_and_goes_on_exactly_once_there_is_room) {
  const NumberedBatches batches(1 << 20, 125);
  for (std::size_t run = 0; run < 10; ++run) {
    SCOPED_TRACE("run " + std::to_string(run));
    // Different sizes, so that it is full in the log, in a flush, in a compaction.
    if (!mount(24 * kMiB + run * 200000)) GTEST_SKIP() << "cannot mount a tmpfs: " << disk_->problem();
    disk_->fill(18 * kMiB);  // Freed later: room enough to compact all that fits beside it.
    acknowledged_ = 0;
    ASSERT_TRUE(open(ByteSize{0}).ok());
    const Status full = write_until_full(batches);
    ASSERT_EQ(full.code(), Code::retry) << full.message();
    EXPECT_EQ(store_->get("offset").status().code(), Code::retry);

    // Without room it may come back or not, but nothing may be lost or invented.
    const Status still_full = store_->reopen();
    if (still_full.ok())
      expect_exact(batches);
    else
      EXPECT_EQ(still_full.code(), Code::retry) << still_full.message();

    disk_->free_all();
    const Status again = store_->reopen();
    ASSERT_TRUE(again.ok()) << again.message();
    expect_exact(batches);
    for (int i = 0; i < 20; ++i) commit_with_room(batches);
    ASSERT_TRUE(open(ByteSize{0}).ok());
    expect_exact(batches);
  }
}

TEST_F(RocksStoreOnFullDisk, guard_refuses_before_the_disk_is_full) {
  const NumberedBatches batches(1 << 20, 125);
  // The guard holds back a sixteenth: far more than flushes of 1 MiB buffers take meanwhile.
  if (!mount(256 * kMiB)) GTEST_SKIP() << "cannot mount a tmpfs: " << disk_->problem();
  disk_->fill(232 * kMiB);
  ASSERT_TRUE(open(ByteSize{256 * kMiB}).ok());
  const Status full = write_until_full(batches);
  EXPECT_EQ(full.code(), Code::retry);
  EXPECT_NE(full.message().find("free"), std::string::npos) << full.message();
  EXPECT_GE(store_space(disk_->state())->free.bytes, kMiB);
  EXPECT_EQ(store_->commit(batches.changes(1)).code(), Code::retry);
  disk_->free_all();
  ASSERT_TRUE(store_->reopen().ok());
  expect_exact(batches);
  EXPECT_TRUE(store_->commit(batches.changes(++acknowledged_)).ok());
}

TEST_F(RocksStoreOnFullDisk, start_on_a_full_disk_answers_retry_and_later_opens) {
  if (!mount(8 * kMiB)) GTEST_SKIP() << "cannot mount a tmpfs: " << disk_->problem();
  disk_->fill(16 * kMiB);
  const Status full = open(ByteSize{0});
  EXPECT_EQ(full.code(), Code::retry) << full.message();
  disk_->free_all();
  EXPECT_TRUE(open(ByteSize{0}).ok());
}

TEST_F(RocksStoreOnFullDisk, opens_where_a_flush_of_the_log_would_not_fit) {
  const NumberedBatches batches(1 << 20, 125);
  if (!mount(8 * kMiB)) GTEST_SKIP() << "cannot mount a tmpfs: " << disk_->problem();
  ASSERT_TRUE(open(ByteSize{0}).ok());
  for (acknowledged_ = 0; acknowledged_ < 6; ++acknowledged_)
    ASSERT_TRUE(store_->commit(batches.changes(acknowledged_ + 1)).ok());
  store_.reset();
  constexpr std::size_t kLittle = 100'000;  // A third of what the log holds.
  disk_->fill(store_space(disk_->state())->free.bytes - kLittle);
  const Status opened = open(ByteSize{0});
  ASSERT_TRUE(opened.ok()) << opened.message();
  expect_exact(batches);
}

TEST_F(RocksStoreOnFullDisk, space_held_by_overwritten_values_is_won_back_without_help) {
  const NumberedBatches batches(1000, 125);
  if (!mount(24 * kMiB)) GTEST_SKIP() << "cannot mount a tmpfs: " << disk_->problem();
  ASSERT_TRUE(open(ByteSize{256 * kMiB}).ok());
  for (acknowledged_ = 0; acknowledged_ < 500; ++acknowledged_) {
    const Status done = store_->commit(batches.changes(acknowledged_ + 1));
    ASSERT_TRUE(done.ok()) << acknowledged_ << " " << done.message();
  }
  expect_exact(batches);
}

}  // namespace
}  // namespace vedette
