// What every Sink promises (include/vedette/sink.h), run over each of them that needs no broker.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "adapters/systemd/real_clock.h"
#include "sinks/file.h"
#include "sinks/syslog.h"
#include "support/certificates.h"
#include "support/injection.h"
#include "support/recording_sink.h"
#include "support/syslog_receiver.h"
#include "support/temp_folder.h"

namespace vedette {
namespace {

using Texts = std::vector<std::string>;

const RealClock kClock;

/// One kind of Sink with what receives from it.
class Subject {
 public:
  virtual ~Subject() = default;
  virtual Sink& sink() = 0;
  /// Records that have arrived, at least so many.
  virtual Texts received(std::size_t at_least) = 0;
  virtual void fail() = 0;
  virtual void recover() = 0;
  /// How this message looks at the receiver.
  virtual std::string arrived(const std::string& text) const { return text; }
  /// A message that this sink refuses for good; empty if it takes everything.
  virtual std::string refused() { return {}; }
};

class Recorded final : public Subject {
 public:
  Sink& sink() override { return sink_; }
  Texts received(std::size_t) override { return record_.received(); }
  void fail() override { record_.fail("told to"); }
  void recover() override { record_.recover(); }
  std::string refused() override {
    record_.refuse("unwanted");
    return "unwanted";
  }

 private:
  SinkRecord record_;
  RecordingSink sink_{record_};
};

class InFile final : public Subject {
 public:
  InFile() {
    std::filesystem::create_directory(inner_);
    sink_ = std::move(*make_file_sink({.path = path_}));
  }
  Sink& sink() override { return *sink_; }
  Texts received(std::size_t) override {
    Texts lines;
    std::ifstream in(path_, std::ios::binary);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
  }
  void fail() override {
    std::filesystem::rename(inner_, inner_ + ".away");
    sink_->reopen();
  }
  void recover() override { std::filesystem::rename(inner_ + ".away", inner_); }
  std::string arrived(const std::string& text) const override {
    std::string line = text;
    std::replace_if(
        line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    return line;
  }

 private:
  TempFolder folder_;
  std::string inner_ = folder_.file("alerts");
  std::string path_ = inner_ + "/alerts.jsonl";
  std::unique_ptr<Sink> sink_;
};

SyslogReceiver::Tls server_tls(const Certificates& certificates) {
  return {certificates.pem("server"), certificates.key("server"), {}};
}

class OverSyslog final : public Subject {
 public:
  explicit OverSyslog(SyslogTransport transport) : transport_(transport) {
    if (transport == SyslogTransport::tls) certificates_.make();
    using Kind = SyslogReceiver::Kind;
    const Kind kind = transport == SyslogTransport::udp   ? Kind::udp
                      : transport == SyslogTransport::tcp ? Kind::tcp
                                                          : Kind::tls;
    receiver_ = std::make_unique<SyslogReceiver>(kind, server_tls(certificates_));
    SyslogSinkOptions options{.address = receiver_->address(), .transport = transport};
    options.tls.ca_file = transport == SyslogTransport::tls ? certificates_.pem("ca") : "";
    sink_ = std::move(*make_syslog_sink(options, kClock));
  }
  Sink& sink() override { return *sink_; }
  Texts received(std::size_t at_least) override {
    Texts records = receiver_->received(at_least);
    EXPECT_EQ(receiver_->garbage(), 0U);
    return records;
  }
  void fail() override { receiver_->stop_listening(); }
  void recover() override { receiver_->listen_again(); }
  std::string refused() override {
    return transport_ == SyslogTransport::udp ? std::string(10000, 'x') : std::string{};
  }

