// What every Store promises (include/vedette/store.h), run over each of them.

#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <utility>
#include <vector>

#include "adapters/rocksdb/rocksdb_store.h"
#include "core/log.h"
#include "core/mem_store.h"
#include "support/faulty_store.h"
#include "support/temp_folder.h"
#include "vedette/store.h"

namespace vedette {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// One kind of Store, made fresh for a test.
class Subject {
 public:
  virtual ~Subject() = default;
  virtual Store& store() = 0;
  /// Ends the process's life, as far as the store can tell. In memory: nothing to do.
  virtual void restart() {}
  /// Runs a commit that must fail.
  virtual Status commit_in_vain(const Changes& changes) = 0;
};

class InMemory final : public Subject {
 public:
  Store& store() override { return faulty_; }
  Status commit_in_vain(const Changes& changes) override {
    faulty_.fail_commit(1, Status::stop("told to"));
    return faulty_.commit(changes);
  }

 private:
  MemStore memory_;
  FaultyStore faulty_{memory_};
};

class OnDisk final : public Subject {
 public:
  OnDisk() { restart(); }
  Store& store() override { return *store_; }
  void restart() override {
    store_.reset();
    auto opened = open_rocksdb_store({.path = folder_.file("state"), .write_buffer = {1 << 20}}, log_);
    ASSERT_TRUE(opened.ok()) << opened.status().message();
    store_ = std::move(*opened);
  }
  /// A limit on the size of files stands for a disk that refuses to be written.
  Status commit_in_vain(const Changes& changes) override {
    struct rlimit before = {};
    getrlimit(RLIMIT_FSIZE, &before);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    const struct rlimit tight = {1, before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &tight);
    Status outcome = store_->commit(changes);
    setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    return outcome;
  }

 private:
  TempFolder folder_;
  SilentLog log_;
  std::unique_ptr<Store> store_;
};

struct Kind {
  std::string name;
  std::function<std::unique_ptr<Subject>()> make;
};

class StoreContract : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override { subject_ = GetParam().make(); }
  Store& store() { return subject_->store(); }

  void commit(const std::vector<std::pair<std::string, std::string>>& puts,
              const std::vector<std::string>& erases = {}) {
    Changes changes;
    for (const auto& [key, value] : puts) changes.put(key, value);
    for (const std::string& key : erases) changes.erase(key);
    const Status done = store().commit(changes);
    ASSERT_TRUE(done.ok()) << done.message();
  }
  Pairs all(std::string_view from = "", std::string_view to = "") {
    Pairs found;
    const Status done = store().scan(from, to, [&](std::string_view key, std::string_view value) {
      found.emplace_back(key, value);
      return true;
    });
    EXPECT_TRUE(done.ok()) << done.message();
    return found;
  }
  std::optional<std::string> get(std::string_view key) {
    auto found = store().get(key);
    EXPECT_TRUE(found.ok()) << found.status().message();
    return found.ok() ? *found : std::nullopt;
  }

  std::unique_ptr<Subject> subject_;
};

std::string numbered(std::uint64_t number) {
  std::string digits = std::to_string(number);
  return "k" + std::string(12 - digits.size(), '0') + digits;
}

TEST_P(StoreContract, begins_empty) {
  EXPECT_TRUE(all().empty());
  EXPECT_EQ(get("a"), std::nullopt);
}

TEST_P(StoreContract, reads_what_was_committed) {
  commit({{"a", "1"}, {"b", "2"}});
  EXPECT_EQ(get("a"), "1");
  EXPECT_EQ(get("b"), "2");
  EXPECT_EQ(get("ab"), std::nullopt);
}

TEST_P(StoreContract, later_operation_on_a_key_wins) {
  Changes changes;
  changes.put("a", "1");
  changes.erase("a");
  changes.put("b", "1");
  changes.put("b", "2");
  changes.put("c", "1");
  changes.erase("c");
  changes.put("c", "3");
  ASSERT_TRUE(store().commit(changes).ok());
  EXPECT_EQ(all(), (Pairs{{"b", "2"}, {"c", "3"}}));
}

