#include "adapters/yaml/check_secrets.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <string>

#include "support/temp_folder.h"

namespace vedette {
namespace {

// A configuration that names files in a temporary folder.
class CheckSecrets : public ::testing::Test {
 protected:
  CheckSecrets() {
    config_.file = "vedette.yaml";
    config_.lines = {{"kafka.secret_files", 2}, {"privacy.key_file", 5}};
  }
  std::string write(const std::string& name, mode_t mode) {
    const std::string path = folder_.file(name);
    std::ofstream(path) << "x";
    ::chmod(path.c_str(), mode);
    return path;
  }

  TempFolder folder_;
  Config config_;
};

TEST_F(CheckSecrets, that_are_there_and_private_are_good) {
  config_.kafka.secret_files = {{"sasl.password", write("password", 0400)}};
  config_.privacy.key_file = write("key", 0400);
  EXPECT_TRUE(check_secrets(config_).empty());
}

TEST_F(CheckSecrets, that_are_missing_or_open_to_all_are_errors) {
  config_.kafka.secret_files = {{"sasl.password", folder_.file("gone")},
                                {"ssl.key.password", write("open", 0644)}};
  const ConfigErrors errors = check_secrets(config_);
  ASSERT_EQ(errors.size(), 2u);
  EXPECT_EQ(to_text(errors[0]), "vedette.yaml:2: secret 'sasl.password': " + folder_.file("gone") +
                                    " cannot be read: No such file or directory");
  EXPECT_EQ(to_text(errors[1]), "vedette.yaml:2: secret 'ssl.key.password': everyone may read " +
                                    folder_.file("open") + "; set its mode to 0600");
}

TEST_F(CheckSecrets, a_key_or_certificate_that_cannot_be_read_is_an_error) {
  config_.privacy.key_file = folder_.file("gone");
  SinkConfig sink;
  sink.line = 9;
  sink.cert_file = folder_.file("gone.pem");
  config_.sinks = {sink};
  const ConfigErrors errors = check_secrets(config_);
  ASSERT_EQ(errors.size(), 2u);
  EXPECT_EQ(errors[0].line, 5);
  EXPECT_EQ(errors[1].line, 9);
}

}  // namespace
}  // namespace vedette
