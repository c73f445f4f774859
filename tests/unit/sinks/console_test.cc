#include "sinks/console.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "sinks/file_descriptor.h"

namespace vedette {
namespace {

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{-1, -1};
    if (pipe2(ends.data(), O_NONBLOCK | O_CLOEXEC) == 0) {
      out = FileDescriptor(ends[0]);
      in = FileDescriptor(ends[1]);
    }
  }
  std::string read_all() {
    std::string all;
    std::array<char, 4096> part{};
    for (ssize_t got = 0; (got = read(out.number(), part.data(), part.size())) > 0;)
      all.append(part.data(), static_cast<std::size_t>(got));
    return all;
  }
  FileDescriptor out;
  FileDescriptor in;
};

TEST(ConsoleSink, writes_each_message_with_a_line_end) {
  Pipe pipe;
  auto sink = make_console_sink(pipe.in.number());
  const std::vector<Message> messages = {{{}, "first\n    more", {}}, {{}, "second", {}}};
  EXPECT_EQ(sink->deliver(messages).delivered, 2U);
  EXPECT_EQ(pipe.read_all(), "first\n    more\nsecond\n");
}

TEST(ConsoleSink, slow_reader_means_retry_and_nothing_comes_twice) {
  Pipe pipe;
  auto sink = make_console_sink(pipe.in.number(), Duration{1});
  const std::vector<Message> messages = {{{}, std::string(200000, 'a'), {}}, {{}, "end", {}}};
  std::string all;
  std::size_t done = 0;
  for (int i = 0; i < 100 && done < messages.size(); ++i) {
    const Delivery delivery = sink->deliver(std::span(messages).subspan(done));
    done += delivery.delivered;
    all += pipe.read_all();
  }
  EXPECT_EQ(all, messages[0].bytes + "\nend\n");
}

TEST(ConsoleSink, begun_line_is_finished_even_if_its_message_does_not_come_again) {
  Pipe pipe;
  auto sink = make_console_sink(pipe.in.number(), Duration{1});
  const Message begun{{}, std::string(100000, 'a'), {}};
  EXPECT_EQ(sink->deliver({&begun, 1}).rest.code(), Code::retry);
  std::string all = pipe.read_all();
  const Message other{{}, "other", {}};
  EXPECT_TRUE(sink->deliver({&other, 1}).rest.ok());
  EXPECT_EQ(all + pipe.read_all(), begun.bytes + "\nother\n");
}

TEST(ConsoleSink, reader_that_is_gone_means_retry) {
  std::signal(SIGPIPE, SIG_IGN);
  Pipe pipe;
  pipe.out.close();
  auto sink = make_console_sink(pipe.in.number());
  const Message message{{}, "a", {}};
  EXPECT_EQ(sink->deliver({&message, 1}).rest.code(), Code::retry);
}

}  // namespace
}  // namespace vedette
