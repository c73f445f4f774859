#include "adapters/systemd/signals.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

namespace vedette {
namespace {

using Wish = Signals::Wish;

TEST(Signals, term_and_int_ask_to_stop_and_hup_to_reload) {
  const Signals signals;
  EXPECT_EQ(signals.next(Duration{0}), Wish::none);
  raise(SIGTERM);
  EXPECT_EQ(signals.next(Duration{0}), Wish::stop);
  raise(SIGINT);
  EXPECT_EQ(signals.next(Duration{0}), Wish::stop);
  raise(SIGHUP);
  EXPECT_EQ(signals.next(Duration{0}), Wish::reload);
  EXPECT_EQ(signals.next(Duration{0}), Wish::none);
}

TEST(Signals, a_stop_goes_before_a_reload) {
  const Signals signals;
  raise(SIGHUP);
  raise(SIGTERM);
  EXPECT_EQ(signals.next(Duration{0}), Wish::stop);
}

TEST(Signals, threads_started_later_are_not_interrupted) {
  const Signals signals;
  std::thread other([] { kill(getpid(), SIGHUP); });
  other.join();
  EXPECT_EQ(signals.next(kMinute), Wish::reload);
}

TEST(Signals, a_broken_pipe_is_an_error_code) {
  const Signals signals;
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  close(ends[0]);
  EXPECT_EQ(write(ends[1], "x", 1), -1);
  close(ends[1]);
}

TEST(Signals, what_waits_at_the_end_is_dropped_and_the_mask_restored) {
  {
    const Signals signals;
    raise(SIGHUP);
  }
  sigset_t now;
  pthread_sigmask(SIG_SETMASK, nullptr, &now);
  EXPECT_EQ(sigismember(&now, SIGHUP), 0);
}

}  // namespace
}  // namespace vedette