 private:
  SyslogTransport transport_;
  Certificates certificates_;
  std::unique_ptr<SyslogReceiver> receiver_;
  std::unique_ptr<Sink> sink_;
};

struct Kind {
  const char* name;
  std::function<std::unique_ptr<Subject>()> make;
};

std::vector<Kind> kinds() {
  return {{"recording", [] { return std::make_unique<Recorded>(); }},
          {"file", [] { return std::make_unique<InFile>(); }},
          {"syslog_udp", [] { return std::make_unique<OverSyslog>(SyslogTransport::udp); }},
          {"syslog_tcp", [] { return std::make_unique<OverSyslog>(SyslogTransport::tcp); }},
          {"syslog_tls", [] { return std::make_unique<OverSyslog>(SyslogTransport::tls); }}};
}

std::vector<Message> messages(const Texts& texts) {
  std::vector<Message> out;
  for (const std::string& text : texts) out.push_back({{}, text, {}});
  return out;
}

/// Delivery is at least once: what comes again is dropped, as a SIEM does by its id.
Texts first_of_each(const Texts& texts) {
  Texts out;
  std::set<std::string> seen;
  for (const std::string& text : texts) {
    if (seen.insert(text).second) out.push_back(text);
  }
  return out;
}

class SinkContract : public testing::TestWithParam<Kind> {
 protected:
  void deliver(const Texts& texts) {
    const Delivery delivery = subject_->sink().deliver(messages(texts));
    EXPECT_TRUE(delivery.rest.ok()) << delivery.rest.message();
    EXPECT_EQ(delivery.delivered, texts.size());
  }
  std::unique_ptr<Subject> subject_ = GetParam().make();
};

TEST_P(SinkContract, delivers_everything_once_and_in_order) {
  Texts all;
  for (int batch = 0; batch < 5; ++batch) {
    Texts texts;
    for (int i = 0; i < 40; ++i)
      texts.push_back("message " + std::to_string(batch) + "." + std::to_string(i));
    deliver(texts);
    all.insert(all.end(), texts.begin(), texts.end());
  }
  EXPECT_EQ(subject_->received(all.size()), all);
}

TEST_P(SinkContract, nothing_is_delivered_with_no_messages) {
  EXPECT_TRUE(subject_->sink().deliver({}).rest.ok());
  EXPECT_TRUE(subject_->received(0).empty());
}

TEST_P(SinkContract, failure_means_retry_and_order_stays) {
  deliver({"a", "b"});
  subject_->received(2);
  subject_->fail();
  for (int i = 0; i < 3; ++i) {
    const Delivery delivery = subject_->sink().deliver(messages({"c", "d"}));
    EXPECT_EQ(delivery.delivered, 0U);
    EXPECT_EQ(delivery.rest.code(), Code::retry);
    EXPECT_FALSE(delivery.rest.message().empty());
  }
  subject_->recover();
  deliver({"c", "d"});
  EXPECT_EQ(first_of_each(subject_->received(4)), (Texts{"a", "b", "c", "d"}));
}

TEST_P(SinkContract, refusal_concerns_one_message_only) {
  const std::string refused = subject_->refused();
  if (refused.empty()) {
    deliver({std::string(1 << 20, 'x')});
    return;
  }
  const Delivery delivery = subject_->sink().deliver(messages({"a", refused, "c"}));
  EXPECT_EQ(delivery.delivered, 1U);
  EXPECT_EQ(delivery.rest.code(), Code::reject);
  deliver({"c"});
  EXPECT_EQ(subject_->received(2), (Texts{"a", "c"}));
}

TEST_P(SinkContract, reopen_loses_nothing) {
  deliver({"a"});
  subject_->sink().reopen();
  deliver({"b"});
  EXPECT_EQ(first_of_each(subject_->received(2)), (Texts{"a", "b"}));
}

TEST_P(SinkContract, any_bytes_arrive_as_exactly_one_record) {
  Texts texts;
  Texts arrived;
  for (const std::string& text : injection_corpus()) {
    if (text.empty()) continue;  // No format makes an empty message.
    texts.push_back(text);
    arrived.push_back(subject_->arrived(text));
  }
  deliver(texts);
  EXPECT_EQ(subject_->received(texts.size()), arrived);
}

INSTANTIATE_TEST_SUITE_P(Sinks, SinkContract, testing::ValuesIn(kinds()),
                         [](const auto& tested) { return std::string(tested.param.name); });

class StreamContract : public testing::TestWithParam<SyslogTransport> {
 protected:
  void SetUp() override {
    if (tls()) {
      ASSERT_TRUE(certificates_.make());
    }
    receiver_ = std::make_unique<SyslogReceiver>(
        tls() ? SyslogReceiver::Kind::tls : SyslogReceiver::Kind::tcp, server_tls(certificates_));
    SyslogSinkOptions options{.address = receiver_->address(), .transport = GetParam()};
    options.write_timeout = Duration{300};
    options.tls.ca_file = tls() ? certificates_.pem("ca") : "";
    sink_ = std::move(*make_syslog_sink(options, kClock));
  }
  bool tls() const { return GetParam() == SyslogTransport::tls; }

