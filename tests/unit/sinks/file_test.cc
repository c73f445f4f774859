#include "sinks/file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "support/temp_folder.h"

namespace vedette {
namespace {

std::string content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

void write(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

std::vector<Message> messages(const std::vector<std::string>& texts) {
  std::vector<Message> out;
  for (const std::string& text : texts) out.push_back({{}, text, {}});
  return out;
}

/// While it lives no file of this process grows beyond `bytes`: a full disk.
class SmallDisk {
 public:
  explicit SmallDisk(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before_);
    previous_ = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~SmallDisk() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, previous_);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

 private:
  rlimit before_{};
  void (*previous_)(int) = nullptr;
};

TEST(FileSink, appends_one_line_a_message) {
  const TempFolder folder;
  const std::string path = folder.file("alerts.jsonl");
  write(path, "{}\n");
  auto sink = make_file_sink({.path = path});
  ASSERT_TRUE(sink.ok());
  EXPECT_EQ((*sink)->deliver(messages({"a", "b"})).delivered, 2U);
  EXPECT_EQ((*sink)->deliver(messages({"c"})).delivered, 1U);
  EXPECT_EQ(content(path), "{}\na\nb\nc\n");
}

TEST(FileSink, new_file_is_not_readable_by_others) {
  const TempFolder folder;
  auto sink = make_file_sink({.path = folder.file("alerts.jsonl")});
  struct stat about {};
  ASSERT_EQ(stat(folder.file("alerts.jsonl").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 07, 0U);
}

TEST(FileSink, torn_last_line_is_ended_first) {
  const TempFolder folder;
  const std::string path = folder.file("alerts.jsonl");
  write(path, "{}\n{\"cut");
  auto sink = make_file_sink({.path = path});
  ASSERT_TRUE(sink.ok());
  EXPECT_TRUE((*sink)->deliver(messages({"a"})).rest.ok());
  EXPECT_TRUE((*sink)->deliver(messages({"b"})).rest.ok());
  EXPECT_EQ(content(path), "{}\n{\"cut\na\nb\n");
}

TEST(FileSink, full_disk_means_retry_and_leaves_whole_lines) {
  const TempFolder folder;
  const std::string path = folder.file("alerts.jsonl");
  auto sink = make_file_sink({.path = path});
  ASSERT_TRUE((*sink)->deliver(messages({"first"})).rest.ok());
  {
    const SmallDisk disk(10);
    const Delivery delivery = (*sink)->deliver(messages({"second", "third"}));
    EXPECT_EQ(delivery.delivered, 0U);
    EXPECT_EQ(delivery.rest.code(), Code::retry);
    EXPECT_EQ(content(path), "first\n");
  }
  EXPECT_TRUE((*sink)->deliver(messages({"second", "third"})).rest.ok());
  EXPECT_EQ(content(path), "first\nsecond\nthird\n");
}

TEST(FileSink, reopen_follows_a_rotation) {
  const TempFolder folder;
  const std::string path = folder.file("alerts.jsonl");
  auto sink = make_file_sink({.path = path});
  EXPECT_TRUE((*sink)->deliver(messages({"old"})).rest.ok());
  std::filesystem::rename(path, path + ".1");
  (*sink)->reopen();
  EXPECT_TRUE((*sink)->deliver(messages({"new"})).rest.ok());
  EXPECT_EQ(content(path + ".1"), "old\n");
  EXPECT_EQ(content(path), "new\n");
}

TEST(FileSink, folder_that_is_gone_means_retry_until_it_is_back) {
  const TempFolder folder;
  const std::string inner = folder.file("inner");
  std::filesystem::create_directory(inner);
  auto sink = make_file_sink({.path = inner + "/alerts.jsonl"});
  std::filesystem::remove_all(inner);
  (*sink)->reopen();
  EXPECT_EQ((*sink)->deliver(messages({"a"})).rest.code(), Code::retry);
  std::filesystem::create_directory(inner);
  EXPECT_TRUE((*sink)->deliver(messages({"a"})).rest.ok());
  EXPECT_EQ(content(inner + "/alerts.jsonl"), "a\n");
}

TEST(FileSink, path_that_cannot_be_a_file_is_refused) {
  const TempFolder folder;
  EXPECT_EQ(make_file_sink({.path = folder.path()}).status().code(), Code::reject);
  EXPECT_EQ(make_file_sink({.path = folder.file("no/such/folder")}).status().code(), Code::reject);
  EXPECT_EQ(make_file_sink({.path = "/dev/null"}).status().code(), Code::reject);
}

}  // namespace
}  // namespace vedette
