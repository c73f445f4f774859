// Encryption and authentication against a real broker that is started for these tests, with certificates
// made on the spot. Runs where VEDETTE_TEST_KAFKA says that real brokers may be used.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>

#include "adapters/kafka/kafka_producer.h"
#include "adapters/kafka/kafka_sink.h"
#include "support/kafka/reader.h"
#include "support/temp_folder.h"

namespace vedette::testing {
namespace {

constexpr const char* kPassword = "open-sesame";

int shell(const std::string& command) { return std::system(command.c_str()); }

/// One broker with a PLAINTEXT listener and, on a second port, SASL_SSL or SSL.
class SecureBroker {
 public:
  explicit SecureBroker(const std::string& protocol) {
    made_ = make_certificates() && start(protocol);
    write_secret("password", std::string(kPassword) + "\n");
    write_secret("wrong", "sesame-open\n");
  }
  ~SecureBroker() { shell(script() + " kill '" + folder_.file("broker") + "' 2>/dev/null"); }
  SecureBroker(const SecureBroker&) = delete;
  SecureBroker& operator=(const SecureBroker&) = delete;

  bool made() const { return made_; }
  std::string plain() const { return "localhost:" + read("broker/port"); }
  std::string secure() const { return "localhost:" + read("broker/extra"); }
  std::string file(const std::string& name) const { return folder_.file(name); }

 private:
  static std::string script() { return std::string(VEDETTE_SOURCE_DIR) + "/tests/support/kafka/broker"; }
  std::string read(const std::string& name) const {
    std::string text;
    std::ifstream(folder_.file(name)) >> text;
    return text;
  }
  void write_secret(const std::string& name, const std::string& content) const {
    std::ofstream(folder_.file(name)) << content;
    ::chmod(folder_.file(name).c_str(), 0600);
  }
  /// An authority, a server certificate for localhost, a client certificate.
  bool make_certificates() const {
    const std::string quiet = " 2>/dev/null && ";
    const std::string key = "openssl req -newkey rsa:2048 -nodes -keyout ";
    const std::string sign = "openssl x509 -req -days 2 -CA ca.pem -CAkey ca.key -CAcreateserial -in ";
    return shell("cd '" + folder_.path() +
                 "' && umask 077 && printf 'subjectAltName=DNS:localhost' >names && " + key +
                 "ca.key -x509 -days 2 -subj /CN=test-authority -out ca.pem" + quiet + key +
                 "server.key -subj /CN=localhost -out server.csr" + quiet + sign +
                 "server.csr -extfile names -out server.crt" + quiet + key +
                 "client.key -subj /CN=vedette -out client.csr" + quiet + sign +
                 "client.csr -out client.crt" + quiet + key +
                 "other.key -x509 -days 2 -subj /CN=stranger -out other.pem" + quiet +
                 "cat server.key server.crt >server.pem") == 0;
  }
  bool start(const std::string& protocol) const {
    const std::string in = protocol + "://localhost:@EXTRA@";
    const std::string plain_login =
        "org.apache.kafka.common.security.plain.PlainLoginModule required user_vedette=\"" +
        std::string(kPassword) + "\";";
    std::string command = script() + " start '" + folder_.file("broker") + "' 0";
    for (const std::string& setting :
         {"listeners=PLAINTEXT://localhost:@PORT@,CONTROLLER://localhost:@CONTROLLER@," + in,
          "advertised.listeners=PLAINTEXT://localhost:@PORT@," + in, std::string("ssl.keystore.type=PEM"),
          "ssl.keystore.location=" + folder_.file("server.pem"), std::string("ssl.truststore.type=PEM"),
          "ssl.truststore.location=" + folder_.file("ca.pem"),
          std::string("ssl.client.auth=") + (protocol == "SSL" ? "required" : "none"),
          std::string("sasl.enabled.mechanisms=PLAIN"),
          "listener.name.sasl_ssl.plain.sasl.jaas.config=" + plain_login})
      command += " '" + setting + "'";
    return shell(command + " >/dev/null") == 0;
  }

