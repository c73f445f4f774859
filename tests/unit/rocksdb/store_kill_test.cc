#include <gtest/gtest.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <random>
#include <string>

#include "adapters/rocksdb/rocksdb_store.h"
#include "numbered_batches.h"
#include "support/temp_folder.h"

namespace vedette {
namespace {

/// The writer as a process, with what it has acknowledged.
class Writer {
 public:
  explicit Writer(const std::string& folder) {
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0) return;
    child_ = ::fork();
    if (child_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      ::execl(STORE_WRITER, STORE_WRITER, folder.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(ends[1]);
    told_ = ends[0];
  }
  ~Writer() { ::close(told_); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  bool read_one() { return ::read(told_, &last_, sizeof last_) == sizeof last_; }
  /// True if the process was still there to be killed.
  bool kill() {
    int state = 0;
    ::kill(child_, SIGKILL);
    ::waitpid(child_, &state, 0);
    while (read_one()) {
    }
    return WIFSIGNALED(state) && WTERMSIG(state) == SIGKILL;
  }
  std::uint64_t acknowledged() const { return last_; }

 private:
  pid_t child_ = -1;
  int told_ = -1;
  std::uint64_t last_ = 0;
};

TEST(RocksStoreKilled, keeps_every_acknowledged_commit_and_no_part_of_another) {
  const TempFolder folder;
  const NumberedBatches batches(2000, 12);
  SilentLog log;
  std::mt19937_64 random(20);
  std::uint64_t before = 0;
  for (int round = 0; round < 25; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    {
      Writer writer(folder.file("state"));
      // Every fourth time it dies while the store is being made or opened.
      for (std::uint64_t left = round % 4 == 0 ? 1 : 2 + random() % 60; left > 0; --left)
        ASSERT_TRUE(writer.read_one());
      ASSERT_TRUE(writer.kill());
      before = std::max(before, writer.acknowledged());
    }
    auto opened = open_rocksdb_store({.path = folder.file("state")}, log);
    ASSERT_TRUE(opened.ok()) << opened.status().message();
    Status outcome;
    const NumberedBatches::State state = NumberedBatches::read(**opened, outcome);
    ASSERT_TRUE(outcome.ok()) << outcome.message();
    const std::uint64_t recovered = NumberedBatches::offset_of(state);
    EXPECT_GE(recovered, before);
    EXPECT_LE(recovered, before + 1);
    EXPECT_TRUE(state == batches.after(recovered));
    before = recovered;
  }
  EXPECT_GT(before, 100U);
}

}  // namespace
}  // namespace vedette
