#include "sinks/syslog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "support/manual_clock.h"
#include "support/temp_folder.h"

namespace vedette {
namespace {

const ManualClock kClock;

TEST(SyslogSink, needs_an_address) {
  EXPECT_EQ(make_syslog_sink({.address = "nowhere"}, kClock).status().code(), Code::reject);
}

TEST(SyslogSink, does_not_connect_before_there_is_something_to_deliver) {
  EXPECT_TRUE(make_syslog_sink({.address = "127.0.0.1:1"}, kClock).ok());
}

TEST(SyslogSink, certificates_that_cannot_be_read_are_refused_by_name) {
  const TempFolder folder;
  const std::string file = folder.file("ca.pem");
  std::ofstream(file) << "no certificate";
  SyslogSinkOptions options{.address = "127.0.0.1:1", .transport = SyslogTransport::tls};
  options.tls.ca_file = file;
  const auto sink = make_syslog_sink(options, kClock);
  EXPECT_EQ(sink.status().code(), Code::reject);
  EXPECT_THAT(sink.status().message(), testing::HasSubstr(file));
}

TEST(SyslogSink, certificate_without_key_is_refused) {
  SyslogSinkOptions options{.address = "127.0.0.1:1", .transport = SyslogTransport::tls};
  options.tls.cert_file = "/nonexistent/cert.pem";
  EXPECT_EQ(make_syslog_sink(options, kClock).status().code(), Code::reject);
}

}  // namespace
}  // namespace vedette