  TempFolder folder_;
  bool made_ = false;
};

class KafkaSecurity : public ::testing::Test {
 protected:
  void SetUp() override {
    if (std::getenv("VEDETTE_TEST_KAFKA") == nullptr)
      GTEST_SKIP() << "set VEDETTE_TEST_KAFKA to allow tests on real brokers";
  }
  static void fill(const SecureBroker& broker) {
    SilentLog log;
    auto producer = KafkaProducer::open({broker.plain(), {}, {}}, log);
    ASSERT_TRUE(producer.ok());
    ASSERT_TRUE((*producer)->create_topic("events", 1).ok());
    for (int i = 0; i < 10; ++i) ASSERT_TRUE((*producer)->produce({"events", 0}, "", "event").ok());
    ASSERT_TRUE((*producer)->flush(Duration{30000}).ok());
  }
  static KafkaConsumerOptions options(const SecureBroker& broker, KafkaProperties properties) {
    return {broker.secure(), "group", {"events"}, "beginning", std::move(properties), {}};
  }
  static void expect_reads(const KafkaConsumerOptions& options) {
    Ledger ledger;
    Reader reader(options, ledger);
    EXPECT_TRUE(step_until({&reader}, [&] { return ledger.records == 10; }));
  }
  /// The client reports errors and never counts as connected.
  static void expect_refused(const KafkaConsumerOptions& options) {
    Ledger ledger;
    Reader reader(options, ledger);
    const auto errors = [&] {
      return reader.metrics().counter("vedette_kafka_errors_total", "", {{"client", "consumer"}}).value();
    };
    EXPECT_TRUE(step_until({&reader}, [&] { return errors() >= 3; }));
    EXPECT_FALSE(reader.consumer().connected());
    EXPECT_EQ(ledger.records, 0u);
  }
};

TEST_F(KafkaSecurity, a_password_from_a_file_opens_sasl_over_tls) {
  const SecureBroker broker("SASL_SSL");
  ASSERT_TRUE(broker.made());
  fill(broker);
  const KafkaProperties good = {{"security.protocol", "sasl_ssl"},
                                {"sasl.mechanisms", "PLAIN"},
                                {"sasl.username", "vedette"},
                                {"sasl.password_file", broker.file("password")},
                                {"ssl.ca.location", broker.file("ca.pem")}};
  expect_reads(options(broker, good));

  SilentLog log;
  auto sink = make_kafka_sink({broker.secure(), "events", good, {}, Duration{20000}}, log);
  ASSERT_TRUE(sink.ok());
  EXPECT_EQ((*sink)->deliver(std::vector<Message>{{"key", "alert", {}}}).delivered, 1u);

  KafkaProperties wrong_password = good;
  wrong_password["sasl.password_file"] = broker.file("wrong");
  expect_refused(options(broker, wrong_password));
  KafkaProperties wrong_authority = good;
  wrong_authority["ssl.ca.location"] = broker.file("other.pem");
  expect_refused(options(broker, wrong_authority));
}

TEST_F(KafkaSecurity, a_client_certificate_opens_mutual_tls) {
  const SecureBroker broker("SSL");
  ASSERT_TRUE(broker.made());
  fill(broker);
  const KafkaProperties good = {{"security.protocol", "ssl"},
                                {"ssl.ca.location", broker.file("ca.pem")},
                                {"ssl.certificate.location", broker.file("client.crt")},
                                {"ssl.key.pem_file", broker.file("client.key")}};
  expect_reads(options(broker, good));
  KafkaProperties no_certificate = {{"security.protocol", "ssl"}, {"ssl.ca.location", broker.file("ca.pem")}};
  expect_refused(options(broker, no_certificate));
}

}  // namespace
}  // namespace vedette::testing