TEST_P(StoreContract, erases) {
  commit({{"a", "1"}, {"b", "2"}});
  commit({}, {"a", "never there"});
  EXPECT_EQ(all(), (Pairs{{"b", "2"}}));
}

TEST_P(StoreContract, orders_keys_as_unsigned_bytes) {
  const std::string zero(1, '\0');
  commit({{"\xff", "5"}, {"\x80", "4"}, {"a", "3"}, {zero, "1"}, {zero + zero, "2"}});
  EXPECT_EQ(all(), (Pairs{{zero, "1"}, {zero + zero, "2"}, {"a", "3"}, {"\x80", "4"}, {"\xff", "5"}}));
}

TEST_P(StoreContract, scans_from_inclusive_to_exclusive) {
  commit({{"a", "1"}, {"b", "2"}, {"ba", "3"}, {"c", "4"}});
  EXPECT_EQ(all("b", "c"), (Pairs{{"b", "2"}, {"ba", "3"}}));
  EXPECT_EQ(all("aa", "bb"), (Pairs{{"b", "2"}, {"ba", "3"}}));
  EXPECT_EQ(all("bb"), (Pairs{{"c", "4"}}));
  EXPECT_TRUE(all("b", "b").empty());
  EXPECT_TRUE(all("c", "a").empty());
  EXPECT_TRUE(all("d").empty());
}

TEST_P(StoreContract, scan_stops_when_told) {
  commit({{"a", "1"}, {"b", "2"}, {"c", "3"}});
  int visits = 0;
  const Status done = store().scan("", "", [&](std::string_view, std::string_view) { return ++visits < 2; });
  EXPECT_TRUE(done.ok());
  EXPECT_EQ(visits, 2);
}

TEST_P(StoreContract, scan_sees_one_moment_while_its_visitor_commits) {
  Pairs before;
  for (int i = 0; i < 500; ++i) before.emplace_back(numbered(2 * static_cast<std::uint64_t>(i)), "before");
  commit(before);
  Pairs seen;
  const Status done = store().scan("", "", [&](std::string_view key, std::string_view value) {
    seen.emplace_back(key, value);
    const std::uint64_t at = seen.size();
    commit({{numbered(2 * at), "after"}, {numbered(2 * at + 1), "new"}}, {numbered(2 * at + 2)});
    commit({{numbered(2 * at + 1), "newer"}}, {numbered(2 * at + 1)});
    EXPECT_EQ(get(numbered(2 * at)), "after");
    return true;
  });
  EXPECT_TRUE(done.ok());
  EXPECT_EQ(seen, before);
  const Pairs now = all();
  ASSERT_EQ(now.size(), 501U);
  EXPECT_EQ(now.front(), (Pairs::value_type{numbered(0), "before"}));
  EXPECT_EQ(now.back(), (Pairs::value_type{numbered(1000), "after"}));
}

TEST_P(StoreContract, keeps_empty_values_and_keys) {
  commit({{"", "of the empty key"}, {"a", ""}});
  EXPECT_EQ(get(""), "of the empty key");
  EXPECT_EQ(get("a"), "");
  EXPECT_EQ(all().size(), 2U);
}

TEST_P(StoreContract, keeps_values_of_a_megabyte) {
  std::mt19937_64 random(7);
  std::string value(1 << 20, '\0');
  for (char& c : value) c = static_cast<char>(random());
  commit({{"large", value}, {"small", "1"}});
  EXPECT_EQ(get("large"), value);
  subject_->restart();
  EXPECT_EQ(get("large"), value);
}

TEST_P(StoreContract, empty_commit_changes_nothing) {
  commit({{"a", "1"}});
  commit({});
  EXPECT_EQ(all(), (Pairs{{"a", "1"}}));
}

TEST_P(StoreContract, agrees_with_a_map_over_many_operations) {
  std::mt19937_64 random(11);
  std::map<std::string, std::string> expected;
  for (int round = 0; round < 100; ++round) {
    Changes changes;
    for (int i = 0; i < 1000; ++i) {
      const std::string key = numbered(random() % 20000);
      if (random() % 4 == 0) {
        changes.erase(key);
        expected.erase(key);
      } else {
        std::string value = std::to_string(random());
        changes.put(key, value);
        expected[key] = std::move(value);
      }
    }
    ASSERT_TRUE(store().commit(changes).ok());
    if (round % 33 == 0) subject_->restart();
  }
  EXPECT_EQ(all(), Pairs(expected.begin(), expected.end()));
}

