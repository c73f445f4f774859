#include "adapters/kafka/mock_cluster.h"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <array>

#include "adapters/kafka/client_conf.h"
#include "adapters/kafka/farewell.h"

namespace vedette {
namespace {

constexpr Duration kDestroy{3000};

class Cluster final : public MockCluster {
 public:
  Cluster(rd_kafka_t* host, rd_kafka_mock_cluster_t* cluster) : host_(host), cluster_(cluster) {}
  ~Cluster() override {
    rd_kafka_mock_cluster_destroy(cluster_);
    kafka::destroy_within(host_, kDestroy);
  }
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  Status create_topic(const std::string& name, int partitions) override {
    const rd_kafka_resp_err_t error = rd_kafka_mock_topic_create(cluster_, name.c_str(), partitions, 1);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
    return Status::reject("cannot create topic " + name + ": " + rd_kafka_err2str(error));
  }
  std::string brokers() const override { return rd_kafka_mock_cluster_bootstraps(cluster_); }
  void set_down(int broker) override { rd_kafka_mock_broker_set_down(cluster_, broker); }
  void set_up(int broker) override { rd_kafka_mock_broker_set_up(cluster_, broker); }

 private:
  rd_kafka_t* host_;  ///< The mock runs on a client's threads; this one does nothing else.
  rd_kafka_mock_cluster_t* cluster_;
};

}  // namespace

Result<std::unique_ptr<MockCluster>> MockCluster::start(int brokers) {
  kafka::ConfPtr conf(rd_kafka_conf_new());
  rd_kafka_conf_set_log_cb(conf.get(), nullptr);
  std::array<char, 512> error{};
  rd_kafka_t* host = rd_kafka_new(RD_KAFKA_PRODUCER, conf.get(), error.data(), error.size());
  if (host == nullptr) return Status::stop(std::string("no embedded broker: ") + error.data());
  conf.release();  // NOLINT(bugprone-unused-return-value): the client owns it now.
  rd_kafka_mock_cluster_t* cluster = rd_kafka_mock_cluster_new(host, brokers);
  if (cluster == nullptr) {
    kafka::destroy_within(host, kDestroy);
    return Status::stop("no embedded broker: cannot listen on the loopback interface");
  }
  return std::unique_ptr<MockCluster>(std::make_unique<Cluster>(host, cluster));
}

}  // namespace vedette