  Certificates certificates_;
  std::unique_ptr<SyslogReceiver> receiver_;
  std::unique_ptr<Sink> sink_;
};

TEST_P(StreamContract, connection_that_ended_is_noticed_before_writing) {
  EXPECT_TRUE(sink_->deliver(messages({"a"})).rest.ok());
  receiver_->received(1);
  receiver_->end_connections();
  EXPECT_TRUE(sink_->deliver(messages({"b"})).rest.ok());
  EXPECT_EQ(receiver_->received(2), (Texts{"a", "b"}));
}

TEST_P(StreamContract, what_a_dead_receiver_had_not_read_comes_again) {
  EXPECT_TRUE(sink_->deliver(messages({"read"})).rest.ok());
  receiver_->received(1);
  receiver_->stop_reading();
  EXPECT_TRUE(sink_->deliver(messages({"unread"})).rest.ok());
  receiver_->end_connections();
  receiver_->read_again();
  Delivery delivery = sink_->deliver(messages({"next"}));
  if (!delivery.rest.ok()) delivery = sink_->deliver(messages({"next"}));
  EXPECT_TRUE(delivery.rest.ok());
  EXPECT_EQ(first_of_each(receiver_->received(3)), (Texts{"read", "unread", "next"}));
}

TEST_P(StreamContract, receiver_that_does_not_read_is_not_waited_for_forever) {
  receiver_->stop_reading();
  Texts texts;
  for (int i = 0; i < 64; ++i) texts.push_back(std::to_string(i) + std::string(1 << 18, 'x'));
  const std::vector<Message> all = messages(texts);
  std::size_t done = 0;
  const Delivery first = sink_->deliver(all);
  EXPECT_EQ(first.rest.code(), Code::retry);
  EXPECT_LT(first.delivered, all.size());
  done += first.delivered;
  receiver_->read_again();
  for (int i = 0; i < 200 && done < all.size(); ++i)
    done += sink_->deliver(std::span(all).subspan(done).first(1)).delivered;
  EXPECT_EQ(done, all.size());
  EXPECT_EQ(receiver_->received(all.size()), texts);
}

INSTANTIATE_TEST_SUITE_P(Syslog, StreamContract, testing::Values(SyslogTransport::tcp, SyslogTransport::tls),
                         [](const auto& tested) {
                           return tested.param == SyslogTransport::tls ? "tls" : "tcp";
                         });

class TlsContract : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(certificates_.make()); }
  Delivery deliver(const SyslogReceiver& receiver, const std::string& client, const std::string& ca = "ca") {
    SyslogSinkOptions options{.address = receiver.address(), .transport = SyslogTransport::tls};
    options.tls.ca_file = certificates_.pem(ca);
    if (!client.empty()) {
      options.tls.cert_file = certificates_.pem(client);
      options.tls.key_file = certificates_.key(client);
    }
    auto sink = make_syslog_sink(options, kClock);
    return sink.ok() ? (*sink)->deliver(messages({"a"})) : Delivery{0, sink.status()};
  }
  SyslogReceiver::Tls with(const std::string& server, const std::string& client_ca = {}) const {
    return {certificates_.pem(server), certificates_.key(server),
            client_ca.empty() ? "" : certificates_.pem(client_ca)};
  }
  Certificates certificates_;
};

TEST_F(TlsContract, receiver_of_another_authority_is_refused) {
  const SyslogReceiver receiver(SyslogReceiver::Kind::tls, with("server"));
  EXPECT_EQ(deliver(receiver, "", "other_ca").rest.code(), Code::retry);
}

TEST_F(TlsContract, receiver_of_another_name_is_refused) {
  const SyslogReceiver receiver(SyslogReceiver::Kind::tls, with("wrong_name"));
  const Delivery delivery = deliver(receiver, "");
  EXPECT_EQ(delivery.rest.code(), Code::retry);
  EXPECT_NE(delivery.rest.message().find("mismatch"), std::string::npos) << delivery.rest.message();
}

TEST_F(TlsContract, receiver_without_tls_is_refused) {
  const SyslogReceiver receiver(SyslogReceiver::Kind::tcp);
  EXPECT_EQ(deliver(receiver, "").rest.code(), Code::retry);
}

TEST_F(TlsContract, own_certificate_is_shown_when_asked_for) {
  SyslogReceiver receiver(SyslogReceiver::Kind::tls, with("server", "ca"));
  EXPECT_TRUE(deliver(receiver, "client").rest.ok());
  EXPECT_EQ(receiver.received(1), Texts{"a"});
}

TEST_F(TlsContract, alert_is_not_counted_when_the_receiver_refuses_us) {
  SyslogReceiver receiver(SyslogReceiver::Kind::tls, with("server", "ca"));
  for (const char* client : {"", "other_client"}) {
    const Delivery delivery = deliver(receiver, client);
    EXPECT_EQ(delivery.delivered, 0U);
    EXPECT_EQ(delivery.rest.code(), Code::retry);
  }
  EXPECT_TRUE(receiver.received(0).empty());
}

TEST_F(TlsContract, key_that_does_not_fit_is_refused_at_the_start) {
  SyslogSinkOptions options{.address = "127.0.0.1:1", .transport = SyslogTransport::tls};
  options.tls = {certificates_.pem("ca"), certificates_.pem("client"), certificates_.key("server")};
  EXPECT_EQ(make_syslog_sink(options, kClock).status().code(), Code::reject);
}

}  // namespace
}  // namespace vedette
