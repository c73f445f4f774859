#include "pipeline/patient_store.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "core/mem_store.h"
#include "support/faulty_store.h"

namespace vedette {
namespace {

class PatientStoreTest : public testing::Test {
 protected:
  PatientStoreTest() {
    Changes changes;
    changes.put("a", "1");
    changes.put("b", "2");
    EXPECT_TRUE(inner_.commit(changes).ok());
    faulty_.fail_commit(1, Status::retry("no space"));
    EXPECT_EQ(faulty_.commit(changes).code(), Code::retry);
  }
  std::string all() const {
    std::string found;
    status_ = patient_.scan("a", "c", [&](std::string_view key, std::string_view value) {
      found.append(key).append(value);
      return true;
    });
    return found;
  }
  SilentLog log_;
  MemStore inner_;
  FaultyStore faulty_{inner_};
  PatientStore patient_{faulty_, log_};
  mutable Status status_;
};

TEST_F(PatientStoreTest, reads_wait_until_the_store_can_be_used_again) {
  faulty_.fail_reopen(2);
  const auto read = patient_.get("a");
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(*read, "1");
  faulty_.fail_commit(1, Status::retry("no space"));
  Changes changes;
  changes.put("c", "3");
  EXPECT_EQ(patient_.commit(changes).code(), Code::retry);
  EXPECT_EQ(all(), "a1b2");
  EXPECT_TRUE(status_.ok());
}

TEST_F(PatientStoreTest, after_giving_up_reads_fail_and_nothing_is_committed) {
  patient_.give_up();
  EXPECT_EQ(patient_.get("a").status().code(), Code::retry);
  EXPECT_EQ(all(), "");
  EXPECT_EQ(status_.code(), Code::retry);
  ASSERT_TRUE(faulty_.reopen().ok());
  Changes changes;
  changes.put("a", "based on what could not be read");
  EXPECT_EQ(patient_.commit(changes).code(), Code::stop);
  EXPECT_EQ(all(), "a1b2");
}

TEST_F(PatientStoreTest, giving_up_ends_a_waiting_read) {
  faulty_.fail_reopen(1 << 20);
  std::thread reader([this] { EXPECT_EQ(patient_.get("a").status().code(), Code::retry); });
  patient_.give_up();
  reader.join();
}

}  // namespace
}  // namespace vedette