TEST_P(StoreContract, restart_keeps_everything) {
  commit({{"a", "1"}, {"b", "2"}});
  subject_->restart();
  commit({{"c", "3"}}, {"a"});
  subject_->restart();
  EXPECT_EQ(all(), (Pairs{{"b", "2"}, {"c", "3"}}));
}

TEST_P(StoreContract, reopen_of_a_healthy_store_changes_nothing) {
  commit({{"a", "1"}});
  EXPECT_TRUE(store().reopen().ok());
  EXPECT_EQ(get("a"), "1");
}

TEST_P(StoreContract, failed_commit_shows_nothing_and_ends_the_store_until_reopen) {
  commit({{"a", "1"}});
  Changes changes;
  changes.put("a", "2");
  changes.put("b", "2");
  const Status failed = subject_->commit_in_vain(changes);
  ASSERT_EQ(failed.code(), Code::stop) << failed.message();

  Changes later;
  later.put("c", "3");
  EXPECT_EQ(store().commit(later).message(), failed.message());
  EXPECT_EQ(store().commit(Changes{}).code(), Code::stop);
  EXPECT_EQ(store().get("a").status().code(), Code::stop);
  EXPECT_EQ(store().scan("", "", [](std::string_view, std::string_view) { return true; }).code(), Code::stop);

  const Status again = store().reopen();
  ASSERT_TRUE(again.ok()) << again.message();
  EXPECT_EQ(all(), (Pairs{{"a", "1"}}));
  commit({{"d", "4"}});
  EXPECT_EQ(all(), (Pairs{{"a", "1"}, {"d", "4"}}));
}

TEST_P(StoreContract, commits_are_atomic_for_concurrent_scans) {
  constexpr int kKeys = 50;
  const auto round_of = [](int round) {
    Changes changes;
    for (int i = 0; i < kKeys; ++i)
      changes.put(numbered(static_cast<std::uint64_t>(i)), std::to_string(round));
    return changes;
  };
  ASSERT_TRUE(store().commit(round_of(0)).ok());
  std::atomic<bool> done{false};
  std::atomic<int> torn{0};
  const auto read = [&] {
    while (!done) {
      std::string first;
      int count = 0;
      const Status read_all = store().scan("", "", [&](std::string_view, std::string_view value) {
        if (count++ == 0) first = value;
        if (first != value) ++torn;
        return true;
      });
      if (!read_all.ok() || count != kKeys) ++torn;
      if (!store().get(numbered(3)).ok()) ++torn;
    }
  };
  std::thread reader(read);
  std::thread other_reader(read);
  for (int round = 1; round <= 200; ++round) {
    EXPECT_TRUE(store().commit(round_of(round)).ok());
    EXPECT_TRUE(store().reopen().ok());
  }
  done = true;
  reader.join();
  other_reader.join();
  EXPECT_EQ(torn, 0);
  EXPECT_EQ(get(numbered(7)), "200");
}

TEST_P(StoreContract, commits_of_many_threads_all_arrive) {
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 4; ++writer)
    writers.emplace_back([this, writer] {
      for (std::uint64_t i = 0; i < 50; ++i) {
        Changes changes;
        changes.put(std::to_string(writer) + numbered(i), "x");
        EXPECT_TRUE(store().commit(changes).ok());
      }
    });
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(all().size(), 200U);
}

TEST_P(StoreContract, size_grows_with_content) {
  const std::size_t before = store().size_bytes();
  commit({{"a", std::string(100000, 'x')}});
  EXPECT_GT(store().size_bytes(), before);
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreContract,
                         testing::Values(Kind{"memory", [] { return std::make_unique<InMemory>(); }},
                                         Kind{"rocksdb", [] { return std::make_unique<OnDisk>(); }}),
                         [](const auto& kind) { return kind.param.name; });

}  // namespace
}  // namespace vedette
